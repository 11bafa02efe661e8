package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"stones/lab/control"
	"stones/lab/prose"
	"stones/lab/seal"
)

// A flight is a connection that carries stones. It ends with its session, or some time
// after the planned end.
type flight struct {
	net.Conn
	s     *Session
	until time.Duration
	stop  func() bool // detaches it from its context; nil if it has none
}

// fly makes a flight of a connection.
func (s *Session) fly(conn net.Conn, x *flow) *flight {
	f := &flight{Conn: conn, s: s, until: x.end() + lateness}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[f] = true
	return f
}

// SetDeadline sets when a blocked call gives up. A time after the end of the flight, or
// none, stands for that end.
func (f *flight) SetDeadline(t time.Time) error {
	if last := f.s.net.Time(f.until); t.IsZero() || t.After(last) {
		t = last
	}
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if f.s.lost != nil {
		t = past
	}
	return f.Conn.SetDeadline(t)
}

// fail is the error of a call: why the session has ended, if it has, else err.
func (f *flight) fail(err error) error {
	if lost := f.s.over(); lost != nil {
		return lost
	}
	return err
}

// Close ends the connection.
func (f *flight) Close() error {
	if f.stop != nil {
		f.stop()
	}
	f.s.mu.Lock()
	delete(f.s.flying, f)
	f.s.mu.Unlock()
	return f.Conn.Close()
}

// A stream carries a flow's stones over TCP. Before the stones come lines: the flow's
// number from this end, and the other end's greeting.
type stream struct {
	*flight
	back  bool // the other end throws
	lines *control.Reader
	proof [32]byte // that the other end must give
	clear bool     // all lines have been read
	heard int      // how many lines have been read
}

// carry opens a stream and says which flow it is for. Over TLS the other end must have
// the certificate of the control connection, so that nobody in between gets the stones.
func (s *Session) carry(ctx context.Context, x *flow) (*stream, error) {
	conn, err := s.dial(ctx, "tcp", s.address, s.net.Now()+asking, x.ear)
	if err != nil {
		return nil, err
	}
	binding, err := bindingOf(conn)
	if err == nil && !sameEnd(conn, s.conn) {
		err = fmt.Errorf("remote: %s: TLS: somebody else than the conversation is with", s.address)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	f := s.fly(conn, x)
	_ = f.SetDeadline(time.Time{})
	words := control.Carry{Flow: x.Flow, Proof: seal.CarryProof(x.Secret, seal.Thrower, binding)}
	if _, err := io.WriteString(f.Conn, words.String()+"\n"); err != nil {
		_ = f.Close()
		return nil, f.fail(err)
	}
	return &stream{flight: f, back: x.Reverse, lines: control.NewReader(conn), proof: seal.CarryProof(x.Secret, seal.Catcher, binding)}, nil
}

// throwStream opens the connection for stones that this end throws.
func (s *Session) throwStream(ctx context.Context, x *flow) (net.Conn, error) {
	conn, err := s.carry(ctx, x)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// Write writes stones.
func (c *stream) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	if err != nil {
		err = c.fail(err)
	}
	return n, err
}

// CloseWrite says that no more will come.
func (c *stream) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	if err := half.CloseWrite(); err != nil {
		return c.fail(err)
	}
	return nil
}

// mostLines is how many lines of greeting are read at most.
const mostLines = 16

// Read reads the stones that the other end throws. If this end throws, only the greeting
// comes, and finally the other end's FIN.
func (c *stream) Read(b []byte) (int, error) {
	for !c.clear {
		if err := c.hear(); err != nil {
			return 0, err
		}
	}
	n, err := c.lines.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = c.fail(err)
	}
	return n, err
}

// hear reads one line of the other end's greeting.
func (c *stream) hear() error {
	if c.heard++; c.heard > mostLines {
		return fmt.Errorf("remote: %s: %w: it does not stop greeting", c.s.address, control.ErrForeign)
	}
	text, err := c.lines.ReadLine()
	switch {
	case errors.Is(err, io.EOF) && c.back:
		return io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF):
		return err
	case err != nil:
		return c.fail(err)
	}
	said, answer := text, ""
	if len(text) >= 2 && (len(text) == 2 || text[2] == ' ') {
		answer, said = text[:2], text[min(3, len(text)):]
	}
	switch answer {
	case "ok":
		proof, err := control.ParseProof(said)
		if err == nil && !seal.Equal(proof, c.proof) {
			err = errors.New("it does not know the flow's secret")
		}
		if err != nil {
			return c.s.lose(err)
		}
		c.clear = c.back
	case "no":
		return c.s.refused(&control.Refused{Text: prose.Safe(said)})
	}
	return nil
}

// A listener returns the one connection over which the other end throws.
type listener struct {
	ctx  context.Context // Accept has none
	s    *Session
	x    *flow
	done bool
}

// Accept connects to the other end, which then throws.
func (l *listener) Accept() (net.Conn, error) {
	if l.done {
		return nil, net.ErrClosed
	}
	l.done = true
	conn, err := l.s.carry(l.ctx, l.x)
	if err != nil {
		return nil, err
	}
	conn.stop = interrupt(l.ctx, conn)
	return conn, nil
}

func (l *listener) Addr() net.Addr { return l.s.conn.RemoteAddr() }

// Close ends the listener: Accept then returns [net.ErrClosed].
func (l *listener) Close() error {
	l.done = true
	return nil
}
