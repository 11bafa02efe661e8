package tcp

import "time"

// Timers. A connection has four. One serves retransmission, probes and the handshake,
// which never need it at the same time. The others are for the delayed ACK, for
// compressed ACKs, and for long silences (keepalive, FIN-WAIT-2, TIME-WAIT).
//
// RFC 6298 section 5: "An implementation MUST manage the retransmission timer(s)
// in such a way that a segment is never retransmitted too early, i.e., less than
// one RTO after the previous transmission of that segment."

// A timer is an instant at which something is to happen, or nothing.
type timer struct {
	at  time.Duration
	set bool
}

func (t *timer) start(at time.Duration) { t.at, t.set = at, true }
func (t *timer) stop()                  { t.set = false }

// A purpose is what the retransmission timer is running for.
type purpose uint8

const (
	idle       purpose = iota
	forRTO             // retransmission (RFC 6298)
	forProbe           // tail loss probe (RFC 8985 section 7)
	forReorder         // end of the reordering window (RFC 8985 section 6.2)
	forWindow          // probe of a closed window (RFC 9293 section 3.8.6.1)
	forSynAck          // retransmission of a SYN-ACK
)

type timers struct {
	resend, delayed, compress, silence timer

	purpose      purpose
	delayedUntil time.Duration // when the delayed ACK is due by the coarse clock
}

// all are the timers in the order in which they fire at the same instant.
func (t *timers) all() [4]*timer {
	return [...]*timer{&t.resend, &t.delayed, &t.compress, &t.silence}
}

// Next is when [Conn.Expire] has to be called next. It returns false if no timer is
// set. The time may change with every call, mostly to a later one. It does no harm to
// call Expire too early.
func (c *Conn) Next() (at time.Duration, ok bool) {
	for _, t := range c.all() {
		if t.set && (!ok || t.at < at) {
			at, ok = t.at, true
		}
	}
	return at, ok
}

// Expire lets the timers fire that are due at now.
func (c *Conn) Expire(now time.Duration) {
	c.now = now
	for {
		t := c.due()
		if t == nil {
			return
		}
		t.stop()
		c.fire(t)
	}
}

// due is the timer that fires next, or nil if none is due.
func (c *Conn) due() *timer {
	var first *timer
	for _, t := range c.all() {
		if t.set && t.at <= c.now && (first == nil || t.at < first.at) {
			first = t
		}
	}
	return first
}

func (c *Conn) fire(t *timer) {
	switch t {
	case &c.delayed:
		c.delayedACKDue()
	case &c.compress:
		c.compressedACKDue()
	case &c.silence:
		c.silenceDue()
	case &c.resend:
		c.retransmitDue()
	}
}

func (c *Conn) retransmitDue() {
	switch c.purpose {
	case idle:
	case forRTO:
		c.purpose = idle
		c.timeout()
	case forProbe:
		c.sendLossProbe()
	case forReorder:
		c.reorderWindowPassed()
	case forWindow:
		c.purpose = idle
		c.probeWindow()
	case forSynAck:
		c.repeatSynAck()
	}
}

// startTimer starts the retransmission timer, to fire d from now.
func (c *Conn) startTimer(p purpose, d time.Duration) {
	c.purpose = p
	c.resend.start(c.wheel(c.after(min(max(d, 1), maxRTO))))
}

func (c *Conn) stopTimer() {
	c.purpose = idle
	c.resend.stop()
}
