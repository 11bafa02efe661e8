package wire

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"stones/lab/quantity"
)

// A Cycle changes one property of a shape at regular intervals, to one value after the
// other, and then to the first again. The first change comes after the first interval. Its
// text is 15s:delay=30ms 60ms 45ms.
type Cycle struct {
	Every  time.Duration
	Word   string   // one of [ChangeWords]
	Values []string // as the flag of that word takes them
}

// Limits of cycles.
const (
	MinCycle       = time.Millisecond
	MaxCycles      = 100
	MaxCycleValues = 1000
)

func (c Cycle) String() string {
	return quantity.FormatDuration(c.Every) + ":" + c.Word + "=" + strings.Join(c.Values, " ")
}

// MarshalText writes the cycle as it is read.
func (c Cycle) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a cycle.
func (c *Cycle) UnmarshalText(text []byte) error {
	every, what, ok := strings.Cut(string(text), ":")
	word, values, set := strings.Cut(what, "=")
	v := Cycle{Word: word, Values: strings.Fields(values)}
	if !ok || !set || len(v.Values) == 0 {
		return errors.New("not a cycle; write how often and what, as in 15s:delay=30ms 60ms 45ms")
	}
	var err error
	if v.Every, err = quantity.ParseDuration(every); err != nil {
		return err
	}
	for _, value := range v.Values {
		var one Change
		if err := one.UnmarshalText([]byte("0:" + word + "=" + value)); err != nil {
			return err
		}
	}
	if err := v.validate(); err != nil {
		return err
	}
	*c = v
	return nil
}

func (c Cycle) validate() error {
	switch {
	case c.Every < MinCycle || c.Every > MaxMoment:
		return errors.New(quantity.OutOfRange(MinCycle, MaxMoment))
	case len(c.Values) == 0 || len(c.Values) > MaxCycleValues:
		return fmt.Errorf("%d values; allowed 1 to %d", len(c.Values), MaxCycleValues)
	}
	return nil
}

// An agenda is the changes of a shape, in the order of time.
type agenda struct {
	changes []Change // to come
	cycles  []Cycle
	rounds  []int         // how often each cycle has changed something
	next    time.Duration // time of the next change
}

// never is the time of a change that does not come.
const never = time.Duration(math.MaxInt64)

func newAgenda(s Shape) agenda {
	a := agenda{changes: s.At, cycles: s.Every, rounds: make([]int, len(s.Every))}
	a.next, _ = a.first()
	return a
}

// first is the time of the next change, and the index of the cycle that makes it, or -1
// for a single change. At the same time, single changes come last, so that they prevail.
func (a *agenda) first() (at time.Duration, cycle int) {
	at, cycle = never, -1
	for i, c := range a.cycles {
		if t := time.Duration(a.rounds[i]+1) * c.Every; t < at {
			at, cycle = t, i
		}
	}
	if len(a.changes) > 0 && a.changes[0].At < at {
		return a.changes[0].At, -1
	}
	return at, cycle
}

// pop removes and returns the next change.
func (a *agenda) pop() (c Change) {
	at, cycle := a.first()
	if cycle < 0 {
		c, a.changes = a.changes[0], a.changes[1:]
	} else {
		of := a.cycles[cycle]
		c = Change{at, of.Word, of.Values[a.rounds[cycle]%len(of.Values)]}
		a.rounds[cycle]++
	}
	a.next, _ = a.first()
	return c
}

// seen reports whether every change of the agenda has been made at least once.
func (a *agenda) seen() bool {
	for i, c := range a.cycles {
		if a.rounds[i] < len(c.Values) {
			return false
		}
	}
	return len(a.changes) == 0
}

// words are the words of all changes.
func (s Shape) words() []string {
	var words []string
	for _, c := range s.At {
		words = append(words, c.Word)
	}
	for _, c := range s.Every {
		words = append(words, c.Word)
	}
	return words
}

// Damages reports whether the wire may flip bits, now or later.
func (s Shape) Damages() bool { return s.Corrupt > 0 || slices.Contains(s.words(), "corrupt") }

// validateChanges checks the shape after each of its changes.
func (s Shape) validateChanges() error {
	for i, c := range s.At {
		if i > 0 && c.At < s.At[i-1].At {
			return quantity.Invalid("at", c, "stands behind a later one; write changes in the order of time")
		}
	}
	for _, c := range s.Every {
		if err := c.validate(); err != nil {
			return quantity.Invalid("every", c, err.Error())
		}
	}
	if !s.Trace.IsZero() && slices.Contains(s.words(), "bandwidth") {
		return quantity.Invalid("bandwidth", s.Trace, "a trace cannot be combined with changes of the bandwidth: it says how that changes")
	}
	next := s
	next.At, next.Every, next.Outage, next.Drop, next.DropPackets = nil, nil, nil, nil, nil
	for a := newAgenda(s); !a.seen(); {
		_, cycle := a.first()
		c := a.pop()
		err := c.apply(&next)
		if err == nil {
			err = next.Validate()
		}
		if err == nil {
			continue
		}
		why := err.Error()
		if wrong := new(quantity.InvalidError); errors.As(err, &wrong) {
			why = wrong.Why
		}
		if cycle >= 0 {
			return quantity.Invalid("every", s.Every[cycle], "at "+c.String()+": "+why)
		}
		return quantity.Invalid("at", c, why)
	}
	return nil
}

// change applies the changes whose time has come.
func (w *Wire) change(now time.Duration) {
	for w.agenda.next <= now-w.begun {
		_ = w.agenda.pop().apply(&w.shape) // no error: the shape is valid
		if w.shape.Reorder.By == 0 {
			w.shape.Reorder.By = defaultBy
		}
		w.link.bandwidth = uint64(w.shape.Bandwidth)
		w.link.limit = w.shape.room()
		if m, ok := w.manager.(interface{ relimit(limit Queue) }); ok {
			m.relimit(w.link.limit)
		}
		w.far.delay = w.shape.Delay
	}
}
