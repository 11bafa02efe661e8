package protocol

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// A Road is what two ends talk over. Its clock times everything.
type Road interface {
	Now() time.Duration

	// Send gives a datagram of one end to the road.
	Send(from Role, datagram []byte) error

	// Next waits until the given time for the next datagram at either end. It is not ok
	// if none has come by then, if none can come any more, or if ctx has ended. The
	// datagram is valid until the next call.
	Next(ctx context.Context, until time.Duration) (to Role, datagram []byte, ok bool)

	// Idle reports whether nothing is on its way.
	Idle() bool
}

// A Conversation runs the two ends of a protocol over a road.
type Conversation struct {
	Road     Road
	Ends     [2]Protocol // by role
	Datagram [2]int      // the largest datagram of each end, in bytes
	Count    int         // stones
	Due      func(n int) time.Duration
	Stone    func(n int) []byte // its bytes
	Thrown   func(n int)        // called when stone n is handed to the thrower
	Caught   func(stone []byte) // called with each stone that the catcher delivers
	Limit    time.Duration      // by the road's time: when it gives up

	Notes   []Note // the first MaxNotes notes of the ends
	Unnoted int    // how many more there were

	began  time.Duration
	timers timers
	next   int // stone to be handed over
	last   bool
	events int
	sends  int // of this event
	role   Role
	failed error
}

// A Note is a figure of one end at a time since the conversation began.
type Note struct {
	At    time.Duration
	Role  Role
	Name  string
	Value float64
}

// Why a conversation ended before it was done.
var (
	ErrStalled = errors.New("stalled: nothing in flight, no timer")
	ErrGaveUp  = errors.New("gave up waiting for what was not acknowledged")
)

// never is when nothing is due.
const never = time.Duration(math.MaxInt64)

// Run lets the ends talk until all is done. It is called once.
func (c *Conversation) Run(ctx context.Context) error {
	c.began, c.next = c.Road.Now(), 1
	for role := range c.Ends {
		if greeted, ok := c.Ends[role].(interface{ Begin(w Wire) }); ok && c.failed == nil {
			c.call(Role(role), "hello", func(_ Protocol, w Wire) { greeted.Begin(w) })
		}
	}
	for c.failed == nil && !c.over() {
		until, do := c.due()
		if until == never && c.Road.Idle() {
			return ErrStalled
		}
		to, datagram, ok := c.Road.Next(ctx, min(until, c.Limit))
		switch now := c.Road.Now(); {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case ok:
			c.call(to, "datagram", func(p Protocol, w Wire) { p.Receive(w, datagram) })
		case now >= c.Limit:
			return ErrGaveUp
		case now >= until:
			do()
		}
	}
	return c.failed
}

// over reports whether the conversation is complete.
func (c *Conversation) over() bool {
	return c.last && c.Ends[Thrower].Done() && !c.timers.any(Catcher) && c.Road.Idle()
}

// due is the next event by the clock, and when it is due. At one time, timers come
// before stones, and stones before the call of Last.
func (c *Conversation) due() (at time.Duration, do func()) {
	at, do = never, nil
	switch {
	case c.next <= c.Count:
		at, do = c.Due(c.next), c.throw
	case !c.last:
		at, do = c.Road.Now(), c.end
	}
	if t, ok := c.timers.first(); ok && t.at <= at {
		return t.at, c.runOut
	}
	return at, do
}

func (c *Conversation) throw() {
	n := c.next
	c.next++
	c.Thrown(n)
	c.call(Thrower, fmt.Sprintf("stone %d", n), func(p Protocol, w Wire) { p.Throw(w, c.Stone(n)) })
}

func (c *Conversation) end() {
	c.last = true
	c.call(Thrower, "last", func(p Protocol, w Wire) { p.Last(w) })
}

func (c *Conversation) runOut() {
	t := c.timers.take()
	c.call(t.role, fmt.Sprintf("timer %d", t.id), func(p Protocol, w Wire) { p.Timeout(w, t.id) })
}

// call calls one end, and records why it failed if it did.
func (c *Conversation) call(role Role, event string, of func(Protocol, Wire)) {
	c.events++
	c.sends, c.role = 0, role
	of(c.Ends[role], c)
	if failing, ok := c.Ends[role].(interface{ Err() error }); ok && c.failed == nil {
		c.failed = failing.Err()
	}
	if c.failed == nil && c.events > maxEvents+perStone*c.Count {
		c.failed = fmt.Errorf("more than %d events", maxEvents+perStone*c.Count)
	}
	if c.failed != nil {
		c.failed = fmt.Errorf("the %s, at the event %q: %w", role, event, c.failed)
	}
}

// fail notes the first thing that went wrong.
func (c *Conversation) fail(format string, args ...any) {
	if c.failed == nil {
		c.failed = fmt.Errorf(format, args...)
	}
}

// Now implements [Wire]: a conversation is the Wire of the end that is called.
func (c *Conversation) Now() time.Duration { return c.Road.Now() - c.began }

// Send implements [Wire].
func (c *Conversation) Send(datagram []byte) {
	c.sends++
	switch most := c.Datagram[c.role]; {
	case c.sends > MaxSends:
		c.fail("more than %d datagrams at once", MaxSends)
	case len(datagram) > most:
		c.fail("a datagram of %d bytes; allowed up to %d", len(datagram), most)
	default:
		if err := c.Road.Send(c.role, datagram); err != nil {
			c.fail("send: %w", err)
		}
	}
}

// Deliver implements [Wire].
func (c *Conversation) Deliver(stone []byte) {
	if c.role != Catcher {
		c.fail("delivered a stone; it is the catcher who does")
		return
	}
	c.Caught(stone)
}

// Set implements [Wire].
func (c *Conversation) Set(timer int, after time.Duration) {
	switch {
	case timer < 0 || timer > MaxTimer:
		c.fail("set timer %d; allowed 0 to %d", timer, MaxTimer)
	case after <= 0:
		c.timers.stop(c.role, timer)
	case after < MinAfter || after > MaxAfter:
		c.fail("set a timer to %v; allowed %v to %v", after, MinAfter, MaxAfter)
	default:
		c.timers.set(c.role, timer, c.Road.Now()+after)
	}
}

// Note implements [Wire].
func (c *Conversation) Note(name string, value float64) {
	if len(c.Notes) == MaxNotes {
		c.Unnoted++
		return
	}
	c.Notes = append(c.Notes, Note{c.Now(), c.role, name, value})
}
