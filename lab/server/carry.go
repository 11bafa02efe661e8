package server

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"stones/lab/clock"
	"stones/lab/control"
	"stones/lab/pace"
	"stones/lab/seal"
	"stones/lab/stone"
	"stones/tcp"
	"stones/udp"
)

// readSize is how many bytes are asked of a connection at once.
const readSize = 16 << 10

// carry takes the stones of a flow from the connection, or throws them
// into it.
func (x *session) carry(ctx context.Context, c control.Carry) {
	s := x.server
	e := s.find(c.Flow)
	switch {
	case e == nil || !seal.Equal(c.Proof, seal.CarryProof(e.ticket.Secret, seal.Thrower, x.binding)):
		s.journal.write(ofStrangers, slog.LevelWarn, "stones of no flow", foreign("from", x.from))
		x.no(fmt.Errorf("flow %d: not known, or the proof is wrong", c.Flow))
	case e.plan.Transport != "tcp":
		x.no(fmt.Errorf("flow %d: it is planned over %s", c.Flow, e.plan.Transport))
	case !e.claim(x.guard):
		x.no(fmt.Errorf("flow %d: carried already, or over", c.Flow))
	default:
		s.mu.Lock()
		s.settle(x.guard)
		s.mu.Unlock()
		x.guard.until(s.World.Time(e.last))
		x.ok(fmt.Sprintf("%x", seal.CarryProof(e.ticket.Secret, seal.Catcher, x.binding)))
		if x.out.Flush() != nil {
			e.ended()
		} else if e.plan.Reverse {
			x.throwReverse(ctx, e)
		} else {
			e.catchStream(ctx, &carrier{x.conn, x.lines})
		}
		return
	}
	x.hangUp()
}

// A single is a tcp.Listener and Dialer that has one connection.
type single struct{ conn net.Conn }

func (s single) Listen(context.Context, string, string) (net.Listener, error) {
	return &only{s.conn}, nil
}

func (s single) DialContext(context.Context, string, string) (net.Conn, error) { return s.conn, nil }

// catchStream catches what comes over a connection.
func (x *flow) catchStream(ctx context.Context, conn net.Conn) {
	defer x.ended()
	c, err := tcp.Listen(ctx, single{conn}, "")
	if err != nil {
		return
	}
	c.ReadSize, c.Carrying = readSize, x.plan.Carrying
	for s, err := range c.Catch() {
		x.catch(s, err, x.server.World.Now())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.reads = c.Reads
}

// ended records that the connection that carried the stones has ended.
func (x *flow) ended() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.counts.Over = true
	x.carrier = nil
}

// scheduleOf returns the schedule by which the server throws the stones of a plan. Its
// seed is the number of the flow, which both ends know.
func scheduleOf(p control.Plan, flow uint32) (*pace.Schedule, error) {
	plan := pace.Plan{Count: p.Count, Size: p.Size}
	if err := plan.Rate.UnmarshalText([]byte(p.Rate)); err != nil {
		return nil, fmt.Errorf("rate %q: %w", p.Rate, err)
	}
	if err := plan.Pattern.UnmarshalText([]byte(p.Pattern)); err != nil {
		return nil, fmt.Errorf("pattern %q: %w", p.Pattern, err)
	}
	s, err := pace.NewSchedule(plan, uint64(flow))
	switch {
	case err != nil:
		return nil, err
	case !s.Paced() && p.Transport == "udp":
		return nil, errors.New("rate max: not over UDP")
	case s.Offset(uint64(p.Count)) > p.Duration:
		return nil, fmt.Errorf("%d stones at the rate %v take %v; planned %v", p.Count, plan.Rate, s.Offset(uint64(p.Count)), p.Duration)
	}
	return s, nil
}

// throwReverse throws the stones of a flow into its connection.
func (x *session) throwReverse(ctx context.Context, e *flow) {
	defer e.ended()
	t, err := tcp.Dial(ctx, single{&carrier{x.conn, x.lines}}, "")
	if err != nil {
		return
	}
	defer t.Close()
	// The guard ends it: a context would set a deadline by another clock than the World's.
	e.throwAll(ctx, t.Throw(context.WithoutCancel(ctx), e.stones(ctx)))
}

// stones yields the stones that the server throws, each when it is due.
func (x *flow) stones(ctx context.Context) iter.Seq[stone.Stone] {
	c := since{x.server.World, x.began}
	return x.carrying(x.schedule.Stones(ctx, c, c.Now(), x.ticket.Flow))
}

// throwAll throws until all are thrown, or the flow is over.
func (x *flow) throwAll(ctx context.Context, throws iter.Seq2[stone.Stone, error]) {
	for s, err := range throws {
		if s.Number == 0 || ctx.Err() != nil {
			return
		}
		now := x.server.World.Now()
		x.throw(s, err, now)
		if now > x.last || x.over() {
			return
		}
	}
}

// A since is a clock that starts later than another one.
type since struct {
	clock.Clock
	began time.Duration
}

func (c since) Now() time.Duration { return c.Clock.Now() - c.began }

func (c since) SleepUntil(ctx context.Context, at time.Duration) error {
	return c.Clock.SleepUntil(ctx, c.began+at)
}

func (c since) Time(at time.Duration) time.Time { return c.Clock.Time(c.began + at) }

// A sight is the UDP socket seen as a connection to one address. What is written is
// sent there as a datagram with its tag.
type sight struct {
	net.PacketConn
	to     net.Addr
	tagger *seal.Tagger
	frame  []byte
	over   atomic.Bool
}

var _ net.Conn = (*sight)(nil)

func (c *sight) Write(b []byte) (int, error) {
	if c.over.Load() {
		return 0, &net.OpError{Op: "write", Net: "udp", Addr: c.to, Err: os.ErrDeadlineExceeded}
	}
	c.frame = c.tagger.Append(append(c.frame[:0], b...))
	if _, err := c.WriteTo(c.frame, c.to); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (c *sight) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }
func (c *sight) RemoteAddr() net.Addr     { return c.to }
func (c *sight) Close() error             { return nil }

// SetDeadline ends the writing, whatever the time is. The socket is shared, so
// it keeps its own deadline.
func (c *sight) SetDeadline(time.Time) error {
	c.over.Store(true)
	return nil
}

// throwDatagrams throws the stones of a flow at an address.
func (x *flow) throwDatagrams(ctx context.Context, to net.Addr) {
	defer x.ended()
	conn := &sight{PacketConn: x.server.packets, to: to, tagger: seal.NewTagger(x.ticket.Secret)}
	t, err := udp.Dial(ctx, single{conn}, "")
	if err != nil {
		return
	}
	x.throwAll(ctx, t.Throw(ctx, x.stones(ctx)))
}
