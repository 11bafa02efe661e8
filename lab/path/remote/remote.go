// Package remote is the path to another computer on which a stones server runs
// (package server; the conversation is that of package control).
//
// A [Session] is one control connection. Over it every experiment is planned,
// its counts are handed over and its report is fetched; the stones fly over
// connections of their own. A [World] is one experiment of a session: an end
// that is here, and one that is elsewhere.
//
// What it needs of this computer is a [Net]. All waiting is for that: there is no
// timer and no goroutine here, so the same code runs in virtual time.
//
// What it deliberately lacks: sight of the way. What became of a packet nobody
// tells, and the other end's clock is another one.
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

// A Net is this end: its clock and its sockets. How these are set, buffers and
// congestion control, is its own business. The world of package host is one.
type Net interface {
	clock.Clock

	// DialContext is as that of [net.Dialer]. A deadline of ctx is one of the
	// clock, see [clock.Clock.Time].
	DialContext(ctx context.Context, network, address string) (net.Conn, error)

	// Run runs tasks side by side and returns when all have ended.
	Run(ctx context.Context, tasks ...func()) error
}

// Config says where the other end is and how to talk to it.
type Config struct {
	Net     Net
	Address string // HOST or HOST:PORT; without a port it is [control.Port]
	IPv6    bool   // nothing but IPv6

	// Key is what both ends know and nobody else. Empty means none: then anyone could
	// be the other end.
	Key []byte

	// TLS encrypts the conversation and TCP's stones. It does not authenticate the
	// other end; the key does.
	TLS bool
}

// Time limits of a session, and its polling intervals.
const (
	asking   = 5 * time.Second          // for a connection, and for all of the opening words
	patience = 8 * time.Second          // for the next bytes of an answer
	heart    = time.Second              // between two lines that ask whether the other end is there
	lateness = 10 * time.Second         // after the planned end, for the stones
	settling = 14500 * time.Millisecond // after the planned end, for the report
	hurry    = 2 * time.Second          // for the report, when the experiment was interrupted
	glance   = 100 * time.Millisecond   // between two looks whether that is to be asked
	turn     = time.Millisecond         // between two looks whether it is one's turn to talk
)

// A Session is a conversation with a server. Several tasks may use it.
type Session struct {
	cfg     Config
	net     Net
	conn    net.Conn
	lines   *control.Reader
	address string        // of the server, in numbers
	until   time.Duration // when the talk that goes on gives up; only the task that has the turn touches it

	mu      sync.Mutex
	talking bool             // somebody has the turn
	lost    error            // why nobody can talk any more
	flying  map[*flight]bool // the connections that carry stones
}

// Open connects to a server and agrees with it on the version, and on the key.
//
// An error that is [syscall.ECONNREFUSED] too is a no of the other side: nobody
// listens there, the server is full, or the key is another one.
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

// withPort is an address with its port.
func withPort(address string) string {
	if _, _, err := net.SplitHostPort(address); err == nil {
		return address
	}
	return net.JoinHostPort(strings.Trim(address, "[]"), strconv.Itoa(control.Port))
}

// network is the network of a transport.
func (s *Session) network(transport string) string {
	if s.cfg.IPv6 {
		return transport + "6"
	}
	return transport
}

// dial connects, and over TCP makes it a TLS connection if that is asked for. The ear,
// which may be nil, hears what goes over the way.
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

// A timeless connection lets package tls set no deadlines, which it does by the
// computer's clock when it closes.
type timeless struct{ net.Conn }

func (timeless) SetDeadline(time.Time) error      { return nil }
func (timeless) SetWriteDeadline(time.Time) error { return nil }

// noTLS is err in the words of a client that expects a stones server.
func noTLS(err error) error {
	if _, plain := errors.AsType[tls.RecordHeaderError](err); plain {
		return errors.New("the other end does not speak it; leave it out")
	}
	return bare(err)
}

// interrupt has calls of conn return when ctx ends.
func interrupt(ctx context.Context, conn net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })
}

// past is a deadline that has passed by every clock.
var past = time.Unix(1, 0)

// open says the opening words.
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

// prove shows the key without saying it, and has the other end show it too.
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

// bindingOf is what ties a proof to a connection of TLS; nil without it.
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

// sameEnd reports whether two connections have the same certificate at their other end,
// or none.
func sameEnd(a, b net.Conn) bool {
	one, ok := a.(secret)
	other, also := b.(secret)
	if !ok || !also {
		return ok == also
	}
	first, second := one.ConnectionState().PeerCertificates, other.ConnectionState().PeerCertificates
	return len(first) > 0 && len(second) > 0 && first[0].Equal(second[0])
}

// none expects no line before the last one of a reply.
func none(text string) error {
	return fmt.Errorf("%w: %s", control.ErrForeign, prose.Safe(text))
}

// Close says goodbye.
func (s *Session) Close() error {
	if s.over() == nil {
		_ = s.conn.SetDeadline(s.net.Time(s.net.Now() + hurry))
		_, _ = io.WriteString(s.conn, control.Bye{}.String()+"\n") // if it hears us
		_ = s.lose(net.ErrClosed)
	}
	return s.conn.Close()
}
