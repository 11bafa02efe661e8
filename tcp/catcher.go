package tcp

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"sync"

	"stones/lab/stone"
)

// A Listener opens the catcher's socket. [net.ListenConfig] is one.
type Listener interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
}

// A Catcher is the end that catches.
type Catcher struct {
	ReadSize int             // most bytes of one read, to be set before Catch; 0 means a default
	Carrying bool            // yield the stones with what they carry, to be set before Catch
	Answer   bool            // throw each stone back, to be set before Catch
	Reads    int             // how many reads returned something, valid after Catch
	Gave     func(bytes int) // called after each read that returned something, to be set before Catch; may be nil

	socket net.Listener

	mu     sync.Mutex
	conn   net.Conn // nil before a thrower has connected
	closed bool
}

// Listen opens the catcher's socket at address.
func Listen(ctx context.Context, l Listener, address string) (*Catcher, error) {
	socket, err := l.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("tcp: listen: %w", err)
	}
	return &Catcher{socket: socket}, nil
}

// Addr is the address to throw at.
func (c *Catcher) Addr() net.Addr { return c.socket.Addr() }

// Catch waits for stones and yields each as it comes. Anything that is not a
// valid stone is yielded as an error.
//
// TCP: it accepts one thrower and ends with that thrower's FIN, or with Close.
// Bytes that are no valid stone end it too, since it is then not known where the
// next stone begins.
func (c *Catcher) Catch() iter.Seq2[stone.Stone, error] {
	return func(yield func(stone.Stone, error) bool) {
		conn, err := c.accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				yield(stone.Stone{}, fmt.Errorf("tcp: accept: %w", err))
			}
			return
		}
		defer conn.Close()
		most := cmp.Or(c.ReadSize, stone.ReadSize)
		frames := frames{stone.Parser(c.Carrying), bufio.NewReaderSize(&counted{conn, most, c.gave}, 2*most)}
		var answer []byte
		for {
			s, err := frames.read()
			if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				err = fmt.Errorf("tcp: catch: %w", err)
			}
			if !yield(s, err) || err != nil {
				return
			}
			if c.Answer {
				answer = s.Append(answer[:0])
				// TCP: the connection has both directions. Write blocks when the thrower
				// does not read; if it fails, so does the next read.
				_, _ = conn.Write(answer)
			}
		}
	}
}

// accept waits for the thrower's connection.
func (c *Catcher) accept() (net.Conn, error) {
	conn, err := c.socket.Accept()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	c.conn = conn
	return conn, nil
}

// gave counts a read.
func (c *Catcher) gave(bytes int) {
	c.Reads++
	if c.Gave != nil {
		c.Gave(bytes)
	}
}

// Close ends Catch and closes the socket. Stones that come later are not caught.
func (c *Catcher) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.conn != nil {
		_ = c.conn.Close()
	}
	return c.socket.Close()
}
