package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"stones/lab/control"
	"stones/lab/pace"
	"stones/lab/seal"
)

// plan agrees to a plan, or rejects it.
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
	if err := s.mean(x); err != nil {
		return "", err
	}
	e, err := s.begin(x, p)
	if err != nil {
		return "", err
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
	most := mostWritten(p)
	if s.written+most > s.limits.Written {
		return nil, fmt.Errorf("room: %d of %d B are for what others throw; come back later, or throw fewer stones", s.written, s.limits.Written)
	}
	var t control.Ticket
	var err error
	for t.Flow == 0 || s.flows[t.Flow] != nil {
		if t.Flow, err = seal.NewFlow(s.Rand); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
	}
	if t.Secret, err = seal.NewSecret(s.Rand); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	var schedule *pace.Schedule
	if p.Reverse {
		if schedule, err = scheduleOf(p, t.Flow); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
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
	s.written += most
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

// find returns one of the session's flows.
func (x *session) find(number uint32) (*flow, error) {
	for _, e := range x.flows {
		if e.ticket.Flow == number {
			return e, nil
		}
	}
	return nil, fmt.Errorf("flow %d: not one of this session", number)
}

// report waits until the flow is complete, and writes its report.
func (x *session) report(ctx context.Context, e *flow) {
	s := x.server
	asked := s.World.Now()
	for now := asked; e.settled(asked) > now && !s.isStopped(); now = s.World.Now() {
		wake := e.settled(asked)
		if e.plan.Transport == "tcp" || e.plan.Reverse { // no event marks the end
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

// report returns what was counted.
func (x *flow) report() control.Report {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := control.Report{Damaged: x.counts.Damaged, Foreign: x.counts.Foreign, Reads: x.reads, Carried: x.sum}
	if x.plan.Reverse {
		r.Reverse, r.Planned, r.Attempted, r.Thrown, r.NotThrown = true, x.plan.Count, x.attempts, max(x.counts.Thrown, 0), x.causes
	}
	return r
}

// drops is how many of a flow's datagrams were dropped because the socket's buffer was
// full, or why that is unknown.
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

// reportRate is how many arrivals a second a client must read of a report.
const reportRate = 1000

// arrivals writes a flow's arrivals, within a time limit that follows from their
// number.
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

// end ends a flow: no more stones of it come.
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
	s.loaded -= e.reserved
	s.written -= mostWritten(e.plan)
	delete(s.flows, e.ticket.Flow)
	x.flows = remove(x.flows, e)
}
