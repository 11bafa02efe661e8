package tally

import (
	"errors"
	"fmt"
	"strings"
)

// Check returns an error unless the counts agree with each other. It names each
// law that is broken and prints both sides of it.
//
//  1. planned = attempted + not attempted
//  2. attempted = thrown + not thrown
//  3. thrown = delivered + lost + unknown
//  4. arrivals = delivered + duplicated + damaged + foreign + after the drain
//  7. no part is less than nothing or more than the whole
//
// For laws 5 and 6 see [Tally.Compare] and [Catches.CheckStream].
//
// Each side is counted on its own: a stone that came without having been
// thrown, say, is delivered and not thrown, and breaks law 3.
func (s Score) Check() error {
	notThrown := 0
	for _, n := range s.NotThrown {
		notThrown += n
	}
	var errs []error
	broken := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	if s.Planned != s.Attempted+s.NotAttempted {
		broken("law 1: planned %d != attempted %d + not attempted %d", s.Planned, s.Attempted, s.NotAttempted)
	}
	if s.Attempted != s.Thrown+notThrown {
		broken("law 2: attempted %d != thrown %d + not thrown %d", s.Attempted, s.Thrown, notThrown)
	}
	if s.Thrown != s.Delivered+s.Lost+s.Unknown {
		broken("law 3: thrown %d != delivered %d + lost %d + unknown %d", s.Thrown, s.Delivered, s.Lost, s.Unknown)
	}
	if s.Arrivals != s.Delivered+s.Duplicated+s.Damaged+s.Foreign+s.AfterDrain {
		broken("law 4: arrivals %d != delivered %d + duplicated %d + damaged %d + foreign %d + after the drain %d",
			s.Arrivals, s.Delivered, s.Duplicated, s.Damaged, s.Foreign, s.AfterDrain)
	}
	for _, share := range []struct {
		part, whole string
		n, of       int
	}{
		{"attempted", "planned", s.Attempted, s.Planned},
		{"thrown", "attempted", s.Thrown, s.Attempted},
		{"slipped", "thrown", s.Slipped, s.Thrown},
		{"back to back", "thrown", s.BackToBack, s.Thrown},
		{"delivered", "thrown", s.Delivered, s.Thrown},
		{"lost", "thrown", s.Lost, s.Thrown},
		{"unknown", "thrown", s.Unknown, s.Thrown},
		{"duplicated", "arrivals", s.Duplicated, s.Arrivals},
		{"damaged", "arrivals", s.Damaged, s.Arrivals},
		{"foreign", "arrivals", s.Foreign, s.Arrivals},
		{"after the drain", "arrivals", s.AfterDrain, s.Arrivals},
		{"replicated", "delivered", s.Replicated, s.Delivered},
		{"late", "delivered", s.Late, s.Delivered},
		{"held up", "delivered", s.HeldUp, s.Delivered},
		{"reordered", "delivered", s.Reordered, s.Delivered},
		{"3-reordered", "reordered", s.Reordering.Three, s.Reordered},
	} {
		if share.n < 0 {
			broken("law 7: %s %d < 0", share.part, share.n)
		}
		if share.n > share.of {
			broken("law 7: %s %d > %s %d", share.part, share.n, share.whole, share.of)
		}
	}
	return errors.Join(errs...)
}

// CheckStream returns an error unless law 6 holds, which is for TCP alone: the
// arrivals are exactly the numbers from 1 on, in order, each once.
func (c *Catches) CheckStream() error {
	for i, n := range c.order {
		if n != uint32(i)+1 {
			return fmt.Errorf("law 6: arrival %d is stone %d != %d", i+1, n, i+1)
		}
	}
	if in := c.arrivals - c.afterDrain; in != len(c.order) {
		return fmt.Errorf("law 6: arrivals %d != distinct stones %d", in, len(c.order))
	}
	return nil
}

// shown is how many numbers an error of Compare names.
const shown = 5

// Compare returns an error unless law 5 holds: what the catcher got is what the
// path gave it, stone by stone. That makes the sets of lost, of duplicated and of
// reordered numbers equal, not just how many there are.
//
// The path's own record is given by copies, how many intact copies of stone n it
// handed to the receiving program in time, and by reordered, whether it handed
// stone n over after one with a higher number; a nil function is not compared.
// Without the catcher's report there is nothing to compare.
func (t Tally) Compare(copies func(n uint64) int, reordered func(n uint64) bool) error {
	if t.Catches == nil {
		return nil
	}
	var ours numbers
	for r := range t.Catches.reordered() {
		ours.add(r.Number)
	}
	var differ []string
	differing := 0
	broken := func(format string, args ...any) {
		differing++
		if differing <= shown {
			differ = append(differ, fmt.Sprintf(format, args...))
		}
	}
	last := max(t.Throws.Planned, t.Throws.Attempted, len(t.Catches.copies))
	for n := uint64(1); n <= uint64(last); n++ {
		if copies != nil {
			if caught, given := t.Catches.Copies(n), copies(n); caught != given {
				broken("stone %d: caught %d != handed over %d", n, caught, given)
			}
		}
		if reordered != nil {
			if caught, given := ours.has(n), reordered(n); caught != given {
				broken("stone %d: reordered %t != handed over reordered %t", n, caught, given)
			}
		}
	}
	if differing > shown {
		differ = append(differ, fmt.Sprintf("and %d more", differing-shown))
	}
	if differing > 0 {
		return fmt.Errorf("law 5: %s", strings.Join(differ, "; "))
	}
	return nil
}
