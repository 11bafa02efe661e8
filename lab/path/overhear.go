package path

import (
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

// How much is overheard of a flow: so many packets, or writes and reads, and so many
// bytes of each.
const (
	MostHeard = 12
	HeardLen  = 192
)

// A Heard is what a program gave to its socket, or was given by it.
type Heard struct {
	At    time.Duration // by the world's clock
	Given bool          // by the socket, to the program
	Size  int
	Head  []byte
}

// An Ear listens at the sockets of a flow. It may be used by several tasks.
type Ear struct {
	Now func() time.Duration

	mu    sync.Mutex
	heard []Heard
}

// Heard is what was heard so far.
func (e *Ear) Heard() []Heard {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

// hear notes the beginning of b.
func (e *Ear) hear(b []byte, given bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.heard) < MostHeard && len(b) > 0 {
		e.heard = append(e.heard, Heard{e.Now(), given, len(b), slices.Clone(b[:min(len(b), HeardLen)])})
	}
}

// At is the connection with the ear at it. Without an ear it is the connection.
func (e *Ear) At(conn net.Conn) net.Conn {
	if e == nil {
		return conn
	}
	return &overheard{conn, e}
}

// overheard is a connection at which somebody listens.
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

// CloseWrite is that of the connection, if it has one.
func (c *overheard) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	return half.CloseWrite()
}
