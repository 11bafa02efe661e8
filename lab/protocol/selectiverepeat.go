package protocol

import "time"

// SelectiveRepeat throws again what was lost, and only that. The catcher keeps what
// comes behind a gap until the gap is filled, and acknowledges each stone by its own
// number; the thrower has a timer for each.
//
// Both ends have the same window. What lies below the catcher's was delivered, and is
// acknowledged again: its acknowledgement was lost.
//
// Parameters: window, in stones, and timeout.
func SelectiveRepeat(role Role, plan Plan, params Params) (Protocol, error) {
	r := reader{left: params}
	s := &selectiveRepeat{
		timeout: r.length("timeout", usualTimeout),
		slots:   make([]slot, min(max(1, r.whole("window", usualWindow, 1, MaxTimer+1)), MaxTimer+1)),
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	return s, fits(plan)
}

type selectiveRepeat struct {
	timeout time.Duration
	slots   []slot // by a stone's number, modulo the window

	queue [][]byte // the thrower's: stones that have no slot yet
	first uint32   // the oldest number that has a slot
	next  uint32   // the thrower's: the number of the next stone to get one
	last  bool
}

// A slot is for one stone of the window.
type slot struct {
	stone []byte
	full  bool // the thrower's: it is on its way; the catcher's: it waits for earlier ones
	acked bool // the thrower's
}

func (s *selectiveRepeat) slot(number uint32) *slot { return &s.slots[s.timer(number)] }

// timer is the number of a stone's timer, and of its slot.
func (s *selectiveRepeat) timer(number uint32) int { return int(number) % len(s.slots) }

// within reports whether a number is one of so many from first on.
func within(number, first uint32, n int) bool { return number-first < uint32(n) }

func (s *selectiveRepeat) Throw(w Wire, stone []byte) {
	s.queue = append(s.queue, append([]byte(nil), stone...))
	s.fill(w)
}

// fill throws as many stones as the window has room for.
func (s *selectiveRepeat) fill(w Wire) {
	for len(s.queue) > 0 && within(s.next, s.first, len(s.slots)) {
		*s.slot(s.next) = slot{stone: s.queue[0], full: true}
		s.queue = s.queue[1:]
		s.send(w, s.next)
		s.next++
	}
	w.Note("window", float64(s.next-s.first))
}

// send throws a stone of the window, for the first time or again.
func (s *selectiveRepeat) send(w Wire, number uint32) {
	w.Send(frame{data, number, s.slot(number).stone}.bytes())
	w.Set(s.timer(number), s.timeout)
}

func (s *selectiveRepeat) Timeout(w Wire, timer int) {
	for number := s.first; number != s.next; number++ {
		if s.timer(number) == timer {
			s.send(w, number)
			w.Note("again", float64(number)+1) // the stone whose time was over
		}
	}
}

func (s *selectiveRepeat) Receive(w Wire, datagram []byte) {
	switch f, ok := parse(datagram); {
	case !ok:
	case f.kind == data:
		s.caught(w, f)
	case within(f.number, s.first, int(s.next-s.first)):
		s.acknowledged(w, f.number)
	}
}

// acknowledged is what the thrower does when a stone is acknowledged: the window moves
// on past all that are.
func (s *selectiveRepeat) acknowledged(w Wire, number uint32) {
	s.slot(number).acked = true
	w.Set(s.timer(number), 0)
	for s.first != s.next && s.slot(s.first).acked {
		s.first++
	}
	s.fill(w)
}

// caught is what the catcher does with a stone: it keeps one of its window, delivers
// all that are complete from the first on, and acknowledges what it has, or had.
func (s *selectiveRepeat) caught(w Wire, f frame) {
	switch n := len(s.slots); {
	case within(f.number, s.first, n):
		if at := s.slot(f.number); !at.full {
			*at = slot{stone: append([]byte(nil), f.stone...), full: true}
		}
		for at := s.slot(s.first); at.full; at = s.slot(s.first) {
			w.Deliver(at.stone)
			*at = slot{}
			s.first++
		}
	case !within(f.number, s.first-uint32(n), n):
		return // in no window
	}
	w.Send(frame{kind: acknowledgement, number: f.number}.bytes())
}

func (s *selectiveRepeat) Last(Wire) { s.last = true }

func (s *selectiveRepeat) Done() bool { return s.last && len(s.queue) == 0 && s.first == s.next }
