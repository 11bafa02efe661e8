package sim

import (
	"gvisor.dev/gvisor/pkg/tcpip"
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
	written int64   // bytes that the stack has taken
	course  *course // what the stack has sent of them
}

// corkSize is how much a cork keeps at most, in bytes. More goes to the stack,
// whose send buffer says when it is enough.
const corkSize = 64 << 10

// keeps reports whether what is kept stays so: the stack has bytes to send
// already.
func (s *stream) keeps() bool {
	return s.cork.course.sent < s.cork.written && len(s.cork.kept) <= corkSize
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
