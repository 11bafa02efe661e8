package advice

import (
	"stones/lab"
)

// The rules by which a result may mislead, and what their warnings' Value and
// Limit are.
const (
	RuleStartUp   = "tcp-start-up"            // packets in a round trip; what TCP begins with
	RuleSustain   = "tcp-cannot-sustain"      // packets a second; what TCP comes to at this loss
	RuleLinux     = "linux-differs"           // the goodput as a part of that of Linux; 1
	RuleFragments = "udp-fragments"           // bytes of a stone; how many fit into a packet
	RuleNoise     = "share-is-noise"          // packets that Word is expected to hit, and of how many; how many there should be
	RuleApart     = "too-far-apart-to-pass"   // ms between stones; ms within which one can pass another
	RuleNoSuch    = "names-no-stone"          // the highest number that Word names; the highest that there is
	RuleEarly     = "early-ones-pass-many"    // share of the stones that comes out of order; share that was asked for
	RuleOverload  = "overload"                // bits a second, headers included; what the wire carries
	RuleQueue     = "queue-without-bandwidth" // packets or bytes; 0, because nothing waits
	RuleUnmarked  = "never-marks"             // nothing marks a packet of a TCP that asks for it: 0 and 0
	RuleHost      = "host-loses-nothing"      // nothing but in a full socket buffer: 0 and 0
	RuleWindow    = "window-not-given"        // bytes of socket buffer that the system gave; those asked for
	RuleNotInTime = "schedule-not-kept"       // stones thrown over 1 ms after they were due; one in a hundred
	RuleWireLate  = "wire-late"               // ms that one packet in a hundred was late on the emulated way; 1
	RuleRate      = "rate-not-met"            // stones a second that were thrown; that were asked for
	RuleOverflow  = "catcher-overflowed"      // stones that found the catcher's socket full; 0
	RuleReadable  = "readable-on-the-way"     // nothing is encrypted: 0 and 0
)

// rules holds every rule, in the order of the warnings.
var rules = []struct {
	name  string
	apply func(e *lab.Experiment, flows []lab.Outcome) []lab.Warning
}{
	{RuleStartUp, startUp},
	{RuleSustain, sustain},
	{RuleLinux, besideLinux},
	{RuleFragments, fragments},
	{RuleNoise, eachHeading(heading.noise)},
	{RuleApart, eachHeading(heading.apart)},
	{RuleNoSuch, noSuch},
	{RuleEarly, eachHeading(heading.early)},
	{RuleOverload, overload},
	{RuleQueue, queue},
	{RuleUnmarked, neverMarks},
	{RuleHost, host},
	{RuleWindow, window},
	{RuleNotInTime, notInTime},
	{RuleWireLate, wireLate},
	{RuleRate, rateNotMet},
	{RuleOverflow, overflow},
	{RuleReadable, readable},
}

// Rules returns the names of all rules that [Warnings] may use.
func Rules() []string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names
}

// Warnings returns in what respect the results of e may mislead, always in the
// same order. Most of it is known beforehand; flows may be empty.
func Warnings(e *lab.Experiment, flows []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for _, r := range rules {
		for _, w := range r.apply(e, flows) {
			w.Rule = r.name
			warnings = append(warnings, w)
		}
	}
	return warnings
}
