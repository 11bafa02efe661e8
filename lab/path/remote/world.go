package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"stones/lab/control"
	"stones/lab/path"
)

// A World is one experiment of a session. Each transport has one flow in it.
type World struct {
	Net
	s     *Session
	names path.Flows

	mu    sync.Mutex
	flows map[string]*flow
}

// A flow is what was agreed on with the other end, and the other end's report.
type flow struct {
	path.Offer
	control.Ticket
	began  time.Duration // when it was agreed on, or when the other end began to throw
	report *path.Report  // nil until it has come
	ear    *path.Ear     // nil if nothing is recorded
}

// end is the planned end.
func (x *flow) end() time.Duration { return x.began + x.Time }

// World returns a world for one experiment with these flows, at most one over each
// transport. Its Close does not close the session.
func (s *Session) World(flows path.Flows) *World {
	return &World{Net: s.net, s: s, names: flows, flows: make(map[string]*flow)}
}

// Address is where the other end is.
func (w *World) Address(string) string { return w.s.address }

// Run runs the tasks side by side, and meanwhile checks that the other end is still
// there.
func (w *World) Run(ctx context.Context, tasks ...func()) error {
	watching, over := context.WithCancel(ctx)
	defer over()
	var left atomic.Int64
	left.Store(int64(len(tasks)))
	all := make([]func(), 0, len(tasks)+1)
	for _, task := range tasks {
		all = append(all, func() {
			defer func() {
				if left.Add(-1) == 0 {
					over()
				}
			}()
			task()
		})
	}
	return w.Net.Run(ctx, append(all, func() { w.s.watch(watching) })...)
}

// SleepUntil waits until the clock shows at. It returns early, with the reason, if ctx or
// the session ends.
func (w *World) SleepUntil(ctx context.Context, at time.Duration) error {
	for w.Now()+heart < at {
		if err := w.Net.SleepUntil(ctx, w.Now()+heart); err != nil {
			return err
		}
		if err := w.s.over(); err != nil {
			return err
		}
	}
	return w.Net.SleepUntil(ctx, at)
}

// roundTrips is how many lines are echoed to measure the round trip time.
const roundTrips = 5

// Arrange agrees with the other end on one transport's flow. Before that it measures the
// round trip time, and checks that UDP passes if this end will throw over UDP.
func (w *World) Arrange(ctx context.Context, o path.Offer) (path.Agreement, error) {
	s := w.s
	if err := s.over(); err != nil {
		return path.Agreement{}, err
	}
	if o.Transport == "udp" && !o.Reverse {
		if err := s.hello(ctx); err != nil {
			return path.Agreement{}, err
		}
	}
	if err := s.take(ctx); err != nil {
		return path.Agreement{}, err
	}
	defer s.release()
	var trips []time.Duration
	for n := range roundTrips {
		began := s.net.Now()
		if err := s.echo(ctx, fmt.Sprintf("round trip %d of %d", n+1, roundTrips)); err != nil {
			return path.Agreement{}, err
		}
		trips = append(trips, s.net.Now()-began)
	}
	x := &flow{Offer: o}
	if o.Overhear {
		x.ear = &path.Ear{Now: s.net.Now}
	}
	plan := control.Plan{Transport: o.Transport, Count: o.Count, Size: o.Size, Duration: o.Time, Carrying: o.Carrying}
	if o.Reverse {
		plan.Reverse, plan.Rate, plan.Pattern = true, o.Rate, o.Pattern
	}
	err := s.say(ctx, plan, s.net.Now()+patience, func() error {
		text, err := s.lines.ReadReply(none)
		if err == nil {
			x.Ticket, err = control.ParseTicket(text)
		}
		return err
	})
	if err != nil {
		return path.Agreement{}, err
	}
	if o.Reverse && o.Carrying {
		if err := s.load(ctx, x); err != nil {
			return path.Agreement{}, err
		}
	}
	x.began = s.net.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flows[o.Transport] = x
	slices.Sort(trips)
	return path.Agreement{Flow: x.Flow, RTTMin: trips[0], RTTMedian: trips[len(trips)/2]}, nil
}

// find returns the flow of a transport.
func (w *World) find(transport string) (*flow, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if x := w.flows[transport]; x != nil {
		return x, nil
	}
	return nil, errors.New("remote: nothing is agreed on")
}

// DialContext opens the connection that carries the stones of a transport's
// flow to the other end.
func (w *World) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	x, err := w.find(network)
	if err != nil {
		return nil, err
	}
	if network == "udp" {
		return w.s.throwDatagrams(ctx, x)
	}
	return w.s.throwStream(ctx, x)
}

// Listen returns a listener for the stones that the other end throws over TCP. The
// address is ignored: Accept connects to the other end.
func (w *World) Listen(ctx context.Context, network, _ string) (net.Listener, error) {
	x, err := w.find(network)
	if err != nil {
		return nil, err
	}
	return &listener{ctx: ctx, s: w.s, x: x}, nil
}

// ListenPacket returns a connection for the stones that the other end throws over UDP.
func (w *World) ListenPacket(ctx context.Context, network, _ string) (net.PacketConn, error) {
	x, err := w.find(network)
	if err != nil {
		return nil, err
	}
	return w.s.catchDatagrams(ctx, x)
}

// Settle sends the thrower's counts and returns the other end's report. If ctx has ended,
// it waits less long.
func (w *World) Settle(ctx context.Context, transport string, c path.Counts) (path.Report, error) {
	x, err := w.find(transport)
	if err != nil {
		return path.Report{}, err
	}
	until := x.end() + settling
	if ctx.Err() != nil {
		until = min(until, w.Now()+hurry)
	}
	s, ctx := w.s, context.WithoutCancel(ctx)
	if err := s.take(ctx); err != nil {
		return path.Report{}, err
	}
	defer s.release()
	if !x.Reverse {
		thrown := control.Thrown{Flow: x.Flow, Planned: c.Planned, Attempted: c.Attempted, Thrown: c.Thrown}
		if err := s.say(ctx, thrown, until, s.agreed); err != nil {
			return path.Report{}, err
		}
	}
	var r path.Report
	err = s.say(ctx, control.Ask{Flow: x.Flow}, until, func() (err error) {
		r, err = s.readReport(x)
		return err
	})
	if err != nil {
		return path.Report{}, err
	}
	if err := s.say(ctx, control.Forget{Flow: x.Flow}, until, s.agreed); err != nil {
		return path.Report{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	x.report = &r
	return r, nil
}

// agreed expects a plain yes.
func (s *Session) agreed() error {
	_, err := s.lines.ReadReply(none)
	return err
}

// readReport reads the report of a flow. A report of more stones than can be true is an
// error.
func (s *Session) readReport(x *flow) (path.Report, error) {
	var r path.Report
	most := 4*x.Count + 1000
	told, err := s.lines.ReadReport(func(a control.Arrival) error {
		if len(r.Stones) == most {
			return fmt.Errorf("a report of more than %d stones where %d were planned", most, x.Count)
		}
		r.Stones = append(r.Stones, path.Told{Number: a.Number, At: a.At, Due: a.At - a.Delay})
		return nil
	})
	switch {
	case err != nil:
		return r, err
	case told.Reverse != x.Reverse:
		return r, errors.New("a report of the wrong end")
	case x.Reverse && told.Thrown != len(r.Stones):
		return r, fmt.Errorf("a report of %d stones thrown that tells of %d", told.Thrown, len(r.Stones))
	}
	r.Damaged, r.Foreign, r.Reads = told.Damaged, told.Foreign, told.Reads
	r.Drops, r.DropsUnknown, r.Drained = told.Drops, told.DropsUnknown, told.Drained
	r.Carried = told.Carried
	r.Planned, r.Attempted, r.NotThrown = told.Planned, told.Attempted, told.NotThrown
	return r, nil
}

// Drain does nothing: the other end waits before it reports.
func (w *World) Drain(context.Context, string, time.Duration, func() bool) {}

// DrainRule says how the other end decides that no more stones come.
func (w *World) DrainRule() path.DrainRule {
	return path.DrainByCatcher
}

// Arrival is now.
func (w *World) Arrival(string) time.Duration { return w.Now() }

// Record is what is known of a flow: what the other end has reported, and what this end's
// sockets know, if the Net has a Record.
func (w *World) Record(name string) path.Record {
	transport := w.names.Transport(name)
	r := path.Record{CountsUnknown: path.FarSilent}
	x, err := w.find(transport)
	sockets, tells := w.Net.(interface {
		Record(flow string) path.Record
	})
	if tells && err == nil && !x.Reverse {
		seen := sockets.Record(transport)
		r.Retransmitted, r.Timeouts, r.CountsUnknown, r.Samples = seen.Retransmitted, seen.Timeouts, seen.CountsUnknown, seen.Samples
	}
	if err == nil {
		r.Heard = x.ear.Heard()
	}
	r.DropsUnknown = path.FarSilent
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil && x.Reverse:
		r.DropsUnknown = path.NotHere
	case err == nil && x.report != nil:
		r.ReceiverDrops, r.DropsUnknown = x.report.Drops, x.report.DropsUnknown
	}
	return r
}

// Check returns nil: what happens on the path is not known.
func (w *World) Check() error { return nil }

// Stack is what is known of this end's stack.
func (w *World) Stack() path.Stack {
	if sockets, ok := w.Net.(interface{ Stack() path.Stack }); ok {
		return sockets.Stack()
	}
	return path.Stack{}
}

// Close ends the world. The session goes on.
func (w *World) Close() error { return nil }
