package sim

import (
	"errors"
	"io"
	"net"

	"stones/lab/stack"
	"stones/lab/stack/tcp"
)

// stream is a TCP connection.
type stream struct {
	*endpoint
	conn            *stack.Conn
	keepAlive       tcp.KeepAlive
	toRead, toWrite need
	toConnect       need
	came            arrivals
	gauge           *gauge // of a thrower's
}

var _ net.Conn = (*stream)(nil)

// newStream makes a stream of a host's connection.
func (d *driver) newStream(conn *stack.Conn) *stream {
	s := &stream{endpoint: d.newEndpoint("tcp"), conn: conn}
	s.local = net.TCPAddrFromAddrPort(conn.Local())
	s.remote = net.TCPAddrFromAddrPort(conn.Remote())
	s.toRead = need{"read", conn.TCP().Readable, wakeTime}
	s.toWrite = need{"write", conn.TCP().Writable, wakeTime}
	s.toConnect = need{"connect", s.answered, 0}
	s.came.note(conn.TCP().Unread(), d.Now())
	conn.OnChange = func() {
		s.came.note(conn.TCP().Unread(), d.Now())
		s.changed()
	}
	return s
}

// answered reports whether the SYN was answered, or the connection has failed.
func (s *stream) answered() bool { return s.conn.TCP().State() != tcp.SynSent }

// connect waits for the other end's answer.
func (s *stream) connect() error {
	return s.try(&s.toConnect, &s.write, func() (bool, error) {
		return s.answered(), s.conn.TCP().Err()
	})
}

// Read reads what has come; it blocks until there is at least one byte.
func (s *stream) Read(b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	err = s.try(&s.toRead, &s.read, func() (bool, error) {
		var err error
		n, err = s.conn.Read(b)
		return n > 0, err
	})
	if n > 0 {
		s.driver.given(doorway{s.network, s.conn.Local().Port()}, s.came.take(n))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = s.fail("read", err)
	}
	return n, err
}

// Write puts b into the send buffer; it blocks until there is room.
func (s *stream) Write(b []byte) (int, error) {
	rest := b
	err := s.try(&s.toWrite, &s.write, func() (bool, error) {
		n, err := s.conn.Write(rest)
		rest = rest[n:]
		return len(rest) == 0, err
	})
	if err != nil {
		return len(b) - len(rest), s.fail("write", err)
	}
	return len(b), nil
}

// CloseWrite ends this direction of the connection with a FIN.
func (s *stream) CloseWrite() error {
	if s.closed {
		return s.fail("close", net.ErrClosed)
	}
	if err := s.conn.TCP().Err(); err != nil {
		return s.fail("close", standard(err))
	}
	s.conn.CloseWrite()
	return nil
}

// SetKeepAliveConfig sets how soon a vanished peer is noticed (RFC 1122 section 4.2.3.6).
// Values of 0 leave the setting as it is.
func (s *stream) SetKeepAliveConfig(cfg net.KeepAliveConfig) error {
	k := &s.keepAlive
	k.Enable = cfg.Enable
	if cfg.Idle > 0 {
		k.Idle = cfg.Idle
	}
	if cfg.Interval > 0 {
		k.Interval = cfg.Interval
	}
	if cfg.Count > 0 {
		k.Count = cfg.Count
	}
	s.conn.SetKeepAlive(*k)
	return nil
}

// Close ends the connection. The host still delivers what was written.
func (s *stream) Close() error {
	if !s.close() {
		return s.fail("close", net.ErrClosed)
	}
	s.conn.Close()
	return nil
}

// listener waits for TCP connections.
type listener struct {
	*endpoint
	listener *stack.Listener
	toAccept need
	took     func(*stack.Conn) // called with each accepted connection
}

var _ net.Listener = (*listener)(nil)

// backlog is how many connections may wait to be accepted, as package net has it
// (net.core.somaxconn).
const backlog = 4096

// newListener makes a listener of a host's listener. Took is called with each accepted
// connection.
func (d *driver) newListener(l *stack.Listener, took func(*stack.Conn)) *listener {
	e := &listener{endpoint: d.newEndpoint("tcp"), listener: l, took: took}
	e.local = net.TCPAddrFromAddrPort(l.Local())
	e.toAccept = need{"accept", l.Ready, 0}
	l.OnChange = e.changed
	return e
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	var conn *stack.Conn
	err := l.try(&l.toAccept, &l.read, func() (ok bool, _ error) {
		conn, ok = l.listener.Accept()
		return ok, nil
	})
	if err != nil {
		return nil, l.fail("accept", err)
	}
	l.took(conn)
	return l.driver.newStream(conn), nil
}

func (l *listener) Addr() net.Addr { return l.local }

func (l *listener) Close() error {
	if !l.close() {
		return l.fail("close", net.ErrClosed)
	}
	l.listener.Close()
	return nil
}
