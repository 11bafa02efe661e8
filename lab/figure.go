package lab

import (
	"strconv"
	"strings"
	"time"
)

// A Figure is a number, or the reason why there is none. Its zero value is 0.
type Figure struct {
	Value float64
	Why   Reason // the zero value if there is a number
}

// A Reason says why a figure has no value: of which kind the reason is, and what
// caused it, if that is known.
type Reason struct {
	Kind  Kind
	Cause string // one of the Cause constants, or what somebody else says
}

// A Kind is what a figure is instead of a number.
type Kind string

// The kinds of reasons.
const (
	IsLost        Kind = "lost"           // infinite: a percentile that lies among the lost stones
	NotApplicable Kind = "not-applicable" // there is nothing that it could be the figure of
	IsUnknown     Kind = "unknown"        // there is, and nobody tells
	TooFew        Kind = "too-few"        // there are too few for it to mean anything
	ByDesign      Kind = "by-design"      // it cannot be anything but 0; stands beside that 0
)

// Causes for which a figure has no value.
const (
	CauseNothingCame   = "nothing-came"
	CauseOneCame       = "only-one-came"
	CauseDidNotCome    = "did-not-come" // this stone
	CauseNoneThrown    = "none-was-thrown"
	CauseNoTwoThrown   = "no-two-were-thrown"
	CauseNotThrown     = "nothing-was-thrown" // over this transport at all
	CauseNotPaced      = "not-paced"
	CauseDueWhenThrown = "due-when-thrown"
	CauseNeverAsks     = "never-asks" // the transport
	CauseThrowsOnce    = "throws-once"
	CauseNoTimeouts    = "has-no-timeouts"
	CauseRefused       = "refused"
	CauseNoAnswer      = "no-answer"
	CauseNoTime        = "no-time-passed"
	CauseReverse       = "reverse" // not measured when the other end throws
	CauseNoReport      = "no-report"
	CauseShareOfNone   = "share-of-nothing"
	CauseUnseen        = "not-seen" // by anybody on this path
	CauseNoPackets     = "packets-not-seen"
	CauseOwnWay        = "own-way"       // a protocol of one's own asks in its own way, or not at all
	CauseAlone         = "alone"         // on its wire
	CauseNoBulk        = "no-bulk"       // no flow that is not paced shares its wire, or this one is not paced
	CauseNeverIdle     = "never-idle"    // no stone was due before such a flow began
	CauseNeverLoaded   = "never-loaded"  // or while it ran
	CauseNoAnswers     = "no-answers"    // were asked for
	CauseNoFile        = "no-file"       // was thrown
	CauseNoText        = "no-text"       // was read here
	CauseNotCompared   = "not-compared"  // there is no measurement, or no theory
	CauseNoChance      = "no-chance"     // decides it
	CauseNoneExpected  = "none-expected" // nothing is a share of 0
)

// Number is a figure with a value.
func Number[T int | int64 | float64](v T) Figure { return Figure{Value: float64(v)} }

// Milliseconds is d as a figure in milliseconds.
func Milliseconds(d time.Duration) Figure {
	return Figure{Value: float64(d) / float64(time.Millisecond)}
}

// NA is the figure of something that does not apply, for that cause.
func NA(cause string) Figure { return Figure{Why: Reason{NotApplicable, cause}} }

// Untold is a figure that nobody tells, for that cause.
func Untold(cause string) Figure { return Figure{Why: Reason{IsUnknown, cause}} }

// Infinite is the figure of a percentile that lies among the lost stones.
func Infinite() Figure { return Figure{Why: Reason{Kind: IsLost}} }

// Known reports whether f has a value.
func (f Figure) Known() bool { return f.Why == Reason{} }

// String writes the value in the shortest form, or the reason.
func (f Figure) String() string {
	if !f.Known() {
		return f.Why.String()
	}
	return strconv.FormatFloat(f.Value, 'f', -1, 64)
}

// String writes the reason as it stands in the JSON: the kind, and behind a colon
// the cause, if there is one.
func (r Reason) String() string {
	if r.Cause == "" {
		return string(r.Kind)
	}
	return string(r.Kind) + ":" + r.Cause
}

// ParseReason reads what [Reason.String] wrote.
func ParseReason(s string) Reason {
	kind, cause, _ := strings.Cut(s, ":")
	return Reason{Kind(kind), cause}
}
