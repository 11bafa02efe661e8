package tcp

import (
	"testing"
	"time"
)

// The receiver's round trip falls at once. It rises slowly, and only by samples that
// only the path can have made longer.
func TestTheReceiversRoundTrip(t *testing.T) {
	c := new(Conn)
	for _, step := range []struct {
		sample   time.Duration
		ofWindow bool
		unread   int64
		want     time.Duration
	}{
		{sample: 40 * ms, want: 40 * ms},
		{sample: 80 * ms, want: 45 * ms},
		{sample: 30 * ms, want: 30 * ms},
		{sample: 110 * ms, unread: 1, want: 30 * ms},
		{sample: 110 * ms, ofWindow: true, want: 30 * ms},
		{sample: 110 * ms, want: 40 * ms},
		{sample: 20 * ms, ofWindow: true, want: 20 * ms},
		{sample: 10 * ms, unread: 1, want: 10 * ms},
	} {
		c.inLen = step.unread
		c.learnTrip(step.sample, step.ofWindow)
		if c.trip != step.want {
			t.Errorf("after %+v the round trip is %v", step, c.trip)
		}
	}
}
