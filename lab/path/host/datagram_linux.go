package host

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// A sender is the thrower's end of UDP. It holds datagrams back until they fill a batch
// or the world's clock is about to sleep, and gives them to the kernel in one call.
//
// The kernel is given every datagram for which Write returned no error. The kernel
// reports errors late, of a datagram that was sent before (RFC 1122 section 4.1.3.3).
// One Write returns such an error, and its own datagram is then not sent. So the number
// of Writes without an error is the number of datagrams sent.
type sender struct {
	net.Conn
	packets *ipv4.PacketConn // of the same socket, for calls with many datagrams
	world   *World
	account *account // of the catcher; nil if that is not in this world

	expired atomic.Bool // the deadline for writing was set to the past
	closed  atomic.Bool

	mu       sync.Mutex
	batch    batch
	offload  bool  // the kernel cuts one message into datagrams (UDP_SEGMENT)
	late     error // of datagrams that were sent outside of a Write; the next Write returns it
	messages []ipv4.Message
	segment  []byte // the control message UDP_SEGMENT
}

func newSender(w *World, conn *net.UDPConn) *sender {
	s := &sender{
		Conn: conn, packets: ipv4.NewPacketConn(conn), world: w,
		offload: !w.cfg.Plain && !w.cfg.elsewhere(), batch: batch{most: maxDatagram},
		messages: make([]ipv4.Message, maxSegments), segment: make([]byte, unix.CmsgSpace(2)),
	}
	for i := range s.messages {
		s.messages[i].Buffers = make([][]byte, 1)
	}
	if w.cfg.Plain {
		s.batch.most = 0
	}
	if s.account = w.accountAt(conn.RemoteAddr()); s.account != nil {
		s.account.expect(addrPort(conn.LocalAddr()), s.offload)
		s.batch.most = min(s.batch.most, s.account.buffer/dropShare)
	}
	return s
}

// dropShare is how many batches the catcher's buffer holds at least. A batch is dropped
// as a whole, so it must be small compared with the buffer.
const dropShare = 8

// Write sends b, or holds it back.
func (s *sender) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch err := s.late; {
	case s.closed.Load():
		return 0, s.fail("write", net.ErrClosed)
	case s.expired.Load():
		return 0, s.fail("write", os.ErrDeadlineExceeded)
	case err != nil:
		s.late = nil
		return 0, err
	}
	if !s.batch.takes(len(b)) {
		if err := s.flush(0); err != nil {
			return 0, err
		}
	}
	if s.batch.room(len(b)) < 2 {
		n, err := s.Conn.Write(b)
		if err == nil {
			s.gave(1, 1)
		}
		return n, err
	}
	s.batch.add(b)
	if s.batch.full() {
		if err := s.flush(0); err != nil {
			s.batch.takeBack() // b was not sent: flush sends from the front
			return 0, err
		}
	}
	return len(b), nil
}

// push sends what is held back without blocking, and reports whether something is left.
// If another goroutine is writing, push does nothing: that goroutine sends it.
func (s *sender) push() (left bool) {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	for range 2 { // the first call may only return an error of what was sent before
		err := s.flush(unix.MSG_DONTWAIT)
		if err == nil || errors.Is(err, unix.EAGAIN) {
			break
		}
		if s.late == nil {
			s.late = err
		}
	}
	return s.batch.count() > 0
}

// flush sends what is held back. After an error the rest stays held back.
func (s *sender) flush(flags int) error {
	for s.batch.count() > 0 {
		n, err := s.send(flags)
		s.batch.gone(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// send makes one system call and returns how many datagrams the kernel took.
func (s *sender) send(flags int) (int, error) {
	count := s.batch.count()
	if count > 1 && s.offload {
		s.messages[0].Buffers[0], s.messages[0].OOB = s.batch.bytes, s.segments()
		_, err := s.packets.WriteBatch(s.messages[:1], flags)
		switch {
		case err == nil:
			s.gave(1, count)
			return count, nil
		case !refused(err):
			return 0, s.fail("write", bare(err))
		}
		s.offload = false
	}
	// If a datagram after the first fails, the kernel returns no error, only how many it
	// took. The next call begins with the one that failed.
	for i := range count {
		s.messages[i].Buffers[0], s.messages[i].OOB = s.batch.datagram(i), nil
	}
	n, err := s.packets.WriteBatch(s.messages[:count], flags)
	n = max(0, n)
	s.gave(n, n)
	if err != nil {
		return n, s.fail("write", bare(err))
	}
	return n, nil
}

// gave counts what the kernel has taken.
func (s *sender) gave(messages, datagrams int) {
	if s.account != nil {
		s.account.given.add(messages, datagrams)
	}
}

// refused reports whether the kernel or the device cannot cut messages, or not this one,
// since a datagram may be longer than the device's packets.
func refused(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EIO) || errors.Is(err, unix.EOPNOTSUPP) ||
		errors.Is(err, unix.ENOPROTOOPT) || errors.Is(err, unix.EMSGSIZE)
}

// segments is the control message that makes the kernel cut a message into datagrams of
// the batch's size.
func (s *sender) segments() []byte {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&s.segment[0]))
	h.Level, h.Type = unix.SOL_UDP, unix.UDP_SEGMENT
	h.SetLen(unix.CmsgLen(2))
	*(*uint16)(unsafe.Pointer(&s.segment[unix.CmsgLen(0)])) = uint16(s.batch.size)
	return s.segment
}

// Read waits for a datagram. It first sends what is held back, which may ask for one.
func (s *sender) Read(b []byte) (int, error) {
	s.push()
	return s.Conn.Read(b)
}

// SetDeadline sets both deadlines.
func (s *sender) SetDeadline(t time.Time) error {
	s.expire(t)
	return s.Conn.SetDeadline(t)
}

// SetWriteDeadline sets when a blocked Write gives up.
func (s *sender) SetWriteDeadline(t time.Time) error {
	s.expire(t)
	return s.Conn.SetWriteDeadline(t)
}

// expire notes whether a deadline has passed. If so, it first sends what is held back.
func (s *sender) expire(t time.Time) {
	past := passed(t)
	if past {
		s.push()
	}
	s.expired.Store(past)
}

// lastTry is how long Close tries to send what is held back.
const lastTry = time.Second

// Close sends what is held back and closes the socket.
func (s *sender) Close() error {
	if s.closed.Swap(true) {
		return s.fail("close", net.ErrClosed)
	}
	_ = s.Conn.SetWriteDeadline(time.Unix(1, 0)) // makes a blocked Write return
	s.mu.Lock()
	defer s.mu.Unlock()
	end := time.Now().Add(lastTry)
	for {
		_ = s.Conn.SetWriteDeadline(end)
		if s.flush(0) == nil || time.Now().After(end) { // there is no later Write to return an error
			break
		}
		time.Sleep(look)
	}
	s.world.release(s, s.batch.count())
	return s.Conn.Close()
}

// fail is err as package net would return it.
func (s *sender) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: err}
}

// bare is the cause of err, without the calls that it is wrapped in.
func bare(err error) error {
	for op := (*net.OpError)(nil); errors.As(err, &op); {
		err = op.Err
	}
	if call := (*os.SyscallError)(nil); errors.As(err, &call) {
		err = call.Err
	}
	return err
}

// passed reports whether t is a deadline in the past.
func passed(t time.Time) bool { return !t.IsZero() && !t.After(time.Now()) }
