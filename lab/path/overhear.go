package path

import (
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

// How much is overheard of a flow.
const (
	MostHeard = 12  // packets, or writes and reads
	HeardLen  = 192 // bytes from the beginning of each
)

// A Heard is one write to a socket or one read from it.
type Heard struct {
	At    time.Duration // by the world's clock
	Given bool          // a read; otherwise a write
	Size  int           // in bytes
	Head  []byte        // the first HeardLen bytes
}

// An Ear records the first writes and reads of a flow's sockets. Several tasks may use
// it. A nil Ear records nothing.
type Ear struct {
	Now func() time.Duration // the world's clock

	mu    sync.Mutex
	heard []Heard
}

// Heard returns what was recorded so far.
func (e *Ear) Heard() []Heard {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

// hear records the beginning of b.
func (e *Ear) hear(b []byte, given bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.heard) < MostHeard && len(b) > 0 {
		e.heard = append(e.heard, Heard{e.Now(), given, len(b), slices.Clone(b[:min(len(b), HeardLen)])})
	}
}

// At returns a connection that the ear records. Without an ear it returns conn.
func (e *Ear) At(conn net.Conn) net.Conn {
	if e == nil {
		return conn
	}
	return &overheard{conn, e}
}

// overheard is a connection whose writes and reads are recorded.
type overheard struct {
	net.Conn
	ear *Ear
}

func (c *overheard) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.ear.hear(b[:n], false)
	return n, err
}

func (c *overheard) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.ear.hear(b[:n], true)
	return n, err
}

// CloseWrite is that of the connection. The error is [errors.ErrUnsupported] if it has
// none.
func (c *overheard) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
