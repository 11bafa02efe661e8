// Package clock is the time that an experiment goes by.
//
// An instant is a [time.Duration] since the clock began, so that arithmetic
// with instants is plain and exact. What it deliberately lacks: tickers, timers
// with callbacks, and any way to set the time. [Real] is the computer's own
// clock; a path that emulates brings its own.
package clock

import (
	"context"
	"time"
)

// A Clock tells the time and waits for it.
type Clock interface {
	// Now is the time since the clock began. It never goes back.
	Now() time.Duration

	// SleepUntil waits until the clock shows at, and returns at once if that
	// has passed. If ctx ends first, or has ended already, it returns the
	// cause ([context.Cause]).
	SleepUntil(ctx context.Context, at time.Duration) error

	// Time is the instant at in the form that deadlines take.
	Time(at time.Duration) time.Time
}

// Real is the computer's monotonic clock: it does not jump when somebody sets
// the time of day. [NewReal] makes one, and [NewPrecise] one that wakes up when it
// should.
type Real struct {
	began   time.Time
	precise bool
	alarms  alarms
}

// NewReal returns a clock that begins now.
func NewReal() *Real { return &Real{began: time.Now()} }

// NewPrecise returns a clock that begins now and wakes up in time: it sleeps until
// shortly before, then spins.
//
// On an idle computer with Linux most of its sleepers are late by less than a
// microsecond, and each takes up to 0.1 ms of a processor. Elsewhere that is 1 ms,
// so that whoever sleeps 1000 times a second keeps a processor busy. As
// WebAssembly, which may not block, it is no better than a timer.
//
// It is of no use in a testing/synctest bubble, where time stands still while
// anybody looks at it.
func NewPrecise() *Real { return &Real{began: time.Now(), precise: true} }

// Now is the time since the clock began.
func (r *Real) Now() time.Duration { return time.Since(r.began) }

// SleepUntil waits until the clock shows at, or returns the cause of ctx's end.
// It may wake up late, by as much as the computer is busy, never early. A precise
// clock may notice ctx's end 2 ms late.
func (r *Real) SleepUntil(ctx context.Context, at time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	left := at - r.Now()
	if left <= 0 {
		return nil
	}
	if !r.precise {
		return wait(ctx, left)
	}
	if left > timerMargin {
		if err := wait(ctx, left-timerMargin); err != nil {
			return err
		}
	}
	r.wake(at)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// wait waits for a time, or returns the cause of ctx's end.
func wait(ctx context.Context, left time.Duration) error {
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Time is the instant at in the form that deadlines take.
func (r *Real) Time(at time.Duration) time.Time { return r.began.Add(at) }
