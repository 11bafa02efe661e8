package server

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

// A guarded is a connection whose deadlines only the server sets, with until. Once it
// is interrupted, whoever waits for it gets an error, and nothing can wait for it
// again.
type guarded struct {
	net.Conn
	place netip.Addr // where it comes from

	// Under the server's lock.
	stranger bool // it counts as a stranger
	means    bool // it is a session's that has proved the key or, without one, planned

	mu     sync.Mutex
	over   bool
	turned bool // evicted for another connection
}

// until sets the deadline of all that waits for the connection.
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

// turnAway ends all reading from the connection. A last answer can still be written,
// for a moment.
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

// A carrier is a connection of stones. It reads what follows the lines that were read
// from it.
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
