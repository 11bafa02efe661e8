package stacktest

import (
	"bytes"
	"errors"
	"io"
	"syscall"

	"stones/lab/stack/event"
	"stones/lab/stack/tcp"
)

// A machine is the end under test: a connection, its timer, and a program that acts
// without any delay.
type machine struct {
	config    tcp.Config
	conn      *tcp.Conn
	timer     *event.Timer
	send      func(*tcp.Segment)
	clock     *event.Queue
	listening bool
	accepted  bool

	reads   bool   // the program reads whatever comes
	after1  func() // the test's own program, called after every event; may be nil
	writes  int    // the program writes as much as it can, so many bytes at a time; 0 means it does not
	pending int    // bytes that the program still has to write
	closes  bool   // the program closes when the other end has
	written int64  // bytes
	read    int64
	ended   bool // the program has read the end of the stream
	buffer  []byte
	broken  error // the program has read other bytes than the story has sent
}

func newMachine(clock *event.Queue, config tcp.Config, send func(*tcp.Segment)) *machine {
	if config.MSS == 0 {
		config.MSS = 1460
	}
	config.LocalPort, config.RemotePort = port, peerPort
	m := &machine{config: config, clock: clock, send: send}
	m.timer = clock.Timer(func() {
		m.conn.Expire(clock.Now())
		m.after()
	})
	return m
}

// after lets the program do what it can, and sets the timer.
func (m *machine) after() {
	if m.conn == nil {
		return
	}
	m.program()
	if m.after1 != nil {
		m.after1()
	}
	m.rearm()
}

// rearm sets the timer to the connection's next one.
func (m *machine) rearm() {
	if at, ok := m.conn.Next(); ok {
		m.timer.Set(at)
	} else {
		m.timer.Stop()
	}
}

// program lets the program read, close and write.
func (m *machine) program() {
	for m.reads && !m.ended && m.broken == nil && m.conn.Readable() {
		if n, _ := m.readSome(1 << 16); n == 0 {
			break
		}
	}
	if m.closes && m.ended {
		m.closes = false
		m.conn.CloseWrite(m.clock.Now())
	}
	for m.pending > 0 && m.conn.Writable() {
		n, err := m.writeSome(m.pending)
		m.pending -= n
		if n == 0 || err != nil {
			break
		}
	}
	for m.writes > 0 && m.conn.Writable() {
		if n, err := m.writeSome(m.writes); n == 0 || err != nil {
			break
		}
	}
}

func (m *machine) writeSome(n int) (int, error) {
	n, err := m.conn.Write(m.clock.Now(), pattern(1+m.written, n))
	m.written += int64(n)
	return n, err
}

func (m *machine) readSome(n int) (int, error) {
	if n > len(m.buffer) {
		m.buffer = make([]byte, n)
	}
	b := m.buffer[:n]
	n, err := m.conn.Read(m.clock.Now(), b)
	if !bytes.Equal(b[:n], pattern(1+m.read, n)) {
		m.broken = errors.New("the bytes read are not those that came")
	}
	m.read += int64(n)
	m.ended = m.ended || errors.Is(err, io.EOF)
	return n, err
}

// deliver gives the stack a segment that has arrived.
func (m *machine) deliver(seg *tcp.Segment) {
	now := m.clock.Now()
	switch {
	case m.conn != nil && m.conn.State() != tcp.Closed:
		m.conn.Deliver(now, seg)
	case m.listening && seg.Flags&(tcp.SYN|tcp.ACK|tcp.RST) == tcp.SYN:
		m.open()
		m.conn.Accept(now, seg)
	default:
		var reset tcp.Segment
		if tcp.Refuse(seg, &reset) {
			m.send(&reset)
		}
	}
	m.after()
}

func (m *machine) open() {
	m.conn = tcp.New(m.config, m.send)
}

// errno is the error as a system call reports it.
func errno(err error) error {
	for _, e := range []struct {
		is    error
		errno syscall.Errno
	}{
		{tcp.ErrReset, syscall.ECONNRESET},
		{tcp.ErrRefused, syscall.ECONNREFUSED},
		{tcp.ErrTimedOut, syscall.ETIMEDOUT},
		{tcp.ErrAborted, syscall.ECONNABORTED},
		{tcp.ErrClosed, syscall.EPIPE},
	} {
		if errors.Is(err, e.is) {
			return e.errno
		}
	}
	return err
}
