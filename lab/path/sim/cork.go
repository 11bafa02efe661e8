package sim

import (
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"

	"stones/lab/path/watch"
)

// A cork keeps what is written while the stack has bytes that it may not send
// yet, and hands it over when the next segment comes in.
//
// It cures a fault of the stack. Every write that it gets, even one of which it
// can send nothing, puts off its tail loss probe and retransmission timeout.
// RFC 8985 section 7.2 has the probe scheduled when data is sent. A thrower
// that goes on writing while the congestion window is full would put them off
// for ever, and a lost segment would never be sent again.
type cork struct {
	kept    []byte
	written int64         // bytes that the stack has taken
	course  *watch.Course // what the stack has sent of them
}

// corkSize is how much a cork keeps at most, in bytes. More goes to the stack,
// whose send buffer says when it is enough.
const corkSize = 64 << 10

// keeps reports whether what is kept stays so: the stack has bytes to send
// already.
func (s *stream) keeps() bool {
	return s.cork.course.Sent < s.cork.written && len(s.cork.kept) <= corkSize
}

// pour hands over to the stack what is kept. It says ErrWouldBlock if the stack
// has no room for all of it.
func (s *stream) pour() tcpip.Error {
	for len(s.cork.kept) > 0 {
		s.payload.Reset(s.cork.kept)
		n, err := s.ep.Write(&s.payload, tcpip.WriteOptions{})
		s.cork.written += n
		s.cork.kept = s.cork.kept[:copy(s.cork.kept, s.cork.kept[n:])]
		if err != nil {
			return err
		}
	}
	return nil
}

// uncork hands over what the streams keep, before a segment comes in.
func (h *host) uncork() {
	for _, s := range h.streams {
		_ = s.pour() // what finds no room is kept; what finds an error, the next call finds too
	}
}

// A closing is a stream's wait for everything to be acknowledged, behind which
// its FIN goes out.
//
// It cures another fault of the stack, which sometimes counts nothing in flight
// while something is, and then starts no retransmission timer. In fast recovery
// it leaves out a FIN, so that one that is lost then is never sent again; the
// FIN must not be in flight together with data. In other cases it leaves out
// the last data; a FIN behind them, when nothing has been heard for long, sets
// the count right.
type closing struct {
	began bool
	late  bool   // nothing was heard for long
	alarm *event // sets late
}

// closingPatience is the least time that counts as long; four retransmission
// timeouts are the other one.
const closingPatience = 10 * time.Second

// settled says ErrWouldBlock until all that was written is acknowledged.
func (s *stream) settled() tcpip.Error {
	if err := s.pour(); err != nil {
		return err
	}
	if s.closing.late || s.cork.course == nil || s.cork.course.Acked >= s.cork.written {
		s.eng.cancel(s.closing.alarm)
		return nil
	}
	if !s.closing.began {
		s.closing.began = true
		s.wait()
	}
	return &tcpip.ErrWouldBlock{}
}

// wait counts the time for which nothing is heard from now on.
func (s *stream) wait() {
	patience := closingPatience
	var info tcpip.TCPInfoOption
	if err := s.ep.GetSockOpt(&info); err == nil {
		patience = max(patience, 4*info.RTO)
	}
	s.eng.schedule(s.closing.alarm, s.eng.now+patience)
}

// acknowledged lets the stream to which a segment came know.
func (h *host) acknowledged(seen watch.Sight) {
	h.card.wire.eye.Course(seen.Ports).Acknowledge(seen.Ack)
	for _, s := range h.streams {
		if s.closing.began && s.closing.alarm.scheduled() {
			s.wait()
			s.wake()
		}
	}
}
