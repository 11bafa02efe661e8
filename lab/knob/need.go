package knob

import "stones/lab"

// Unmet says why the path of that name does not meet a need. It is empty if the path
// does.
func Unmet(n lab.Need, path string) string {
	if n.Met(path) {
		return ""
	}
	switch n {
	case lab.AnyPath:
		return "there is no such path"
	case lab.AWire:
		return "nothing is emulated there"
	case lab.ItsPackets:
		if path == lab.Remote {
			return "nobody sees the packets on the way"
		}
		return "it does not show its packets"
	case lab.ItsCounters:
		return "it does not show what TCP counts"
	case lab.OwnStack, lab.OwnSystem:
		return "the system decides"
	case lab.OwnSockets:
		return "the far end would not know of it"
	case lab.OwnCatcher:
		return "the catcher there decides"
	case lab.FarEnd:
		return "there both ends are this computer"
	}
	return ""
}
