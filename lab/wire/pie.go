package wire

import (
	"cmp"
	"time"
)

// PIE (RFC 8033) drops or marks arriving packets with a probability that it updates every
// 15 ms. The probability rises while packets wait for longer than the target or the wait
// grows, and falls otherwise. The wait is computed from the bytes in the queue and the
// bandwidth. Where a trace says when the link sends, it is the wait of the packet that
// left last (section 4.2 allows both).

// Constants of PIE, RFC 8033 sections 4.1 to 4.4 and 5.5.
const (
	pieTarget = 15 * time.Millisecond
	pieUpdate = 15 * time.Millisecond
	pieBurst  = 150 * time.Millisecond
	piePacket = 1500 // bytes: with no more than two such packets queued, nothing is dropped

	// The probability is kept in units of 10^-12. The gains are per ns of waiting: 0.125
	// and 1.25 per second.
	certain  = 1_000_000_000_000
	pieAlpha = 125
	pieBeta  = 1250
)

// pie is a queue managed by PIE.
type pie struct {
	managed
	target time.Duration
	coins  *coins

	probability int64
	delay       time.Duration // the wait at the last update
	burst       time.Duration // for how long everything is still let in
	next        time.Duration // when the next update is due
	waited      time.Duration // how long the packet that left last had waited
}

func newPIE(w *Wire, q Queue) *pie {
	return &pie{managed: managed{wire: w, limit: w.link.limit}, target: cmp.Or(q.Target, pieTarget), coins: &w.coins, burst: pieBurst, next: pieUpdate}
}

// put adds a packet, or drops it: for want of room, or early.
func (p *pie) put(one waiter) (gone waiter, full bool) {
	p.update(one.since)
	switch {
	case p.full(one.Size):
		return one, true
	case !p.early(one.id):
	case p.probability < certain/10 && p.wire.mark(&one): // section 5.1
	default:
		p.drop(one.since, one)
		return one, false
	}
	return p.managed.put(one)
}

// early reports whether an arriving packet must be dropped or marked (section 4.1).
func (p *pie) early(id identity) bool {
	switch {
	case p.burst > 0,
		p.delay < p.target/2 && p.probability < certain/5,
		p.bytes <= 2*piePacket:
		return false
	}
	return int64(p.coins.below(earlyDrop, id, certain)) < p.probability
}

func (p *pie) take(now time.Duration) (one waiter, ok bool) {
	p.update(now)
	one, ok = p.pop()
	p.waited = now - one.since
	return one, ok
}

// current is how long packets wait now.
func (p *pie) current() time.Duration {
	if p.wire.link.trace == nil || p.bytes == 0 {
		return p.wire.link.airtime(p.bytes)
	}
	return p.waited
}

// update makes the updates that are due by now. The queue has not changed since the last
// call.
func (p *pie) update(now time.Duration) {
	for p.next <= now {
		delay := p.current()
		if p.probability == 0 && delay == 0 && p.delay == 0 && p.burst == pieBurst {
			p.next += (now - p.next) / pieUpdate * pieUpdate // skip updates that change nothing
		}
		p.set(delay)
		p.next += pieUpdate
	}
}

// set makes one update; delay is how long packets wait now (sections 4.2 to 4.4).
func (p *pie) set(delay time.Duration) {
	change := pieAlpha*int64(delay-p.target) + pieBeta*int64(delay-p.delay)
	change /= pieScale(p.probability)
	if p.probability >= certain/10 {
		change = min(change, certain/50) // section 5.5
	}
	p.probability += change
	if delay == 0 && p.delay == 0 {
		p.probability -= p.probability / 50
	}
	p.probability = min(max(p.probability, 0), certain)
	p.burst = max(0, p.burst-pieUpdate)
	if p.probability == 0 && delay < p.target/2 && p.delay < p.target/2 {
		p.burst = pieBurst
	}
	p.delay = delay
}

// pieScale is the divisor of a change while the probability is small (section 4.2).
func pieScale(probability int64) int64 {
	for _, s := range []struct{ below, by int64 }{
		{certain / 1_000_000, 2048},
		{certain / 100_000, 512},
		{certain / 10_000, 128},
		{certain / 1000, 32},
		{certain / 100, 8},
		{certain / 10, 2},
	} {
		if probability < s.below {
			return s.by
		}
	}
	return 1
}
