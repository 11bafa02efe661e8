package server

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"stones/lab/control"
	"stones/lab/pace"
	"stones/lab/seal"
	"stones/lab/stone"
	"stones/lab/tally"
)

// A flow is one plan that was agreed to, and its results.
type flow struct {
	server    *Server
	ticket    control.Ticket
	plan      control.Plan
	schedule  *pace.Schedule // if the server throws
	tagger    *seal.Tagger   // for the task that has UDP's socket
	began     time.Duration  // when it was agreed to, or its load had come
	last      time.Duration  // when it ends at the latest
	drops     int            // of the UDP socket, when it began
	strangers int64          // datagrams of no flow, when it began
	reserved  int            // bytes of its load; under the server's lock
	shared    bool           // other flows used the socket meanwhile; under the server's lock

	mu       sync.Mutex
	diary    diary  // arrivals, or throws
	seen     []byte // a bit a number
	counts   control.Notice
	told     bool // the client has told what it has thrown
	attempts int
	causes   map[string]int // of stones that the server could not throw
	reads    int
	latest   time.Duration  // arrival
	due      time.Duration  // when the first that came was due, on the thrower's clock
	closed   bool           // the client has the report, or will not ask for it
	carried  bool           // its stones have a connection or an address, or had one
	sum      stone.Sum      // of the content of the stones that came
	loaded   string         // the content of the stones that the server throws
	carrier  *guarded       // the connection, while there is one
	from     netip.AddrPort // where its datagrams come from
}

func newFlow(s *Server, p control.Plan, t control.Ticket, schedule *pace.Schedule) *flow {
	now := s.World.Now()
	return &flow{
		server: s, ticket: t, plan: p, schedule: schedule,
		tagger: seal.NewTagger(t.Secret),
		began:  now, last: now + p.Duration + s.limits.Grace,
		seen: make([]byte, p.Count/8+1),
		counts: control.Notice{
			Number: t.Flow, Transport: p.Transport, Reverse: p.Reverse,
			Planned: p.Count, Size: p.Size, Thrown: -1, Began: now, Length: p.Duration,
		},
	}
}

// end is when the flow ends by its plan.
func (x *flow) end() time.Duration { return x.began + x.plan.Duration }

// catch records what a catcher yields. Times within a flow never go back, and none is
// before the plan: a client rejects a report that says otherwise.
func (x *flow) catch(s stone.Stone, err error, at time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.counts.Over {
		return
	}
	at = max(at, x.latest, x.began)
	x.latest = at
	switch {
	case err == nil:
		x.note(s, at)
	case errors.Is(err, stone.ErrDamaged):
		x.counts.Damaged++
	case errors.Is(err, stone.ErrForeign), errors.Is(err, stone.ErrSize), errors.Is(err, stone.ErrShort):
		x.counts.Foreign++
	}
}

// mostCopies is how many copies are recorded for each planned stone, on average.
// Further ones count as foreign. A first arrival is always recorded, whatever somebody
// replays.
const mostCopies = 1

// note records a stone that came, if it is in the plan.
func (x *flow) note(s stone.Stone, at time.Duration) {
	planned := s.Flow == x.ticket.Flow && s.Size == x.plan.Size && s.Number > 0 && s.Number <= uint64(x.plan.Count)
	if x.counts.Caught == 0 {
		x.due = s.Due
	}
	if length := x.last - x.began; !planned || s.Due < x.due-length || s.Due > x.due+length {
		x.counts.Foreign++
		return
	}
	bit := byte(1) << (s.Number % 8)
	first := x.seen[s.Number/8]&bit == 0
	switch {
	case first:
		x.seen[s.Number/8] |= bit
		if x.plan.Carrying {
			x.sum.Add(s.Number, s.Carries)
		}
		x.counts.Caught++
	case x.counts.Copies >= mostCopies*x.plan.Count:
		x.counts.Foreign++
		return
	default:
		x.counts.Copies++
	}
	x.diary.add(control.Arrival{Number: s.Number, At: at - x.began, Delay: at - x.began - s.Due})
}

// throw records a stone that the server has thrown, or could not throw.
func (x *flow) throw(s stone.Stone, err error, at time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.attempts++
	if err != nil {
		if x.causes == nil {
			x.causes = make(map[string]int)
		}
		x.causes[tally.CauseOf(err)]++
		return
	}
	x.counts.Thrown++
	x.diary.add(control.Arrival{Number: s.Number, At: at - x.began, Delay: at - x.began - s.Due})
}

// tell records how many stones the client says it has thrown, if that can be true.
func (x *flow) tell(c control.Thrown) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.plan.Reverse:
		return errors.New("thrown: it is the server that throws")
	case c.Planned > x.plan.Count:
		return errors.New("thrown: more planned than in the plan")
	case c.Thrown < x.counts.Caught:
		return errors.New("thrown: fewer than were caught")
	case x.told && c.Thrown != x.counts.Thrown:
		return errors.New("thrown: already reported with a different count")
	}
	x.told, x.counts.Thrown = true, c.Thrown
	return nil
}

// claim lets one connection carry the stones, and none after it.
func (x *flow) claim(g *guarded) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.carried || x.counts.Over || x.plan.Reverse && x.plan.Carrying && x.loaded == "" {
		return false
	}
	x.carried, x.carrier = true, g
	if x.plan.Reverse {
		x.counts.Thrown = 0
	}
	return true
}

// finish takes no more stones, and wakes the reader that waits for them. It reports
// whether this is its first call.
func (x *flow) finish() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return false
	}
	x.closed, x.counts.Over = true, true
	if x.carrier != nil {
		x.carrier.interrupt()
	}
	return true
}

// over reports whether there will be no more stones.
func (x *flow) over() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.counts.Over
}

// unreported reports whether the client is still to ask for the report.
func (x *flow) unreported() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return !x.closed
}

// snapshot returns the flow's counts so far.
func (x *flow) snapshot() control.Notice {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.counts
}

// A flow counts as complete after this much silence: over UDP, and over TCP if its
// stream has no end.
const (
	quietUDP = 500 * time.Millisecond
	quietTCP = 5 * time.Second
)

// settled returns when the flow counts as complete if no more stones come until then.
// It is in the past if it is complete already.
func (x *flow) settled(asked time.Duration) time.Duration {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.counts.Over:
		return 0
	case x.plan.Reverse && x.carried:
		return min(asked+x.server.limits.Alive, x.last) // who asks catches no more, or has vanished
	case x.plan.Transport == "udp":
		return min(max(asked, x.latest)+quietUDP, x.last)
	}
	return min(max(asked, x.latest)+quietTCP, x.last)
}
