package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"stones/lab/control"
	"stones/lab/seal"
)

// knocks are the times at which a word is sent over UDP until there is an answer. The
// last one is when that is given up.
var knocks = [...]time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond, 3500 * time.Millisecond, 4500 * time.Millisecond}

// hello checks that UDP datagrams pass in both directions.
func (s *Session) hello(ctx context.Context) error {
	conn, err := s.dial(ctx, "udp", s.address, s.net.Now()+asking, nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := interrupt(ctx, conn)
	defer stop()
	answer := make([]byte, control.HelloLen)
	return s.knock(ctx, conn, control.Datagram{Word: control.Hello}.Append(nil), func() (bool, error) {
		_, err := conn.Read(answer)
		return err == nil, err
	})
}

// knock sends a word over UDP again and again until read has an answer. Read returns true
// for an answer, false for anything else that came, and an error if nothing came.
func (s *Session) knock(ctx context.Context, conn net.Conn, word []byte, read func() (bool, error)) error {
	began := s.net.Now()
	nobody := false
	for n := range len(knocks) - 1 {
		_, err := conn.Write(word)
		nobody = nobody || errors.Is(err, syscall.ECONNREFUSED)
		until := began + knocks[n+1]
		for s.net.Now() < until {
			_ = conn.SetReadDeadline(s.net.Time(until))
			ok, err := read()
			switch lost := s.over(); {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case lost != nil:
				return lost
			case ok:
				return nil
			case err == nil, errors.Is(err, os.ErrDeadlineExceeded):
				continue
			}
			nobody = nobody || errors.Is(err, syscall.ECONNREFUSED)
			if err := s.net.SleepUntil(ctx, until); err != nil {
				return err
			}
		}
	}
	if nobody {
		return s.refused(errors.New("nobody listens there over UDP"))
	}
	return fmt.Errorf("remote: %s: UDP seems to be blocked: %d times asked, and no answer for %v", s.address, len(knocks)-1, knocks[len(knocks)-1])
}

// sealed carries a flow's stones to the other end over UDP, each with a tag behind it
// that authenticates it.
type sealed struct {
	*flight
	tagger *seal.Tagger
	buf    []byte
}

// throwDatagrams opens the connection for stones that this end throws.
func (s *Session) throwDatagrams(ctx context.Context, x *flow) (net.Conn, error) {
	conn, err := s.dial(ctx, "udp", s.address, s.net.Now()+asking, x.ear)
	if err != nil {
		return nil, err
	}
	f := s.fly(conn, x)
	_ = f.SetDeadline(time.Time{})
	return &sealed{flight: f, tagger: seal.NewTagger(x.Secret)}, nil
}

// Write throws one stone.
func (c *sealed) Write(b []byte) (int, error) {
	c.buf = append(c.buf[:0], b...)
	c.buf = append(c.buf, c.tagger.Append(c.buf)[len(b):]...)
	if _, err := c.Conn.Write(c.buf); err != nil {
		return 0, c.fail(err)
	}
	return len(b), nil
}

// opened receives the other end's stones over UDP.
type opened struct {
	*flight
	ctx    context.Context // ReadFrom has none
	x      *flow
	tagger *seal.Tagger
	buf    []byte
	word   []byte        // the datagram that makes the other end throw; nil before it is known
	last   time.Duration // when something came or the word was sent, whichever was last
	said   int           // how often the word was sent
	came   bool          // a stone has come
}

// Time limits for stones that the other end throws over UDP.
const (
	silence = 500 * time.Millisecond // after the last one
	grace   = time.Second            // after the planned end
)

// catchDatagrams opens the connection for stones that the other end throws.
func (s *Session) catchDatagrams(ctx context.Context, x *flow) (net.PacketConn, error) {
	conn, err := s.dial(ctx, "udp", s.address, s.net.Now()+asking, x.ear)
	if err != nil {
		return nil, err
	}
	f := s.fly(conn, x)
	f.stop = interrupt(ctx, conn)
	return &opened{flight: f, ctx: ctx, x: x, tagger: seal.NewTagger(x.Secret), buf: make([]byte, 1<<16)}, nil
}

// ReadFrom returns the next stone without its tag. The first call asks the other end for
// the stones. A datagram that does not belong to the flow is returned as one byte, which
// is not a stone. When no more will come, the error is [net.ErrClosed]; when the other
// end cannot be asked, it is a [*net.OpError].
func (c *opened) ReadFrom(b []byte) (int, net.Addr, error) {
	if c.word == nil {
		if err := c.ask(); err != nil {
			return 0, nil, &net.OpError{Op: "read", Net: "udp", Addr: c.RemoteAddr(), Err: err}
		}
	}
	for {
		switch now := c.s.net.Now(); {
		case c.s.over() != nil:
			return 0, nil, c.s.over()
		case c.ctx.Err() != nil, now >= c.until, now >= max(c.last+silence, c.x.end()+grace):
			return 0, nil, net.ErrClosed
		case !c.came && now >= c.last+silence && c.said < len(knocks)-1:
			c.say()
		}
		_ = c.SetReadDeadline(c.s.net.Time(c.wake()))
		n, err := c.Read(c.buf)
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) { // reported by ICMP for a word sent before
				_ = c.s.net.SleepUntil(c.ctx, c.s.net.Now()+turn)
			}
			continue
		}
		stone, ok := c.tagger.Open(c.buf[:n])
		switch {
		case ok:
			c.came, c.last = true, c.s.net.Now()
			return copy(b, stone), c.RemoteAddr(), nil
		case control.ParseDatagram(c.buf[:n]).Word == control.None:
			return copy(b, "?"), c.RemoteAddr(), nil
		}
	}
}

// wake is when ReadFrom must check again whether more will come.
func (c *opened) wake() time.Duration {
	at := max(c.last+silence, c.x.end()+grace)
	if !c.came && c.said < len(knocks)-1 {
		at = c.last + silence
	}
	return min(at, c.until)
}

// ask proves to the other end that this address expects its stones, and makes it throw.
func (c *opened) ask() error {
	word := control.Datagram{Word: control.Knock, Flow: c.x.Flow}.Append(nil)
	err := c.s.knock(c.ctx, c.Conn, word, func() (bool, error) {
		n, err := c.Read(c.buf)
		if err != nil {
			return false, err
		}
		d := control.ParseDatagram(c.buf[:n])
		if d.Word != control.Cookie {
			return false, nil
		}
		open := control.Datagram{Word: control.Open, Flow: c.x.Flow, Cookie: d.Cookie}
		signed := open.Signed(nil)
		open.Tag = [seal.TagLen]byte(c.tagger.Append(signed)[len(signed):])
		c.word = open.Append(nil)
		return true, nil
	})
	if err != nil {
		return err
	}
	c.x.began = c.s.net.Now() // the other end begins now
	c.until = c.x.end() + lateness
	c.say()
	return nil
}

// say sends the word that makes the other end throw.
func (c *opened) say() {
	_, _ = c.Write(c.word)
	c.said++
	c.last = c.s.net.Now()
}

// WriteTo is not supported.
func (c *opened) WriteTo([]byte, net.Addr) (int, error) { return 0, errors.ErrUnsupported }
