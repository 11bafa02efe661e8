package lab

import (
	"slices"

	"stones/lab/quantity"
)

// A Need is what a setting needs of a path.
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

// met says which paths meet a need. The table is never written.
var met = map[Need][]string{
	AnyPath:     {Sim, Host, Netns, Remote},
	AWire:       {Sim, Netns},
	ItsPackets:  {Sim, Netns},
	ItsCounters: {Sim, Netns},
	OwnStack:    {Sim},
	OwnSystem:   {Sim, Netns},
	OwnSockets:  {Sim, Host, Netns},
	OwnCatcher:  {Sim, Host, Netns},
	FarEnd:      {Remote},
}

// Met reports whether the path of that name meets the need.
func (n Need) Met(path string) bool { return slices.Contains(met[n], path) }

// A bound setting is one that not every path has.
type bound struct {
	word  string
	value any
	set   bool
	needs Need
	why   string // it cannot be had on a path that does not meet the need
}

// bound are the settings of the whole experiment that not every path has, but for the
// shapes of its wire. A path with a mistake in its name has all of them.
func (e Experiment) bound() []bound {
	unseen := "the path " + e.Path + " does not show them"
	unset := "cannot be chosen on the path " + e.Path + "; the system decides"
	t := e.Tuning
	return []bound{
		{"packets", e.Packets, e.Packets, ItsPackets, unseen},
		{"counters", e.Counters, e.Counters, ItsCounters, unseen},

		{"to", e.To, e.To != "", FarEnd, "only on the path remote"},
		{"reverse", e.Reverse, e.Reverse, FarEnd, "only on the path remote; here both ends are this computer"},
		{"tls", e.TLS, e.TLS, FarEnd, "only on the path remote; here nobody listens in"},

		{"nobody", e.Nobody, e.Nobody, OwnCatcher, "somebody has to catch on the path remote, or there is no report"},
		{"answer", e.Answer, e.Answer, OwnCatcher, "not on the path remote; its catcher only counts"},
		{"catcher-dies", e.Dies, e.Dies != 0, OwnCatcher, "not on the path remote; its catcher lives on"},
		{"asleep", e.Asleep, e.Asleep != 0, OwnCatcher, "not on the path remote; its catcher does not sleep"},
		{"read-size", e.ReadSize, e.ReadSize != 0, OwnCatcher, "not on the path remote; its catcher decides"},

		{"recovery", e.Recovery, e.Recovery != "", OwnStack, unset},
		{"sack", t.SACK, t.SACK != "", OwnSystem, unset},
		{"nagle", t.Nagle, t.Nagle, OwnSockets, unset},
		{"delayed-ack", t.DelayedACK, t.DelayedACK != "", OwnSystem, unset},
		{"ecn", t.ECN, t.ECN, OwnSystem, unset},
		{"initial-window", t.InitialWindow, t.InitialWindow != 0, OwnSystem, unset},
		{"udp-checksum", t.UDPChecksum, t.UDPChecksum != "", OwnSystem, unset},
		{"tick", t.Tick, t.Tick != 0, OwnStack, unset},
	}
}

// NeedOf is what the setting of that word needs of a path. It is [AnyPath] for one that
// is not of the whole experiment.
func NeedOf(word string) Need {
	for _, b := range (Experiment{}).bound() {
		if b.word == word {
			return b.needs
		}
	}
	return AnyPath
}

// validateNeeds checks that the path has what is set.
func (e Experiment) validateNeeds() error {
	for _, b := range e.bound() {
		if b.set && !b.needs.Met(e.Path) {
			return quantity.Invalid(b.word, b.value, b.why)
		}
	}
	return nil
}
