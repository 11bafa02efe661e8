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

// Dial gets ready to throw at the catcher at address.
//
// UDP: nobody is asked and nothing is sent. The address is only remembered, so
// that an ICMP "port unreachable" finds its way back (RFC 1122 section 4.1.3.3).
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
// UDP: an error is of one stone, often of one thrown before it, and the next
// may fly again. Only a deadline or Close is the end of the throwing.
func (t *Thrower) Throw(ctx context.Context, stones iter.Seq[stone.Stone]) iter.Seq2[stone.Stone, error] {
	return func(yield func(stone.Stone, error) bool) {
		stop := context.AfterFunc(ctx, t.interrupt)
		defer stop()
		var frame []byte
		for s := range stones {
			frame = s.Append(frame[:0])
			// UDP: Write returns when the datagram is handed on, and never waits for
			// the catcher. A lost datagram is gone, and holds up nothing.
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
// UDP: nothing says so. The catcher must be told in another way, or guess.
func (t *Thrower) finish() error {
	return nil
}

// Answers yields the stones that the catcher throws back, until there will be no more.
// Anything that is not a valid stone is yielded as an error. It may run beside Throw.
//
// UDP: nothing tells of the end: only Close or a deadline does.
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

// SetDeadline sets when a call that waits gives up.
func (t *Thrower) SetDeadline(at time.Time) error { return t.conn.SetDeadline(at) }

// Close ends the throwing.
func (t *Thrower) Close() error { return t.conn.Close() }

// interrupt makes a call that waits return at once.
func (t *Thrower) interrupt() { _ = t.conn.SetDeadline(time.Unix(1, 0)) }

// cause is why a call failed: the end of ctx, if that made it fail.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// final reports whether no later stone can be thrown either.
func final(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed))
}
