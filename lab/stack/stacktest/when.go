package stacktest

import (
	"fmt"
	"time"
)

// A When says at which time something is expected: a range without a tick, which is
// usually a single time, and the range with the kernel's tick.
type When struct {
	exact, ticked span
}

type span struct{ from, to time.Duration }

func (s span) String() string {
	if s.from == s.to {
		return s.from.String()
	}
	return fmt.Sprintf("%v to %v", s.from, s.to)
}

// At is one time, with a tick and without.
func At(at time.Duration) When { return Within(at, at) }

// Within is a range of times, with a tick and without.
func Within(from, to time.Duration) When { return When{span{from, to}, span{from, to}} }

// Linux returns w with another range for stories with a tick.
func (w When) Linux(from, to time.Duration) When {
	w.ticked = span{from, to}
	return w
}
