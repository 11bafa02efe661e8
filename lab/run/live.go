package run

import (
	"context"
	"time"

	"stones/lab"
)

// tell reports the progress of x after each interval, until ctx ends.
func (x *flow) tell(ctx context.Context, live func(lab.Live)) {
	began := x.world.Now()
	for n := time.Duration(1); x.world.SleepUntil(ctx, began+n*x.step) == nil; n++ {
		l := lab.Live{
			Flow:      x.Name,
			At:        n * x.step,
			Thrown:    int(x.attempted.Load()),
			Delivered: int(x.arrived.Load()),
		}
		switch {
		case x.far != nil && x.reverse:
			l.Thrown = -1
		case x.far != nil:
			l.Delivered = -1
		}
		live(l)
	}
}
