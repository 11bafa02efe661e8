package tcp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"time"

	"stones/lab/stone"
)

// A Dialer opens the thrower's connection. [net.Dialer] is one.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// A Thrower is the end that throws.
type Thrower struct {
	Answered bool // Answers is read; to be set before Throw

	conn net.Conn
}

// Dial opens the thrower's connection to the catcher at address.
//
// TCP: it asks, and returns when the catcher's computer has said yes: one
// round trip (RFC 9293 section 3.5). If nobody listens there, it is refused.
func Dial(ctx context.Context, d Dialer, address string) (*Thrower, error) {
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("tcp: ask: %w", err)
	}
	return &Thrower{conn: conn}, nil
}

// Throw throws the stones, one after the other, and yields each with the error
// that kept it from being thrown, if any. It ends when the stones do, or with
// ctx.
//
// TCP: an error ends the connection, and so the throwing. After the last stone
// Throw waits until the catcher has read everything; an error of that is yielded
// with a stone without a number.
func (t *Thrower) Throw(ctx context.Context, stones iter.Seq[stone.Stone]) iter.Seq2[stone.Stone, error] {
	return func(yield func(stone.Stone, error) bool) {
		stop := context.AfterFunc(ctx, t.interrupt)
		defer stop()
		var frame []byte
		for s := range stones {
			frame = s.Append(frame[:0])
			// TCP: Write returns when the bytes are in the send buffer, and waits when
			// the buffer is full. A lost segment holds up the stones behind it.
			_, err := t.conn.Write(frame)
			if err != nil {
				err = fmt.Errorf("tcp: throw stone %d: %w", s.Number, cause(ctx, err))
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
		if err := t.finish(); err != nil {
			yield(stone.Stone{}, fmt.Errorf("tcp: finish: %w", cause(ctx, err)))
		}
	}
}

// finish tells the catcher that no more will come.
//
// TCP: a FIN behind the last stone says so (RFC 9293 section 3.6). The catcher's
// own FIN then says that it has read everything.
func (t *Thrower) finish() error {
	half, ok := t.conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	if err := half.CloseWrite(); err != nil {
		return err
	}
	if t.Answered {
		return nil
	}
	_, err := io.Copy(io.Discard, t.conn)
	return err
}

// Answers yields the stones that the catcher throws back, until no more will come.
// Anything that is not a valid stone is yielded as an error. It may run beside Throw.
//
// TCP: the end is the catcher's FIN, behind its last answer.
func (t *Thrower) Answers() iter.Seq2[stone.Stone, error] {
	return func(yield func(stone.Stone, error) bool) {
		frames := frames{stone.ParseCarrying, bufio.NewReaderSize(t.conn, stone.ReadSize)}
		for {
			s, err := frames.read()
			if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				err = fmt.Errorf("tcp: answer: %w", err)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// SetDeadline sets when a blocked call gives up.
func (t *Thrower) SetDeadline(at time.Time) error { return t.conn.SetDeadline(at) }

// Close closes the connection.
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
