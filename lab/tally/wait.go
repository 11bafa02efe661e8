package tally

import "time"

// A Way is when the last byte of a stone passed each point of its way, on the clock of
// its Due.
type Way struct {
	Left  time.Duration // it was sent
	Sent  time.Duration // it was sent again, if what was sent first never came; Left otherwise
	Came  time.Duration // it came
	Whole time.Duration // every earlier byte had come too
}

// Waits are the parts of a stone's delay beyond the least delay, by cause. They add up
// to it.
type Waits struct {
	ToLeave time.Duration // from when it was due until it left
	Again   time.Duration // until it was sent once more, because it was lost
	Earlier time.Duration // for an earlier byte, when its own had come: head-of-line blocking
	Road    time.Duration // the rest: queues, jitter, other paths, a reader that was slow
}

// Split divides the wait of a stone that was due at due and took delay, where least is
// the least delay of the flow.
//
// All stones may have waited for something, the quickest one too. The least delay then
// holds a part of the waits, which is taken from them in order.
func (w Way) Split(due, delay, least time.Duration) Waits {
	s := Waits{
		ToLeave: max(w.Left-due, 0),
		Again:   max(w.Sent-w.Left, 0),
		Earlier: max(w.Whole-w.Came, 0),
	}
	s.Road = delay - least - s.ToLeave - s.Again - s.Earlier
	for _, wait := range []*time.Duration{&s.ToLeave, &s.Again, &s.Earlier} {
		if s.Road >= 0 {
			break
		}
		part := min(*wait, -s.Road)
		*wait -= part
		s.Road += part
	}
	return s
}
