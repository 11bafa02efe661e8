package protocol

import "time"

// StopAndWait is the simplest protocol that loses nothing: throw one stone, wait
// until it is acknowledged, throw the next. If no acknowledgement comes in time,
// throw the same again.
//
// Two things make it right. The stone has a number, so that the catcher knows one
// that it has already: its acknowledgement was lost, and it acknowledges again. And
// the acknowledgement has the number too, so that one that comes late is not taken
// for that of the next stone.
//
// One thing makes it slow: in each round trip there goes one stone, however wide the
// road is.
//
// Parameters: timeout.
func StopAndWait(_ Role, plan Plan, params Params) (Protocol, error) {
	r := reader{left: params}
	s := &stopAndWait{timeout: r.length("timeout", usualTimeout)}
	if err := r.end(); err != nil {
		return nil, err
	}
	return s, fits(plan)
}

// usualTimeout is how long the built-in protocols wait for an acknowledgement by
// default. It never changes: they do not measure the round trip.
const usualTimeout = 200 * time.Millisecond

type stopAndWait struct {
	timeout time.Duration

	queue  [][]byte // the thrower's: stones that are not acknowledged, the first one is on its way
	number uint32   // of the first one; the catcher's: of the next one
	last   bool
}

func (s *stopAndWait) Throw(w Wire, stone []byte) {
	s.queue = append(s.queue, append([]byte(nil), stone...))
	if len(s.queue) == 1 {
		s.send(w)
	}
}

// send throws the first stone, for the first time or again.
func (s *stopAndWait) send(w Wire) {
	w.Send(frame{data, s.number, s.queue[0]}.bytes())
	w.Set(0, s.timeout)
}

func (s *stopAndWait) Timeout(w Wire, _ int) {
	s.send(w)
	w.Note("again", float64(s.number)+1) // the stone whose time was over
}

func (s *stopAndWait) Receive(w Wire, datagram []byte) {
	switch f, ok := parse(datagram); {
	case !ok:
	case f.kind == data:
		s.caught(w, f)
	case len(s.queue) > 0 && f.number == s.number:
		s.queue = s.queue[1:]
		s.number++
		w.Set(0, 0)
		if len(s.queue) > 0 {
			s.send(w)
		}
	}
}

// caught is what the catcher does with a stone: it keeps the one that it waits for,
// and acknowledges every one.
func (s *stopAndWait) caught(w Wire, f frame) {
	if f.number == s.number {
		w.Deliver(f.stone)
		s.number++
	}
	w.Send(frame{kind: acknowledgement, number: f.number}.bytes())
}

func (s *stopAndWait) Last(Wire) { s.last = true }

func (s *stopAndWait) Done() bool { return s.last && len(s.queue) == 0 }
