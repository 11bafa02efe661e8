package wire

import (
	"cmp"
	"math/bits"
	"time"
)

// RED (Floyd and Jacobson, 1993; tc-red) follows the mean length of its queue. Between
// two thresholds it drops or marks some of what comes, the more the longer the queue is
// on average, and spreads the drops evenly; above the upper one it takes nothing.

// Defaults of RED, as tc has them.
const (
	redProbability = 2 * Percent // at the upper threshold
	redWeight      = 9           // the mean moves by 1/512 of the way to what it is now
	redShift       = 20          // the mean is kept in 2^-20 of a packet, or byte
	redIdle        = 20_000      // packets of idle time after which the mean is 0 for certain
)

// red is a queue that is managed so.
type red struct {
	managed
	min, max    int64 // packets, or bytes if that is how the queue is limited
	probability Share
	coins       *coins

	mean    int64 // in 2^-redShift
	passed  int64 // packets since the last one that was dropped or marked; -1 below the lower threshold
	idle    bool
	since   time.Duration // when it became idle
	airtime time.Duration // of the last packet
}

func newRED(w *Wire, q Queue) *red {
	r := &red{managed: managed{wire: w, limit: w.link.limit}, coins: &w.coins, probability: cmp.Or(q.Probability, redProbability), passed: -1, idle: true}
	room := int64(max(r.limit.Packets, r.limit.Bytes))
	r.max = cmp.Or(int64(q.Max), max(2, room/4))
	r.min = cmp.Or(int64(q.Min), max(1, r.max/3))
	return r
}

// length is how long the queue is, in what it is limited by.
func (r *red) length() int64 {
	if r.limit.Bytes > 0 {
		return int64(r.bytes)
	}
	return int64(r.queue.len())
}

// put takes a packet in, or drops it: because there is no room, or early.
func (r *red) put(p waiter) (gone waiter, full bool) {
	r.average(p.since)
	switch early := r.early(p.id); {
	case early && r.wire.mark(&p):
	case early:
		r.drop(p.since, p)
		return p, false
	}
	gone, full = r.managed.put(p)
	if full {
		r.passed = 0
		return gone, full
	}
	r.idle = false
	return gone, false
}

// average moves the mean to what the queue is now. While it was idle, as many packets of
// no queue have passed as the link could have sent.
func (r *red) average(now time.Duration) {
	if r.idle && r.airtime > 0 {
		for n := min(int64((now-r.since)/r.airtime), redIdle); n > 0 && r.mean > 0; n-- {
			r.mean -= max(1, r.mean>>redWeight)
		}
	}
	r.mean += (r.length()<<redShift - r.mean) >> redWeight
}

// early reports whether the packet that comes is to be dropped or marked.
func (r *red) early(id identity) bool {
	low, high := r.min<<redShift, r.max<<redShift
	switch {
	case r.mean < low:
		r.passed = -1
		return false
	case r.mean >= high:
		r.passed = 0
		return true
	}
	r.passed++
	hi, lo := bits.Mul64(uint64(r.probability), uint64(r.mean-low))
	each, _ := bits.Div64(hi, lo, uint64(high-low)) // p_b, a share
	// The share p_b / (1 - passed p_b) spreads the drops evenly.
	left := int64(whole) - r.passed*int64(each)
	if left > 0 {
		drawHi, drawLo := bits.Mul64(uint64(r.coins.draw(earlyDrop, id)), uint64(left))
		hitHi, hitLo := bits.Mul64(each, uint64(whole))
		if drawHi > hitHi || drawHi == hitHi && drawLo >= hitLo {
			return false
		}
	}
	r.passed = 0
	return true
}

func (r *red) take(now time.Duration) (p waiter, ok bool) {
	p, ok = r.pop()
	if ok && r.queue.len() == 0 {
		r.idle, r.since = true, now
		r.airtime = r.wire.link.airtime(p.Size)
	}
	return p, ok
}
