package lab

import (
	"context"
	"time"
)

// A Live is how far an exchange has come, told while it runs. The counts are
// those of the moment: what is on its way is thrown and not delivered. A count
// that only the other end knows is -1.
type Live struct {
	Transport string
	At        time.Duration // since the exchange began
	Thrown    int           // stones attempted
	Delivered int           // distinct stones that came
}

// tell tells after each interval how far x is, until ctx ends.
func (x *exchange) tell(ctx context.Context, live func(Live)) {
	began := x.world.Now()
	for n := time.Duration(1); x.world.SleepUntil(ctx, began+n*x.step) == nil; n++ {
		l := Live{
			Transport: x.transport,
			At:        n * x.step,
			Thrown:    int(x.attempted.Load()),
			Delivered: int(x.arrived.Load()),
		}
		switch {
		case x.far != nil && x.back:
			l.Thrown = -1
		case x.far != nil:
			l.Delivered = -1
		}
		live(l)
	}
}
