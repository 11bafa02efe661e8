package clock

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var _ Clock = (*Real)(nil)

const ms = time.Millisecond

// In the bubble of a synctest the computer's clock moves only while everybody
// sleeps, so every time is exact.
func TestRealSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewReal()
		wantNow(t, c, 0)

		t.Log("# asleep until an instant, not for a time: being late does not add up")
		for _, at := range []time.Duration{20 * ms, 40 * ms, 60 * ms} {
			if err := c.SleepUntil(t.Context(), at); err != nil {
				t.Fatal(err)
			}
			wantNow(t, c, at)
			time.Sleep(5 * ms) // the sleeper has something to do
		}

		t.Log("# an instant that has passed costs nothing")
		if err := c.SleepUntil(t.Context(), 10*ms); err != nil {
			t.Fatal(err)
		}
		wantNow(t, c, 65*ms)
	})
}

func TestRealStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewReal()
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := time.AfterFunc(30*ms, func() { cancel(enough) })
		defer stop.Stop()

		t.Log("# the context ends before the time has come")
		if err := c.SleepUntil(ctx, time.Hour); !errors.Is(err, enough) {
			t.Errorf("SleepUntil = %v; want %v", err, enough)
		}
		wantNow(t, c, 30*ms)

		t.Log("# it has ended, so no later sleep succeeds, not even until the past")
		if err := c.SleepUntil(ctx, 10*ms); !errors.Is(err, enough) {
			t.Errorf("SleepUntil = %v; want %v", err, enough)
		}

		t.Log("# a deadline is a cause too")
		ctx, cancelTimeout := context.WithTimeout(t.Context(), 5*ms)
		defer cancelTimeout()
		if err := c.SleepUntil(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("SleepUntil = %v; want %v", err, context.DeadlineExceeded)
		}
		wantNow(t, c, 35*ms)
	})
}

func TestRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := NewReal()
		time.Sleep(time.Second)
		if got, want := c.Time(250*ms), began.Add(250*ms); !got.Equal(want) {
			t.Errorf("Time(250ms) = %v; want %v", got, want)
		}
		if got := time.Until(c.Time(c.Now())); got != 0 {
			t.Errorf("Time(Now) is %v from now; want 0", got)
		}
	})
}

func wantNow(t *testing.T, c Clock, want time.Duration) {
	t.Helper()
	if got := c.Now(); got != want {
		t.Errorf("Now = %v; want %v", got, want)
	}
}
