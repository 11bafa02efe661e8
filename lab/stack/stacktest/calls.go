package stacktest

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"stones/lab/stack/tcp"
)

// A Result is what a system call returned.
type Result struct {
	N   int
	Err error // a syscall.Errno, or nil

	story *Story
	call  func() string
}

// Gives expects that the call succeeded and returned n.
func (r Result) Gives(n int) {
	r.story.t.Helper()
	if r.N != n || r.Err != nil {
		r.story.Fatalf("%s = %d, %v; want %d", r.call(), r.N, r.Err, n)
	}
}

// Fails expects that the call failed with an error number.
func (r Result) Fails(err syscall.Errno) {
	r.story.t.Helper()
	if !errors.Is(r.Err, err) {
		r.story.Fatalf("%s = %d, %v; want %v", r.call(), r.N, r.Err, err)
	}
}

func (s *Story) result(n int, err error, call string, args ...any) Result {
	s.tell("call "+call+" = %d %v", append(args, n, err)...)
	return Result{N: n, Err: errno(err), story: s, call: func() string { return fmt.Sprintf(call, args...) }}
}

// Listen makes a listening socket: socket, bind and listen.
func (s *Story) Listen() Result {
	s.machine.listening = true
	return s.result(0, nil, "listen()")
}

// Connect sends a SYN: socket, and a non-blocking connect.
func (s *Story) Connect() Result {
	s.machine.open()
	s.machine.conn.Connect(s.queue.Now())
	s.machine.after()
	return s.result(-1, syscall.EINPROGRESS, "connect()")
}

// Accept takes the connection that came to the listener.
func (s *Story) Accept() Result {
	m := s.machine
	if m.conn == nil || m.accepted || m.conn.State() < tcp.Established {
		return s.result(-1, syscall.EAGAIN, "accept()")
	}
	m.accepted = true
	return s.result(0, nil, "accept()")
}

// Write writes n bytes without blocking. It returns how many the send buffer took.
func (s *Story) Write(n int) Result {
	got, err := s.machine.writeSome(n)
	if got == 0 && err == nil && n > 0 {
		got, err = -1, syscall.EAGAIN
	}
	s.machine.after()
	return s.result(got, err, "write(%d)", n)
}

// WriteAll begins a blocking write of n bytes. The program goes on with it whenever the
// send buffer has room, while the story goes on.
func (s *Story) WriteAll(n int) {
	s.tell("call write(%d), which may wait", n)
	s.machine.pending += n
	s.machine.after()
}

// Writing lets the program write size bytes at a time whenever the send buffer
// has room.
func (s *Story) Writing(size int) {
	s.tell("call write(%d), again and again", size)
	s.machine.writes = size
	s.machine.after()
}

// Read reads at most n bytes without blocking.
func (s *Story) Read(n int) Result {
	got, err := s.machine.readSome(n)
	switch {
	case errors.Is(err, io.EOF):
		err = nil
	case got == 0 && err == nil:
		got, err = -1, syscall.EAGAIN
	}
	s.machine.after()
	s.intact()
	return s.result(got, err, "read(%d)", n)
}

// Reading makes the program read whatever comes at once, or stops it.
func (s *Story) Reading(on bool) {
	s.tell("call read(...), again and again: %t", on)
	s.machine.reads = on
	s.machine.after()
}

// Closing makes the program shut its stream down when it has read the end of the other
// one.
func (s *Story) Closing() { s.machine.closes = true }

// ReadBytes is how much the program has read so far.
func (s *Story) ReadBytes() int64 { return s.machine.read }

// WrittenBytes is how much the send buffer has taken so far.
func (s *Story) WrittenBytes() int64 { return s.machine.written }

// Shutdown ends the program's stream: shutdown(SHUT_WR).
func (s *Story) Shutdown() Result {
	s.machine.conn.CloseWrite(s.queue.Now())
	s.machine.after()
	return s.result(0, nil, "shutdown(SHUT_WR)")
}

// Close closes the socket.
func (s *Story) Close() Result {
	s.machine.conn.Close(s.queue.Now())
	s.machine.after()
	return s.result(0, nil, "close()")
}

// Abort closes the socket with SO_LINGER on and a time of 0, which resets the
// connection.
func (s *Story) Abort() Result {
	s.machine.conn.Abort(s.queue.Now())
	s.machine.after()
	return s.result(0, nil, "close()")
}

// SetNoDelay sets TCP_NODELAY.
func (s *Story) SetNoDelay(on bool) Result {
	s.machine.conn.SetNagle(s.queue.Now(), !on)
	s.machine.after()
	return s.result(0, nil, "setsockopt(TCP_NODELAY, %t)", on)
}

// SetKeepAlive sets SO_KEEPALIVE and its times.
func (s *Story) SetKeepAlive(k tcp.KeepAlive) Result {
	s.machine.conn.SetKeepAlive(s.queue.Now(), k)
	s.machine.after()
	return s.result(0, nil, "setsockopt(SO_KEEPALIVE, %+v)", k)
}

// SocketError is what getsockopt(SO_ERROR) gives: why the connection ended.
func (s *Story) SocketError() Result {
	return s.result(0, s.machine.conn.Err(), "getsockopt(SO_ERROR)")
}

// Info is what getsockopt(TCP_INFO) gives.
func (s *Story) Info() tcp.Info { return s.machine.conn.Info() }

// Counters are the kernel's counters of this connection.
func (s *Story) Counters() tcp.Counters { return s.machine.conn.Counters() }

// Acked reports whether the peer has acknowledged all, the FIN included.
func (s *Story) Acked() bool { return s.machine.conn.Acked() }

// Connected opens a connection actively, to a peer that answers after rtt and then
// announces a large window. It makes that moment time zero.
func (s *Story) Connected(rtt time.Duration) {
	s.t.Helper()
	s.Connect().Fails(syscall.EINPROGRESS)
	s.Out(At(s.Now()), "S 0:0(0)")
	s.In(s.Now()+rtt, "S. 0:0(0) ack 1")
	s.Out(At(s.Now()), ". 1:1(0) ack 1")
	s.In(s.Now(), ". 1:1(0) ack 1")
	s.Mark()
}

// Accepted opens a connection passively, from a peer that answers after rtt. It makes
// the moment at which the connection is open time zero.
func (s *Story) Accepted(rtt time.Duration) {
	s.t.Helper()
	s.Listen().Gives(0)
	s.In(s.Now(), "S 0:0(0)")
	s.Out(At(s.Now()), "S. 0:0(0) ack 1")
	s.In(s.Now()+rtt, ". 1:1(0) ack 1")
	s.Accept().Gives(0)
	s.Mark()
}

// intact ends the story if the program has read other bytes than were sent.
func (s *Story) intact() {
	if s.machine.broken != nil {
		s.Fatalf("%v", s.machine.broken)
	}
}
