package host

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A stream is the thrower's end of TCP. It holds small writes back until they fill a
// buffer or the world's clock is about to sleep, and gives them to the kernel in one
// call. An error of that is returned by the next call.
type stream struct {
	net.Conn // of the type *net.TCPConn
	raw      syscall.RawConn
	world    *World
	gauge    *gauge

	expired atomic.Bool // the deadline for writing was set to the past
	closed  atomic.Bool
	reading atomic.Int32 // calls of Read

	mu   sync.Mutex
	held []byte // what is held back; its capacity is the limit
	late error  // of a push; all later calls return it
}

// holdBack is how many bytes a stream holds back at most, unless its send buffer is set
// to less.
const holdBack = 512 << 10

func newStream(w *World, conn *net.TCPConn, raw syscall.RawConn) *stream {
	most := holdBack
	switch {
	case w.cfg.Plain:
		most = 0
	case w.cfg.Buffer > 0:
		most = min(most, w.cfg.Buffer)
	}
	return &stream{Conn: conn, raw: raw, world: w, gauge: newGauge(w.Now, raw), held: make([]byte, 0, most)}
}

// Write gives b to the kernel, or holds it back. While a Read is waiting, nothing is held
// back, since the Read may be waiting for an answer.
func (s *stream) Write(b []byte) (int, error) {
	n, err := s.write(b)
	if err == nil && s.reading.Load() > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = s.flush() // what is left stays held back, and the next call meets the error
	}
	return n, err
}

func (s *stream) write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed.Load():
		return 0, s.fail("write", net.ErrClosed)
	case s.late != nil:
		return 0, s.late
	case s.expired.Load():
		return 0, s.fail("write", os.ErrDeadlineExceeded)
	}
	if len(s.held)+len(b) > cap(s.held) {
		if err := s.flush(); err != nil {
			return 0, err
		}
	}
	if len(b) >= cap(s.held) {
		s.gauge.look()
		return s.Conn.Write(b)
	}
	s.held = append(s.held, b...)
	return len(b), nil
}

// flush writes what is held back, and blocks until there is room. After an error the rest
// stays held back.
func (s *stream) flush() error {
	if s.late != nil {
		return s.late
	}
	if len(s.held) == 0 {
		return nil
	}
	s.gauge.look()
	n, err := s.Conn.Write(s.held)
	s.written(n)
	return err
}

// written removes the first n bytes of what is held back.
func (s *stream) written(n int) { s.held = s.held[:copy(s.held, s.held[n:])] }

// push writes what is held back as far as there is room, without blocking, and reports
// whether something is left. If another goroutine is writing, push does nothing: that
// goroutine writes it.
func (s *stream) push() (left bool) {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	if len(s.held) == 0 || s.late != nil {
		return false
	}
	s.gauge.look()
	var n int
	var failed error
	err := s.raw.Control(func(fd uintptr) {
		n, failed = unix.SendmsgN(int(fd), s.held, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	})
	switch {
	case err != nil:
		s.late = err // the socket is closed
	case failed == nil:
		s.written(n)
	case !errors.Is(failed, unix.EAGAIN) && !errors.Is(failed, unix.EINTR):
		s.late = s.fail("write", os.NewSyscallError("sendmsg", failed))
	}
	return len(s.held) > 0 && s.late == nil
}

// Read waits for bytes. It first writes what is held back, which may ask for them.
func (s *stream) Read(b []byte) (int, error) {
	s.reading.Add(1)
	defer s.reading.Add(-1)
	if s.mu.TryLock() { // else the Write in progress sees s.reading and flushes
		err := s.flush()
		s.mu.Unlock()
		if err != nil {
			return 0, err
		}
	}
	return s.Conn.Read(b)
}

// CloseWrite ends this direction of the connection: it writes what is held back, then a
// FIN.
func (s *stream) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.flush(); err != nil {
		return err
	}
	return s.Conn.(*net.TCPConn).CloseWrite()
}

// SetDeadline sets both deadlines.
func (s *stream) SetDeadline(t time.Time) error {
	s.expired.Store(passed(t))
	return s.Conn.SetDeadline(t)
}

// SetWriteDeadline sets when a blocked Write gives up.
func (s *stream) SetWriteDeadline(t time.Time) error {
	s.expired.Store(passed(t))
	return s.Conn.SetWriteDeadline(t)
}

// Close closes the connection. Held back bytes for which the kernel has no room are lost.
func (s *stream) Close() error {
	if s.closed.Swap(true) {
		return s.fail("close", net.ErrClosed)
	}
	s.push()
	s.gauge.close()
	s.world.release(s, 0)
	return s.Conn.Close()
}

// fail is err as package net would return it.
func (s *stream) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: err}
}
