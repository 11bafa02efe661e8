package sim

import (
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// epoch is the moment at which virtual time is zero, for calls that take a
// [time.Time]. It lies so far ahead that the real clock, which a
// [context.Context] with such a deadline goes by, never reaches it.
var epoch = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)

// stackClock is the clock as the stacks see it: strictly increasing.
type stackClock struct {
	eng *engine
}

var _ tcpip.Clock = stackClock{}

// reading is the time now, and 1 ns after the last reading at the least.
func (c stackClock) reading() time.Duration {
	c.eng.read = max(c.eng.read+1, c.eng.now)
	return c.eng.read
}

func (c stackClock) Now() time.Time { return epoch.Add(c.reading()) }

func (c stackClock) NowMonotonic() tcpip.MonotonicTime {
	return tcpip.MonotonicTime{}.Add(c.reading())
}

func (c stackClock) AfterFunc(d time.Duration, f func()) tcpip.Timer {
	t := &timer{eng: c.eng, event: newEvent(f)}
	t.Reset(d)
	return t
}

// timer is an event in the form that the stack takes.
type timer struct {
	eng   *engine
	event *event
}

// Reset counts from the last reading: what the stack computed d from.
func (t *timer) Reset(d time.Duration) {
	t.eng.schedule(t.event, max(t.eng.read, t.eng.now)+d)
}

func (t *timer) Stop() bool { return t.eng.cancel(t.event) }
