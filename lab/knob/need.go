package knob

import "stones/lab"

// A Need is what a knob needs of a path.
type Need int

// The needs.
const (
	AnyPath     Need = iota
	AWire            // a wire that can be shaped
	ItsPackets       // it shows its packets
	ItsCounters      // it shows what TCP counts
	OwnStack         // the stack is this program's
	OwnSystem        // the stack is, or the kernel has settings of its own for it
	OwnSockets       // its sockets are made here, and can be set
	OwnCatcher       // the catcher is this program's
	FarEnd           // one end is elsewhere
)

// Met reports whether the path of that name meets the need.
func (n Need) Met(path string) bool { return n.Unmet(path) == "" }

// Unmet says why the path of that name does not meet the need; nothing if it
// does.
func (n Need) Unmet(path string) string {
	emulated := path == lab.Sim || path == lab.Netns
	switch n {
	case AnyPath:
	case AWire:
		if !emulated {
			return "nothing is emulated there"
		}
	case ItsPackets:
		switch {
		case path == lab.Remote:
			return "nobody sees the packets on the way"
		case !emulated:
			return "it does not show its packets"
		}
	case ItsCounters:
		if !emulated {
			return "it does not show what TCP counts"
		}
	case OwnStack:
		if path != lab.Sim {
			return "the system decides"
		}
	case OwnSystem:
		if !emulated {
			return "the system decides"
		}
	case OwnSockets:
		if path == lab.Remote {
			return "the far end would not know of it"
		}
	case OwnCatcher:
		if path == lab.Remote {
			return "the catcher there decides"
		}
	case FarEnd:
		if path != lab.Remote {
			return "there both ends are this computer"
		}
	}
	return ""
}
