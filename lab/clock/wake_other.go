//go:build !linux && !wasm

package clock

import (
	"runtime"
	"time"
)

// timerMargin is how long before its time a sleep stops to rely on the
// runtime's timers. On Windows they are good to half a millisecond.
const timerMargin = time.Millisecond

// alarms are none: there is nothing better than the runtime's timers.
type alarms struct{}

// wake returns when the clock shows at, which is near.
func (r *Real) wake(at time.Duration) {
	for r.Now() < at {
		runtime.Gosched()
	}
}
