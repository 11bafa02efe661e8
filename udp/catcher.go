package udp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net"

	"stones/lab/stone"
)

// A Listener opens the catcher's socket. [net.ListenConfig] is one.
type Listener interface {
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
}

// A Catcher is the end that catches.
type Catcher struct {
	ReadSize int             // most bytes of one read, to be set before Catch; 0 means a default
	Carrying bool            // yield the stones with what they carry, to be set before Catch
	Answer   bool            // throw each stone back, to be set before Catch
	Reads    int             // how many reads returned something, valid after Catch
	Gave     func(bytes int) // called after each read that returned something, to be set before Catch; may be nil

	socket net.PacketConn
}

// Listen opens the catcher's socket at address.
func Listen(ctx context.Context, l Listener, address string) (*Catcher, error) {
	socket, err := l.ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, fmt.Errorf("udp: listen: %w", err)
	}
	return &Catcher{socket: socket}, nil
}

// Addr is the address to throw at.
func (c *Catcher) Addr() net.Addr { return c.socket.LocalAddr() }

// Catch waits for stones and yields each as it comes. Anything that is not a
// valid stone is yielded as an error.
//
// UDP: anyone may throw, and nothing says that no more will come: only Close
// ends it. A datagram that is no stone does not affect the next one.
func (c *Catcher) Catch() iter.Seq2[stone.Stone, error] {
	return func(yield func(stone.Stone, error) bool) {
		frames := frames{parse: stone.Parser(c.Carrying), r: &counted{c.socket, c.gave}, buf: make([]byte, cmp.Or(c.ReadSize, stone.ReadSize))}
		var answer []byte
		for {
			s, err := frames.read()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				err = fmt.Errorf("udp: catch: %w", err)
			}
			if !yield(s, err) || broken(err) {
				return
			}
			if c.Answer && err == nil {
				answer = s.Append(answer[:0])
				// UDP: there is no connection. The answer goes where the datagram came from.
				_, _ = c.socket.WriteTo(answer, frames.from)
			}
		}
	}
}

// gave counts a read.
func (c *Catcher) gave(bytes int) {
	c.Reads++
	if c.Gave != nil {
		c.Gave(bytes)
	}
}

// Close ends Catch and closes the socket. Stones that come later are not caught.
func (c *Catcher) Close() error { return c.socket.Close() }

// broken reports whether err is an error of the socket, not of one datagram.
func broken(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok
}
