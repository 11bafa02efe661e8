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
	"strings"
	"syscall"
	"time"

	"stones/lab/control"
	"stones/lab/pace"
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

// receive talks with whoever has connected until one of them ends it.
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
	if err := s.join(x); err != nil {
		s.journal.write(ofStrangers, slog.LevelWarn, "no room", foreign("from", x.from))
		x.no(err)
		x.hangUp()
		return
	}
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

// encrypt has TLS begin. It reports whether it has.
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

// errProtocol says that somebody speaks another protocol.
type errProtocol string

func (e errProtocol) Error() string { return string(e) }

// readFirst reads the first line, and knows the usual ones of other protocols.
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

// giveUp ends the reading of lines after an error. What came of a line is a
// message all the same: not everybody ends one. It returns the reason.
func (x *session) giveUp(text string, err error, after time.Duration) string {
	if text != "" && x.number > 0 {
		x.said(text)
	}
	var other errProtocol
	switch {
	case errors.Is(err, control.ErrTooLong), errors.As(err, &other):
		x.no(err)
		x.hangUp()
		return err.Error()
	case errors.Is(err, os.ErrDeadlineExceeded) && !x.server.isStopped():
		x.no(fmt.Errorf("line within %v: good bye", after))
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

// patience is until when the next line has to come. Whoever has not shown the key
// where there is one cannot stay.
func (x *session) patience() time.Duration {
	if len(x.server.Key) > 0 && !x.proven {
		return x.since + x.server.limits.Grace
	}
	until := x.server.World.Now() + x.server.limits.Idle
	for _, e := range x.flows {
		until = max(until, e.last)
	}
	return until
}

// leaves is when it will end, as far as one can tell: when all is thrown that it
// has planned. It needs the server's lock.
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

// hangUp ends the conversation so that what was said last is read: what is
// still coming is waited for and thrown away, or else the connection would be
// reset (RFC 9293 section 3.10.4).
func (x *session) hangUp() {
	const (
		most = 1 << 20
		wait = time.Second
	)
	x.guard.until(x.server.in(wait))
	_ = x.out.Flush()
	if closeWrite(x.conn) == nil {
		_, _ = io.CopyN(io.Discard, x.guard.Conn, most)
	}
}

// Errors of these three are found when the reply is flushed.

func (x *session) ok(text string) {
	_, _ = x.out.Write(control.AppendOK(x.out.AvailableBuffer(), text))
}

func (x *session) no(err error) {
	_, _ = x.out.Write(control.AppendNo(x.out.AvailableBuffer(), err.Error()))
}

func (x *session) line(text string) {
	_, _ = x.out.Write(control.AppendLine(x.out.AvailableBuffer(), text))
}

// reply says ok, or no and why.
func (x *session) reply(text string, err error) {
	if err != nil {
		x.no(err)
		return
	}
	x.ok(text)
}

// answer answers one line. If that ends the conversation it returns why.
func (x *session) answer(ctx context.Context, c control.Command) (end string) {
	s := x.server
	switch c := c.(type) {
	case control.Help:
		for _, text := range help() {
			x.line(text)
		}
		x.ok("")
	case control.Time:
		x.ok(s.World.Time(s.World.Now()).UTC().Format("2006-01-02T15:04:05.000000000Z"))
	case control.Echo:
		x.ok(c.Text)
	case control.Throw:
		x.throwLines(c)
	case control.Stats:
		x.stats()
	case control.Limits:
		for _, text := range s.Limits.Lines() {
			x.line(text)
		}
		x.ok("")
	case control.Bye:
		x.ok("bye")
		return "bye"
	case control.Message:
		x.said(c.Text)
		x.ok("printed")
	case control.Version:
		x.reply(x.version(c))
	case control.Prove:
		return x.prove(ctx, c)
	case control.Plan:
		x.reply(x.plan(c))
	case control.Thrown:
		e, err := x.find(c.Flow)
		if err == nil {
			err = e.tell(c)
		}
		x.reply("", err)
	case control.Ask:
		if e, err := x.find(c.Flow); err != nil {
			x.no(err)
		} else {
			x.report(ctx, e)
		}
	case control.Forget:
		e, err := x.find(c.Flow)
		if err == nil {
			x.forget(e)
		}
		x.reply("", err)
	case control.Carry:
		x.no(errors.New("stones: they need a connection of their own"))
	}
	return ""
}

// help says what there is.
func help() []string {
	return []string{
		"time           what time it is here",
		"echo TEXT      TEXT comes back",
		"throw N        N stones come, a line each; throw N SIZE: each of SIZE bytes",
		"stats          who is here, and what was caught",
		"limits         what is allowed at most",
		"bye            the end",
		"anything else is a message, and printed here",
		"for programs: stones 1, prove, plan, thrown, report, forget",
	}
}

// said prints a message.
func (x *session) said(text string) {
	x.server.journal.write(ofClients, slog.LevelInfo, "message", slog.Int("session", x.number), foreign("text", text))
	x.server.tell(func(o Observer) { o.Said(x.client(false), prose.Safe(text)) })
}

// throwLines throws stones that a person can read.
func (x *session) throwLines(c control.Throw) {
	for i := range c.Count {
		text := fmt.Sprintf("stone %d of %d", i+1, c.Count)
		if pad := c.Size - len(text) - len(" \n"); pad > 0 {
			text += " " + strings.Repeat(".", pad-1)
		}
		x.line(text)
	}
	x.ok("")
}

// stats says who is here.
func (x *session) stats() {
	now := x.server.World.Now()
	for _, c := range x.server.Clients() {
		x.line(fmt.Sprintf("session %d from %s for %v", c.Number, c.Address, (now - c.Since).Truncate(time.Second)))
		for _, e := range c.Flows {
			x.line(fmt.Sprintf("  %s: %s", e.Transport, summary(e)))
		}
	}
	x.line(fmt.Sprintf("datagrams of strangers: %d", x.server.Strangers()))
	x.ok("")
}

// summary says what came of a flow.
func summary(e control.Notice) string {
	if e.Reverse {
		return fmt.Sprintf("%d of %d stones of %d B thrown from here", max(e.Thrown, 0), e.Planned, e.Size)
	}
	return fmt.Sprintf("%d of %d stones of %d B caught, %d copies, %d damaged, %d foreign", e.Caught, e.Planned, e.Size, e.Copies, e.Damaged, e.Foreign)
}

// version agrees on the version.
func (x *session) version(c control.Version) (string, error) {
	if c.Version != control.Spoken {
		return "", fmt.Errorf("version %q: this server speaks %s", c.Version, control.Spoken)
	}
	if !x.spoken {
		s := x.server
		s.mu.Lock()
		defer s.mu.Unlock()
		var err error
		if x.challenge, err = seal.NewChallenge(s.Rand); err != nil {
			return "", err
		}
		x.spoken = true
	}
	return control.Welcome{Challenge: x.challenge, Key: len(x.server.Key) > 0}.String(), nil
}

// prove checks whether the client knows the key, and proves that the server does.
// Who does not has to wait before the next guess.
func (x *session) prove(ctx context.Context, c control.Prove) (end string) {
	s := x.server
	switch {
	case !x.spoken:
		x.no(errSpeak)
	case len(s.Key) == 0:
		x.no(errors.New("prove: there is no key here"))
	case seal.Equal(c.Proof, seal.Prove(s.Key, seal.Thrower, x.challenge, x.binding)):
		x.proven = true
		x.ok(fmt.Sprintf("%x", seal.Prove(s.Key, seal.Catcher, x.challenge, x.binding)))
	default:
		const wait = time.Second
		s.journal.write(ofStrangers, slog.LevelWarn, "wrong key", slog.Int("session", x.number), foreign("from", x.from))
		_ = s.World.SleepUntil(ctx, s.World.Now()+wait)
		x.no(errors.New("key: it is another one here"))
		return "wrong key"
	}
	return ""
}

var errSpeak = errors.New(`version: say "stones 1" first`)

// plan agrees to a plan, or refuses it.
func (x *session) plan(p control.Plan) (string, error) {
	s := x.server
	switch {
	case !x.spoken:
		return "", errSpeak
	case len(s.Key) > 0 && !x.proven:
		return "", errors.New("key: this server wants one proved first")
	}
	if err := s.limits.check(p); err != nil {
		return "", err
	}
	if len(x.flows) >= s.limits.Flows {
		return "", fmt.Errorf("limit: %d flows at once; forget one", len(x.flows))
	}
	e, err := s.begin(x, p)
	if err != nil {
		return "", fmt.Errorf("plan: %w", err)
	}
	s.journal.write(ofClients, slog.LevelInfo, "planned", slog.Int("session", x.number), slog.Any("flow", e.ticket.Flow),
		slog.String("transport", p.Transport), slog.Int("stones", p.Count), slog.Int("size", p.Size), slog.Duration("length", p.Duration), slog.Bool("back", p.Reverse))
	s.tell(func(o Observer) { o.Planned(x.client(false), e.snapshot()) })
	return e.ticket.String(), nil
}

// begin begins a flow.
func (s *Server) begin(x *session, p control.Plan) (*flow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var t control.Ticket
	var err error
	for t.Flow == 0 || s.flows[t.Flow] != nil {
		if t.Flow, err = seal.NewFlow(s.Rand); err != nil {
			return nil, err
		}
	}
	if t.Secret, err = seal.NewSecret(s.Rand); err != nil {
		return nil, err
	}
	var schedule *pace.Schedule
	if p.Reverse {
		if schedule, err = scheduleOf(p, t.Flow); err != nil {
			return nil, err
		}
	}
	e := newFlow(s, p, t, schedule)
	if p.Transport == "udp" {
		e.drops, _ = s.dropped()
		e.strangers = s.strangers.Load()
		for _, other := range s.flows {
			if other.plan.Transport == "udp" && !other.over() {
				other.shared, e.shared = true, true
			}
		}
	}
	s.flows[t.Flow] = e
	x.flows = append(x.flows, e)
	return e, nil
}

// dropped is how many datagrams the socket has dropped by now.
func (s *Server) dropped() (int, string) {
	if s.Dropped == nil {
		return 0, "the server does not count them"
	}
	return s.Dropped()
}

// find is one of the session's flows.
func (x *session) find(number uint32) (*flow, error) {
	for _, e := range x.flows {
		if e.ticket.Flow == number {
			return e, nil
		}
	}
	return nil, fmt.Errorf("flow %d: not one of this session", number)
}

// report waits until all has come, and says what.
func (x *session) report(ctx context.Context, e *flow) {
	s := x.server
	asked := s.World.Now()
	for now := asked; e.settled(asked) > now && !s.isStopped(); now = s.World.Now() {
		wake := e.settled(asked)
		if e.plan.Transport == "tcp" || e.plan.Reverse { // nothing tells of the end
			wake = min(wake, now+look)
		}
		if s.World.SleepUntil(ctx, wake) != nil {
			break
		}
	}
	x.end(e)
	r := e.report()
	r.Drained = s.World.Now() - asked
	if e.plan.Transport == "udp" && !e.plan.Reverse {
		r.Drops, r.DropsUnknown = x.drops(e)
	}
	n, ok := x.arrivals(e)
	if ok {
		_, _ = x.out.Write(r.Append(nil))
		x.ok(fmt.Sprint(n))
	}
}

// report is what was counted.
func (x *flow) report() control.Report {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := control.Report{Damaged: x.counts.Damaged, Foreign: x.counts.Foreign, Reads: x.reads}
	if x.plan.Reverse {
		r.Reverse, r.Planned, r.Attempted, r.Thrown, r.NotThrown = true, x.plan.Count, x.attempts, max(x.counts.Thrown, 0), x.causes
	}
	return r
}

// drops is how many of a flow's datagrams found the socket's buffer full.
func (x *session) drops(e *flow) (int, string) {
	n, unknown := x.server.dropped()
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	n -= e.drops
	switch {
	case unknown != "" || n == 0:
	case e.shared:
		return 0, fmt.Sprintf("%d of several flows", n)
	case x.server.strangers.Load() != e.strangers:
		return 0, fmt.Sprintf("%d, some of them of strangers", n)
	}
	return n, unknown
}

// reportRate is how many arrivals a second a reader of a report has to take.
const reportRate = 1000

// arrivals writes a flow's arrivals, which have so long and no longer.
func (x *session) arrivals(e *flow) (n int, ok bool) {
	var at reader
	var some [128]control.Arrival
	e.mu.Lock()
	most := time.Duration(e.diary.count) * time.Second / reportRate
	e.mu.Unlock()
	x.guard.until(x.server.in(x.server.limits.Grace + most))
	for {
		e.mu.Lock()
		read := e.diary.read(&at, some[:])
		e.mu.Unlock()
		if read == 0 {
			return n, true
		}
		n += read
		for _, a := range some[:read] {
			if _, err := x.out.Write(a.Append(x.out.AvailableBuffer())); err != nil {
				return n, false
			}
		}
	}
}

// end notes that no more stones of a flow come.
func (x *session) end(e *flow) {
	if !e.finish() {
		return
	}
	done := e.snapshot()
	x.server.journal.write(ofClients, slog.LevelInfo, "ended", slog.Int("session", x.number), slog.Any("flow", e.ticket.Flow), slog.String("counts", summary(done)))
	x.server.tell(func(o Observer) { o.Ended(x.client(false), done) })
}

// forget ends a flow and all that is known of it.
func (x *session) forget(e *flow) {
	x.end(e)
	s := x.server
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flows, e.ticket.Flow)
	x.flows = remove(x.flows, e)
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

// client is the session as it is told of. Locked says that the caller has the
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
