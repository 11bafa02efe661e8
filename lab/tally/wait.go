package tally

import "time"

// A Way is when a stone, or rather its last byte, was where: on the clock of its
// Due.
type Way struct {
	Left  time.Duration // it was sent
	Sent  time.Duration // it was sent again, if what was sent first never came; Left otherwise
	Came  time.Duration // it came
	Whole time.Duration // every earlier byte had come too
}

// Waits are for what a stone waited beyond the least delay. They add up to how
// long that was.
type Waits struct {
	ToLeave time.Duration // from when it was due until it left
	Again   time.Duration // until it was sent once more, because it was lost
	Earlier time.Duration // for an earlier byte, when its own had come: head-of-line blocking
	Road    time.Duration // the rest: queues, jitter, other paths, a reader that was slow
}

// Split says for what a stone waited that was due then, and took delay where the
// least was least.
//
// All stones may have waited for something, that of the least delay too. The least
// delay then holds a part of the waits, and it is taken from them in order.
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
