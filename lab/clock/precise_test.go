package clock

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// Whatever the distance: asleep until it is time, and not a moment less.
func TestPreciseIsNeverEarly(t *testing.T) {
	c := NewPrecise()
	for _, left := range []time.Duration{-ms, 0, 1, time.Microsecond, 50 * time.Microsecond, 100 * time.Microsecond, ms, 3 * ms, 12 * ms} {
		at := c.Now() + left
		if err := c.SleepUntil(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		if now := c.Now(); now < at {
			t.Errorf("woke up at %v, before %v", now, at)
		}
	}
}

func TestPreciseStopsWithItsContext(t *testing.T) {
	c := NewPrecise()
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := time.AfterFunc(ms, func() { cancel(enough) })
	defer stop.Stop()
	for _, at := range []time.Duration{time.Hour, c.Now() + ms, 0} {
		if err := c.SleepUntil(ctx, at); !errors.Is(err, enough) {
			t.Errorf("SleepUntil(%v) = %v; want %v", at, err, enough)
		}
	}
}

// How late a sleeper wakes up who has a stone to throw every so often.
func BenchmarkSleepUntil(b *testing.B) {
	for _, tt := range []struct {
		name string
		make func() *Real
	}{{"real", NewReal}, {"precise", NewPrecise}} {
		for _, gap := range []time.Duration{100 * time.Microsecond, 400 * time.Microsecond, 5 * ms} {
			b.Run(fmt.Sprintf("clock=%s/gap=%v", tt.name, gap), func(b *testing.B) {
				c := tt.make()
				late := make([]time.Duration, 0, b.N)
				at := c.Now()
				for b.Loop() {
					at += gap
					if err := c.SleepUntil(b.Context(), at); err != nil {
						b.Fatal(err)
					}
					late = append(late, c.Now()-at)
				}
				slices.Sort(late)
				for _, p := range []int{50, 99, 100} {
					nth := late[max((p*len(late)+99)/100, 1)-1]
					b.ReportMetric(float64(nth)/1e3, fmt.Sprintf("p%d-us", p))
				}
			})
		}
	}
}
