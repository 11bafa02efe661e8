package udp

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"time"

	"stones/lab/stone"
)

// A Dialer opens the thrower's connection. [net.Dialer] is one.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// A Thrower is the end that throws.
type Thrower struct {
	conn net.Conn
}

// Dial opens the thrower's socket for the catcher at address.
//
// UDP: nobody is asked and nothing is sent. The socket only keeps the address, so
// that an ICMP "port unreachable" reaches it (RFC 1122 section 4.1.3.3).
func Dial(ctx context.Context, d Dialer, address string) (*Thrower, error) {
	conn, err := d.DialContext(ctx, "udp", address)
	if err != nil {
		return nil, fmt.Errorf("udp: dial: %w", err)
	}
	return &Thrower{conn: conn}, nil
}

// Throw throws the stones, one after the other, and yields each with the error
// that kept it from being thrown, if any. It ends when the stones do, or with
// ctx.
//
// UDP: an error affects one stone, and is often about one thrown before it; the
// next stone may fly. Only a deadline, Close or the end of ctx ends the throwing.
func (t *Thrower) Throw(ctx context.Context, stones iter.Seq[stone.Stone]) iter.Seq2[stone.Stone, error] {
	return func(yield func(stone.Stone, error) bool) {
		stop := context.AfterFunc(ctx, t.interrupt)
		defer stop()
		var frame []byte
		for s := range stones {
			frame = s.Append(frame[:0])
			// UDP: Write returns when the datagram is handed on, and never waits for
			// the catcher. A lost datagram is gone, and holds up no other.
			_, err := t.conn.Write(frame)
			if err != nil {
				err = fmt.Errorf("udp: throw stone %d: %w", s.Number, cause(ctx, err))
			}
			if !yield(s, err) || final(ctx, err) {
				return
			}
		}
		if err := t.finish(); err != nil {
			yield(stone.Stone{}, fmt.Errorf("udp: finish: %w", cause(ctx, err)))
		}
	}
}

// finish tells the catcher that no more will come.
//
// UDP: it has nothing that says so. The catcher must learn it in another way, or
// guess.
func (t *Thrower) finish() error {
	return nil
}

// Answers yields the stones that the catcher throws back, until no more will come.
// Anything that is not a valid stone is yielded as an error. It may run beside Throw.
//
// UDP: nothing says that no more will come: only Close or a deadline ends it.
func (t *Thrower) Answers() iter.Seq2[stone.Stone, error] {
	return func(yield func(stone.Stone, error) bool) {
		frame := make([]byte, stone.ReadSize)
		for {
			n, err := t.conn.Read(frame)
			if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
			var s stone.Stone
			if err == nil {
				s, err = stone.ParseCarrying(frame[:n])
			}
			if err != nil {
				err = fmt.Errorf("udp: answer: %w", err)
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// SetDeadline sets when a blocked call gives up.
func (t *Thrower) SetDeadline(at time.Time) error { return t.conn.SetDeadline(at) }

// Close closes the socket.
func (t *Thrower) Close() error { return t.conn.Close() }

// interrupt makes a blocked call return at once.
func (t *Thrower) interrupt() { _ = t.conn.SetDeadline(time.Unix(1, 0)) }

// cause is why a call failed: the cause of ctx's end if that has ended, else err.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// final reports whether err ends the throwing of later stones too.
func final(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed))
}
