// Package remote is the path to another computer on which a stones server runs
// (package server; the conversation is that of package control).
//
// A [Session] is one control connection. Over it every experiment is planned,
// its counts are handed over and its report is fetched; the stones fly over
// connections of their own. A [World] is one experiment of a session: an end
// that is here, and one that is elsewhere.
//
// This computer's clock and sockets are a [Net]. All waiting is done by the Net: there is
// no timer and no goroutine here, so the same code runs in virtual time.
//
// What it deliberately lacks: sight of the packets. What happens to them on the way is
// not known, and the other end's clock differs from this one.
package remote

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"stones/lab/clock"
	"stones/lab/control"
	"stones/lab/path"
	"stones/lab/prose"
	"stones/lab/seal"
)

// A Net is this end: its clock and its sockets, with buffers and congestion control
// already configured. The world of package host is one.
type Net interface {
	clock.Clock

	// DialContext is that of [net.Dialer]. A deadline of ctx is by the clock, see
	// [clock.Clock.Time].
	DialContext(ctx context.Context, network, address string) (net.Conn, error)

	// Run runs tasks side by side and returns when all have ended.
	Run(ctx context.Context, tasks ...func()) error
}

// Config says where the other end is and how to talk to it.
type Config struct {
	Net     Net
	Address string // HOST or HOST:PORT; without a port it is [control.Port]
	IPv6    bool   // use only IPv6

	// Key is a secret that only both ends know. Empty means none: then anyone could be
	// the other end.
	Key []byte

	// TLS encrypts the conversation and TCP's stones. It does not authenticate the
	// other end; the key does.
	TLS bool
}

// Time limits of a session, and its polling intervals.
const (
	asking   = 5 * time.Second          // for a connection, and for all of the opening words
	patience = 8 * time.Second          // for the next bytes of an answer
	heart    = time.Second              // between two lines that check that the other end is there
	lateness = 10 * time.Second         // after the planned end, for the stones
	settling = 14500 * time.Millisecond // after the planned end, for the report
	hurry    = 2 * time.Second          // for the report, when the experiment was interrupted
	glance   = 100 * time.Millisecond   // between two looks whether such a line is due
	turn     = time.Millisecond         // between two looks whether the conversation is free
)

// A Session is a conversation with a server. Several tasks may use it.
type Session struct {
	cfg     Config
	net     Net
	conn    net.Conn
	lines   *control.Reader
	address string        // of the server, in numbers
	until   time.Duration // when the present command gives up; only the task that has the turn uses it

	mu      sync.Mutex
	talking bool             // a task has the turn
	lost    error            // why the session has ended; nil while it has not
	flying  map[*flight]bool // the connections that carry stones
}

// Open connects to a server and agrees with it on the version, and on the key.
//
// If the other end refuses, the error wraps [syscall.ECONNREFUSED]: nobody listens
// there, the server is full, or the key is wrong.
func Open(ctx context.Context, cfg Config) (*Session, error) {
	s := &Session{cfg: cfg, net: cfg.Net, flying: make(map[*flight]bool)}
	address := withPort(cfg.Address)
	conn, err := s.dial(ctx, "tcp", address, s.net.Now()+asking, nil)
	if err != nil {
		return nil, fmt.Errorf("remote: %s: %w", prose.Safe(address), bare(err))
	}
	s.conn, s.address = conn, conn.RemoteAddr().String()
	s.lines = control.NewReader(ear{s})
	if err := s.open(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return s, nil
}

// withPort adds the default port to an address without a port.
func withPort(address string) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	return net.JoinHostPort(strings.Trim(address, "[]"), strconv.Itoa(control.Port))
}

// network is the name of a transport's network for DialContext.
func (s *Session) network(transport string) string {
	if s.cfg.IPv6 {
		return transport + "6"
	}
	return transport
}

// dial connects. Over TCP it makes a TLS connection if that is configured. The ear, which
// may be nil, records what is sent and received, as it is on the way.
func (s *Session) dial(ctx context.Context, transport, address string, until time.Duration, ear *path.Ear) (net.Conn, error) {
	limited, cancel := context.WithDeadline(ctx, s.net.Time(until))
	defer cancel()
	conn, err := s.net.DialContext(limited, s.network(transport), address)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	conn = ear.At(conn)
	if !s.cfg.TLS || transport != "tcp" {
		return conn, nil
	}
	stop := interrupt(ctx, conn)
	defer stop()
	_ = conn.SetDeadline(s.net.Time(until))
	hidden := secret{tls.Client(timeless{conn}, seal.ClientTLS()), conn}
	if err := hidden.Handshake(); err != nil { // without a context, which would need a goroutine
		_ = conn.Close()
		return nil, fmt.Errorf("TLS: %w", noTLS(err))
	}
	_ = conn.SetDeadline(time.Time{})
	return hidden, nil
}

// A secret is a TLS connection. Its deadlines are those of the connection below.
type secret struct {
	*tls.Conn
	below net.Conn
}

func (s secret) SetDeadline(t time.Time) error      { return s.below.SetDeadline(t) }
func (s secret) SetReadDeadline(t time.Time) error  { return s.below.SetReadDeadline(t) }
func (s secret) SetWriteDeadline(t time.Time) error { return s.below.SetWriteDeadline(t) }

// A timeless connection ignores the deadlines that package tls sets when it closes: they
// are by the computer's clock.
type timeless struct{ net.Conn }

func (timeless) SetDeadline(time.Time) error      { return nil }
func (timeless) SetWriteDeadline(time.Time) error { return nil }

// noTLS is the error of a failed TLS handshake, in plain words.
func noTLS(err error) error {
	if _, plain := errors.AsType[tls.RecordHeaderError](err); plain {
		return errors.New("the other end does not speak it; leave it out")
	}
	return bare(err)
}

// interrupt makes blocked calls of conn return when ctx ends, until stop is called.
func interrupt(ctx context.Context, conn net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })
}

// past is a deadline that has passed by any clock.
var past = time.Unix(1, 0)

// open agrees on the version and the key.
func (s *Session) open(ctx context.Context) error {
	until := s.net.Now() + asking
	var welcome control.Welcome
	err := s.ask(ctx, control.Version{Version: control.Spoken}, until, func() (err error) {
		_, text, err := s.lines.ReadGreeted()
		if err == nil {
			welcome, err = control.ParseWelcome(text)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !welcome.Key && len(s.cfg.Key) == 0:
		return nil
	case !welcome.Key:
		return s.refused(errors.New("it has no key, so nothing shows that it is the one that has yours"))
	case len(s.cfg.Key) == 0:
		return s.refused(errors.New("it wants a key, and there is none"))
	}
	return s.prove(ctx, welcome, until)
}

// prove proves that this end knows the key, without sending it, and checks the other
// end's proof.
func (s *Session) prove(ctx context.Context, welcome control.Welcome, until time.Duration) error {
	binding, err := bindingOf(s.conn)
	if err != nil {
		return err
	}
	nonce, err := seal.NewChallenge(rand.Reader)
	if err != nil {
		return fmt.Errorf("remote: %w", err)
	}
	mine := seal.Prove(s.cfg.Key, seal.Thrower, welcome.Challenge, nonce, binding)
	theirs := seal.Prove(s.cfg.Key, seal.Catcher, welcome.Challenge, nonce, binding)
	return s.ask(ctx, control.Prove{Nonce: nonce, Proof: mine}, until, func() error {
		text, err := s.lines.ReadReply(none)
		if err != nil {
			return err
		}
		proof, err := control.ParseProof(text)
		if err == nil && !seal.Equal(proof, theirs) {
			err = errors.New("it does not know the key")
		}
		return err
	})
}

// bindingOf is the channel binding that ties a proof to a TLS connection; nil without
// TLS.
func bindingOf(conn net.Conn) ([]byte, error) {
	hidden, ok := conn.(secret)
	if !ok {
		return nil, nil
	}
	binding, err := seal.Binding(hidden.ConnectionState())
	if err != nil {
		return nil, fmt.Errorf("remote: %w", err)
	}
	return binding, nil
}

// sameEnd reports whether the other ends of two connections have the same certificate, or
// both connections are without TLS.
func sameEnd(a, b net.Conn) bool {
	one, ok := a.(secret)
	other, also := b.(secret)
	if !ok || !also {
		return ok == also
	}
	first, second := one.ConnectionState().PeerCertificates, other.ConnectionState().PeerCertificates
	return len(first) > 0 && len(second) > 0 && first[0].Equal(second[0])
}

// none is the error for a line before the last one of a reply that has only one.
func none(text string) error {
	return fmt.Errorf("%w: %s", control.ErrForeign, prose.Safe(text))
}

// Close says goodbye, if the session has not ended yet, and closes the connection.
func (s *Session) Close() error {
	if s.over() == nil {
		_ = s.conn.SetDeadline(s.net.Time(s.net.Now() + hurry))
		_, _ = io.WriteString(s.conn, control.Bye{}.String()+"\n") // if it hears us
		_ = s.lose(net.ErrClosed)
	}
	return s.conn.Close()
}
