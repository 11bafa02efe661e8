package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"stones/lab/control"
	"stones/lab/path"
)

// A refusal is the error of a request that the other end has refused.
type refusal struct{ why error }

func (r *refusal) Error() string { return r.why.Error() }

// Unwrap makes it [syscall.ECONNREFUSED] as well, the error of a port where nobody
// listens.
func (r *refusal) Unwrap() []error { return []error{r.why, path.ErrNo, syscall.ECONNREFUSED} }

// refused returns a refusal.
func (s *Session) refused(why error) error {
	return &refusal{fmt.Errorf("remote: %s: %w", s.address, why)}
}

// A loss is why a session ended early. All connections that belong to the session end
// with it.
type loss struct{ why error }

func (l *loss) Error() string { return l.why.Error() }

// Unwrap makes it the errors by which users of a connection recognize its end.
func (l *loss) Unwrap() []error { return []error{l.why, net.ErrClosed, syscall.ECONNRESET} }

// ask sends a command and lets read read the reply, until a time. Any error but a refusal
// ends the session, since it is not known where the next reply begins.
func (s *Session) ask(ctx context.Context, c control.Command, until time.Duration, read func() error) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.release()
	return s.say(ctx, c, until, read)
}

// say is ask for a caller that has the turn.
func (s *Session) say(ctx context.Context, c control.Command, until time.Duration, read func() error) error {
	s.until = until
	_ = s.conn.SetDeadline(s.net.Time(min(until, s.net.Now()+patience)))
	stop := interrupt(ctx, s.conn)
	defer stop()
	_, err := io.WriteString(s.conn, c.String()+"\n")
	if err == nil {
		err = read()
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return s.lose(context.Cause(ctx))
	}
	if no, ok := errors.AsType[*control.Refused](err); ok {
		return s.refused(no)
	}
	return s.lose(err)
}

// An ear reads from the control connection; each read has its own deadline.
type ear struct{ s *Session }

func (e ear) Read(b []byte) (int, error) {
	_ = e.s.conn.SetReadDeadline(e.s.net.Time(min(e.s.until, e.s.net.Now()+patience)))
	return e.s.conn.Read(b)
}

// take waits until the conversation is free, and takes the turn.
func (s *Session) take(ctx context.Context) error {
	for {
		s.mu.Lock()
		free, lost := !s.talking, s.lost
		if free && lost == nil {
			s.talking = true
		}
		s.mu.Unlock()
		switch {
		case lost != nil:
			return lost
		case free:
			return nil
		}
		if err := s.net.SleepUntil(ctx, s.net.Now()+turn); err != nil {
			return err
		}
	}
}

// release gives the turn back.
func (s *Session) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.talking = false
}

// lose ends the session, and makes blocked calls of its connections return. It returns
// why the session has ended, which may be an earlier error.
func (s *Session) lose(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost == nil {
		s.lost = &loss{fmt.Errorf("remote: %s: %w", s.address, inWords(err))}
		_ = s.conn.SetDeadline(past)
		for f := range s.flying {
			_ = f.Conn.SetDeadline(past)
		}
	}
	return s.lost
}

// over is why the session has ended; nil while it has not.
func (s *Session) over() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

// inWords says what an error of the control connection means.
func inWords(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the other end has hung up")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return errors.New("the other end has broken off")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return errors.New("the other end has not answered in time")
	}
	return bare(err)
}

// bare is err without the [net.OpError] around it.
func bare(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

// watch checks every second that the other end is still there. If it is not, the session
// ends.
func (s *Session) watch(ctx context.Context) {
	for heard := s.net.Now(); s.over() == nil && s.net.SleepUntil(ctx, s.net.Now()+glance) == nil; {
		if s.net.Now() < heard+heart {
			continue
		}
		s.mu.Lock()
		mine := !s.talking && s.lost == nil // else another task is talking, and will notice
		s.talking = s.talking || mine
		s.mu.Unlock()
		if mine {
			_ = s.echo(context.WithoutCancel(ctx), "still there?")
			s.release()
		}
		heard = s.net.Now()
	}
}

// echo makes the other end repeat a text. The caller has the turn.
func (s *Session) echo(ctx context.Context, text string) error {
	return s.say(ctx, control.Echo{Text: text}, s.net.Now()+patience, func() error {
		again, err := s.lines.ReadReply(none)
		if err == nil && again != text {
			err = none(again)
		}
		return err
	})
}
