package tcp

import (
	"errors"
	"time"
)

// The ways in which a connection ends early.
var (
	ErrReset    = errors.New("connection reset by peer")
	ErrRefused  = errors.New("connection refused")
	ErrTimedOut = errors.New("connection timed out")
	ErrAborted  = errors.New("connection aborted")
	ErrClosed   = errors.New("closed for writing") // a write after the end of the own stream: EPIPE
)

// A Conn is one end of a connection. [New] makes one.
type Conn struct {
	cfg  Config
	send func(*Segment)
	now  time.Duration
}

// New returns an end that is closed and will send through send, which may keep
// the payload of a segment, but not the segment.
func New(cfg Config, send func(*Segment)) *Conn { return &Conn{cfg: cfg, send: send} }

// Connect opens the connection actively: it sends a SYN.
func (c *Conn) Connect(now time.Duration) {}

// Accept opens the connection passively, in answer to a SYN that came to a
// listener. The SYN's source is the remote port.
func (c *Conn) Accept(now time.Duration, syn *Segment) {}

// Deliver takes a segment that has arrived. Its payload may be kept by reference.
func (c *Conn) Deliver(now time.Duration, seg *Segment) {}

// Next is when [Conn.Expire] has to be called next. It changes with every call
// of another method, mostly to a later time: who has called Expire too early may
// ask again.
func (c *Conn) Next() (at time.Duration, ok bool) { return 0, false }

// Expire lets the timers fire that are due.
func (c *Conn) Expire(now time.Duration) {}

// Write takes as much of b as the send buffer has room for, and copies it. If it
// takes less, [Conn.Writable] tells when there is room again.
func (c *Conn) Write(now time.Duration, b []byte) (int, error) { return 0, nil }

// Writable reports whether a write would take anything or fail.
func (c *Conn) Writable() bool { return false }

// Read copies bytes that have come in order. It returns 0, nil if there are none
// yet, and io.EOF behind the last one.
func (c *Conn) Read(now time.Duration, b []byte) (int, error) { return 0, nil }

// Readable reports whether a read would give bytes, the end, or an error.
func (c *Conn) Readable() bool { return false }

// CloseWrite ends the own stream behind what was written: a FIN follows it.
// Reading goes on.
func (c *Conn) CloseWrite(now time.Duration) {}

// Close gives the connection up in order: what was written is still delivered,
// what comes is refused. Unread bytes turn it into a reset (RFC 9293, 3.6.1).
func (c *Conn) Close(now time.Duration) {}

// Abort resets the connection.
func (c *Conn) Abort(now time.Duration) {}

// Fail ends the connection with err: the host has been told that the other end
// cannot be reached.
func (c *Conn) Fail(now time.Duration, err error) {}

// PathMTU lowers the size of segments to mss after "fragmentation needed" (RFC
// 1191), and sends again what was too large.
func (c *Conn) PathMTU(now time.Duration, mss int) {}

// SetNagle and SetKeepAlive change what the Config said.
func (c *Conn) SetNagle(now time.Duration, on bool) {}

// SetKeepAlive changes what the Config said.
func (c *Conn) SetKeepAlive(now time.Duration, k KeepAlive) {}

// State is the state of the connection. Once it is Closed again nothing more
// happens, and the host may forget the connection.
func (c *Conn) State() State { return Closed }

// Err is why the connection ended early, or nil.
func (c *Conn) Err() error { return nil }

// Info is what this end knows.
func (c *Conn) Info() Info { return Info{} }

// Counters are counts of what has happened.
func (c *Conn) Counters() Counters { return Counters{} }

// Acked reports whether all that was written, the FIN included, was acknowledged.
func (c *Conn) Acked() bool { return false }

// Refuse writes the answer to a segment for which there is no connection into
// reset: a RST (RFC 9293 section 3.5.2). It is not ok if there must be none.
func Refuse(seg, reset *Segment) (ok bool) { return false }

// NewCubic returns CUBIC (RFC 9438).
func NewCubic() Control { return nil }

// NewReno returns NewReno's congestion control (RFC 5681).
func NewReno() Control { return nil }
