package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"stones/lab/control"
	"stones/lab/prose"
	"stones/lab/seal"
)

// A session is a conversation with one client.
type session struct {
	server  *Server
	guard   *guarded
	conn    net.Conn // the same, or TLS over it
	lines   *control.Reader
	out     *bufio.Writer
	from    string
	since   time.Duration
	binding []byte // of TLS

	number int           // once it has joined
	until  time.Duration // when it ends by itself; under the server's lock
	flows  []*flow       // under the server's lock; only the session changes them

	spoken    bool // the version is agreed on
	challenge [seal.ChallengeLen]byte
	proven    bool // the client knows the key
}

// receive talks with a client until one of the two ends it.
func (s *Server) receive(ctx context.Context, g *guarded) {
	defer s.leave(g)
	defer s.recovered()
	x := &session{server: s, guard: g, conn: g, from: g.RemoteAddr().String(), since: s.World.Now()}
	deadline := x.since + s.limits.FirstLine
	g.until(s.World.Time(deadline))
	if s.TLS != nil && !x.encrypt() {
		return
	}
	x.lines, x.out = control.NewReader(x.conn), bufio.NewWriter(x.conn)
	for _, text := range s.Greeting {
		if _, err := io.WriteString(x.conn, text+"\n"); err != nil {
			break // gone already, and may have said something before
		}
	}
	first, err := x.readFirst()
	if err != nil && (first == "" || !errors.Is(err, syscall.ECONNRESET)) {
		x.giveUp(first, err, s.limits.FirstLine)
		return
	}
	c, err := control.Parse(first)
	if carry, ok := c.(control.Carry); ok {
		x.carry(ctx, carry)
		return
	}
	x.setUntil(s.World.Now() + s.limits.Idle)
	giveUpAfter(g.Conn, vanished)
	s.join(x)
	s.journal.write(ofClients, slog.LevelInfo, "joined", slog.Int("session", x.number), foreign("from", x.from))
	why := "an error of the server"
	defer func() { x.quit(why) }()
	s.tell(func(o Observer) { o.Joined(x.client(false)) })
	why = x.talk(ctx, c, err)
}

// tell tells the observer something, if there is one.
func (s *Server) tell(what func(Observer)) {
	if s.Observer != nil {
		what(s.Observer)
	}
}

// encrypt makes the TLS handshake, and reports whether it succeeded.
func (x *session) encrypt() bool {
	conn := tls.Server(x.guard, x.server.TLS)
	err := conn.Handshake()
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) && plain.Conn != nil {
		x.out = bufio.NewWriter(x.guard)
		x.no(errors.New("plain text: this server speaks TLS"))
		x.hangUp()
	}
	if err == nil {
		x.binding, err = seal.Binding(conn.ConnectionState())
	}
	if err != nil {
		x.server.journal.write(ofStrangers, slog.LevelWarn, "no TLS", foreign("from", x.from), foreign("error", err.Error()))
		return false
	}
	x.conn = conn
	return true
}

// errProtocol is the error that a client speaks another protocol.
type errProtocol string

func (e errProtocol) Error() string { return string(e) }

// readFirst reads the first line, and recognises TLS and HTTP.
func (x *session) readFirst() (string, error) {
	const handshake = 0x16 // what a TLS record begins with (RFC 8446 section 5.1)
	if b, err := x.lines.Peek(1); err == nil && b[0] == handshake {
		return "", errProtocol("TLS: this server speaks plain lines; type help")
	}
	text, err := x.lines.ReadLine()
	if method, rest, _ := strings.Cut(text, " "); err == nil && strings.Contains(rest, " HTTP/1.") && method == strings.ToUpper(method) {
		return "", errProtocol("HTTP: this server speaks plain lines; type help")
	}
	return text, err
}

// giveUp ends the reading of lines after an error, and returns the reason. A line
// without an end is a message all the same: not every program sends the end of a line.
func (x *session) giveUp(text string, err error, after time.Duration) string {
	if text != "" && x.number > 0 {
		x.said(text)
	}
	var other errProtocol
	switch {
	case x.guard.isTurned():
		x.no(errOthers)
		_ = x.out.Flush()
		return "turned away"
	case errors.Is(err, control.ErrTooLong), errors.As(err, &other):
		x.no(err)
		x.hangUp()
		return err.Error()
	case errors.Is(err, os.ErrDeadlineExceeded) && !x.server.isStopped():
		x.no(fmt.Errorf("timeout: no line within %v", after))
		x.hangUp()
		return "silent"
	case errors.Is(err, io.EOF):
		return "hung up"
	case x.server.isStopped():
		return "the server stops"
	}
	return err.Error()
}

// talk answers line after line and returns why it ended.
func (x *session) talk(ctx context.Context, c control.Command, err error) string {
	s := x.server
	for {
		x.guard.until(s.in(s.limits.Grace))
		end := ""
		if err != nil {
			x.no(err)
		} else {
			end = x.answer(ctx, c)
		}
		if err := x.out.Flush(); err != nil {
			return err.Error()
		}
		if end != "" {
			x.hangUp()
			return end
		}
		until := x.patience()
		x.setUntil(until)
		x.guard.until(s.World.Time(until))
		began := s.World.Now()
		text, broken := x.lines.ReadLine()
		if broken != nil {
			return x.giveUp(text, broken, until-began)
		}
		c, err = control.Parse(text)
	}
}

// patience is the deadline of the next line. A client that has not proved the key,
// where there is one, cannot stay. A client that is silent while stones may fly has
// vanished, and nothing may be thrown at it any more.
func (x *session) patience() time.Duration {
	s := x.server
	if len(s.Key) > 0 && !x.proven {
		return x.since + s.limits.FirstLine
	}
	if slices.ContainsFunc(x.flows, (*flow).unreported) {
		return s.World.Now() + s.limits.Alive
	}
	return s.World.Now() + s.limits.Idle
}

// leaves estimates when the session ends: when all stones that it has planned are
// thrown. It needs the server's lock.
func (x *session) leaves() time.Duration {
	at := time.Duration(0)
	for _, e := range x.flows {
		at = max(at, e.end())
	}
	if at > x.server.World.Now() {
		return at
	}
	return x.until
}

func (x *session) setUntil(at time.Duration) {
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	x.until = at
}

// hangUp ends the conversation so that the client can read the last answer. It discards
// what still comes, because closing a connection with unread data resets it (RFC 9293
// section 3.6.1). Nothing is thrown at the client meanwhile.
func (x *session) hangUp() {
	const (
		most = 1 << 20
		wait = time.Second
	)
	for _, e := range x.flows {
		x.end(e)
	}
	x.guard.until(x.server.in(wait))
	_ = x.out.Flush()
	if closeWrite(x.conn) == nil {
		_, _ = io.CopyN(io.Discard, x.guard.Conn, most)
	}
}

// quit ends the session.
func (x *session) quit(why string) {
	s := x.server
	last := x.client(false)
	for len(x.flows) > 0 {
		x.forget(x.flows[0])
	}
	s.mu.Lock()
	s.sessions = remove(s.sessions, x)
	s.mu.Unlock()
	s.journal.write(ofClients, slog.LevelInfo, "left", slog.Int("session", x.number), foreign("from", x.from), foreign("why", why))
	s.tell(func(o Observer) { o.Left(last, prose.Safe(why)) })
}

// client returns a snapshot of the session. Locked says that the caller has the
// server's lock.
func (x *session) client(locked bool) Client {
	if !locked {
		x.server.mu.Lock()
		defer x.server.mu.Unlock()
	}
	c := Client{Number: x.number, Address: prose.Safe(x.from), Since: x.since}
	for _, e := range x.flows {
		c.Flows = append(c.Flows, e.snapshot())
	}
	return c
}
