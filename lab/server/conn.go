package server

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// A guarded is a connection whose deadlines only the server sets: until says
// how long the stage lasts that it is in. Once it is interrupted, whoever waits
// for it goes on with an error, and nothing can wait for it again.
type guarded struct {
	net.Conn
	place netip.Addr // where it comes from

	// Under the server's lock.
	stranger bool // it has a stranger's place
	means    bool // it is a session's, which has shown that it means it

	mu     sync.Mutex
	over   bool
	turned bool // others came
}

// until sets when what waits for the connection gives up.
func (g *guarded) until(at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over {
		_ = g.Conn.SetDeadline(at)
	}
}

// interrupt ends whatever waits for the connection. It may be called from
// anywhere.
func (g *guarded) interrupt() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	_ = g.Conn.SetDeadline(time.Unix(1, 0))
}

// turnAway ends whatever reads from the connection. What is to be said to it can still
// be written, for a moment.
func (g *guarded) turnAway() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over, g.turned = true, true
	_ = g.Conn.SetReadDeadline(time.Unix(1, 0))
}

func (g *guarded) isTurned() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.turned
}

// SetDeadline does nothing. TLS sets deadlines by a clock that is not the
// World's.
func (g *guarded) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing.
func (g *guarded) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing.
func (g *guarded) SetWriteDeadline(time.Time) error { return nil }

// CloseWrite ends this direction of the connection.
func (g *guarded) CloseWrite() error { return closeWrite(g.Conn) }

func closeWrite(conn net.Conn) error {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}

// A carrier is a connection that carries stones, behind the lines that were
// read from it.
type carrier struct {
	net.Conn
	rest io.Reader
}

func (c *carrier) Read(b []byte) (int, error) { return c.rest.Read(b) }
func (c *carrier) CloseWrite() error          { return closeWrite(c.Conn) }

// An only is a listener, and a dialer, that has one connection.
type only struct{ conn net.Conn }

func (o *only) Accept() (net.Conn, error) {
	if o.conn == nil {
		return nil, net.ErrClosed
	}
	conn := o.conn
	o.conn = nil
	return conn, nil
}

func (o *only) Addr() net.Addr { return nil }
func (o *only) Close() error   { return nil }
