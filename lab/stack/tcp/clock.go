package tcp

// Clocks: the tick of the timers, and the clock of the time stamps.
//
// RFC 6298 section 1 lets the clock be coarse: "There is no requirement for the
// clock granularity G used for computing RTT measurements and the different state
// variables."
//
// Linux measures round trips in microseconds, but its timers run by the kernel's
// tick. A duration is rounded up to whole ticks. Then the timer wheel adds one unit
// of its own, so that no timer is early. The unit grows with the duration: a tick up
// to 63 ticks, 8 ticks up to 511, 64 up to 4095, and so on. With a tick of 4 ms, a
// timer of 240 ms fires 0 to 8 ms late and one of a second up to 36 ms.

import "time"

const (
	ms = time.Millisecond
	us = time.Microsecond
)

// ticks is how many ticks have passed. The caller has checked that there is a tick.
func (c *Conn) ticks() int64 { return int64((c.now + c.cfg.Phase) / c.cfg.Tick) }

// coarse is the time of the last tick.
func (c *Conn) coarse() time.Duration {
	if c.cfg.Tick == 0 {
		return c.now
	}
	return time.Duration(c.ticks())*c.cfg.Tick - c.cfg.Phase
}

// ceil is d in whole ticks, rounded up.
func (c *Conn) ceil(d time.Duration) time.Duration {
	if t := c.cfg.Tick; t > 0 {
		return (d + t - 1) / t * t
	}
	return d
}

// after is when a timer of duration d is due by the coarse clock.
func (c *Conn) after(d time.Duration) time.Duration { return c.coarse() + c.ceil(d) }

// wheel is when the timer wheel fires a timer that is set now and due at at.
func (c *Conn) wheel(at time.Duration) time.Duration {
	t := c.cfg.Tick
	if t == 0 {
		return at
	}
	expires := int64((at + c.cfg.Phase) / t)
	shift := 0
	for n := expires - c.ticks(); n >= 64 && shift < 24; n >>= 3 {
		shift += 3
	}
	return time.Duration((expires>>shift+1)<<shift)*t - c.cfg.Phase
}

// stamp is the present value of the time stamp clock. RFC 7323 section 5.4: the
// clock of the time stamps ticks at a rate between once a millisecond and once a
// second; Linux's ticks every millisecond, from an offset of the connection's own.
func (c *Conn) stamp() uint32 { return c.stampAt(c.now) }

// stampAt is the value of that clock at a time.
func (c *Conn) stampAt(at time.Duration) uint32 { return uint32(at/ms) + c.cfg.Stamp }
