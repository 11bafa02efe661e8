package wire

import (
	"cmp"
	"math/bits"
	"time"
)

// RED (Floyd and Jacobson, 1993; tc-red) follows the mean length of its queue. Between two
// thresholds it drops or marks some of the arriving packets, more of them the longer the
// mean, and spreads the drops evenly. From the upper threshold on it drops all. This is
// tc-red's default. ns-2's gentle mode, in which the probability goes on rising up to twice
// the upper threshold, is another algorithm.

// Defaults of RED, as tc has them, and the precision of the mean.
const (
	redProbability = 2 * Percent // at the upper threshold
	redPacket      = 1000        // bytes of an average packet, tc's avpkt
	maxREDBurst    = 10_000      // packets
	redShift       = 32          // the mean is kept in units of 2^-32 of a packet, or byte
	redWeights     = 31          // the smallest weight of the mean is 2^-31
)

// red is a queue managed by RED.
type red struct {
	managed
	min, max    int64 // thresholds, in the unit of the queue's limit
	weight      uint  // the mean moves by 2^-weight of the distance to the present length
	probability Share
	coins       *coins

	mean   int64         // in units of 2^-redShift
	passed int64         // packets let through since the last drop or mark, or since the mean was below the lower threshold
	idle   bool          // nothing is queued or being sent
	since  time.Duration // until when the idle time is included in the mean
}

func newRED(w *Wire, q Queue) *red {
	r := &red{managed: managed{wire: w, limit: w.link.limit}, coins: &w.coins, probability: cmp.Or(q.Probability, redProbability), idle: true}
	low, high := q.thresholds()
	r.min, r.max = int64(low), int64(high)
	r.weight = redWeight(uint64(q.redBurst()), uint64(low), q.usual())
	return r
}

// thresholds are RED's thresholds, by tc's rule where they are not given.
func (q Queue) thresholds() (low, high int) {
	high = q.Max
	switch {
	case high == 0 && q.Min > 0:
		high = 3 * q.Min
	case high == 0:
		high = max(2, max(q.Packets, q.Bytes)/4)
	}
	return cmp.Or(q.Min, max(1, high/3)), high
}

// usual is the length of an average packet in the unit of the queue's limit.
func (q Queue) usual() uint64 {
	if q.Bytes > 0 {
		return redPacket
	}
	return 1
}

// redBurst is how many packets may come at once before RED begins to drop, by tc's rule
// where it is not given.
func (q Queue) redBurst() int {
	low, high := q.thresholds()
	least := low/int(q.usual()) + 1
	return cmp.Or(q.Burst, min(maxREDBurst, max(least, (2*low+high)/(3*int(q.usual())))))
}

// redWeight returns the least k such that, with the weight W = 2^-k, a burst of so many
// packets into an empty queue leaves the mean below the lower threshold:
// burst + 1 - low <= (1 - (1-W)^burst) / W (Floyd and Jacobson, section 5; tc-red). For a
// threshold below two packets no W does so; it is then counted as two.
func redWeight(burst, low, usual uint64) uint {
	over := int64((burst+1)*usual) - int64(max(low, 2*usual))
	for k := uint(1); k < redWeights; k++ {
		hi, lo := bits.Mul64(1<<63-redDecay(k, burst), usual<<k)
		if over <= int64(hi<<1|lo>>63) {
			return k
		}
	}
	return redWeights
}

// redDecay is (1 - 2^-weight)^n, in units of 2^-63.
func redDecay(weight uint, n uint64) uint64 {
	times := func(a, b uint64) uint64 {
		hi, lo := bits.Mul64(a, b)
		return hi<<1 | lo>>63
	}
	power, left := uint64(1<<63), uint64(1<<63-1<<(63-weight))
	for ; n > 0 && power > 0; n >>= 1 {
		if n&1 == 1 {
			power = times(power, left)
		}
		left = times(left, left)
	}
	return power
}

// length is the length of the queue, in the unit of its limit.
func (r *red) length() int64 {
	if r.limit.Bytes > 0 {
		return int64(r.bytes)
	}
	return int64(r.queue.len())
}

// put adds a packet, or drops it: for want of room, or early.
func (r *red) put(p waiter) (gone waiter, full bool) {
	r.average(p.since)
	early := r.early(p.id)
	switch {
	case r.full(p.Size):
		r.passed = 0
		return p, true
	case early && !r.wire.mark(&p):
		r.drop(p.since, p)
		return p, false
	}
	r.idle = false
	return r.managed.put(p)
}

// average updates the mean. For an idle time it counts as many arrivals at an empty queue
// as the link could have sent average packets. No part of an idle time is counted twice,
// even if all that arrives in it is dropped.
func (r *red) average(now time.Duration) {
	if !r.idle || now < r.since {
		r.mean += (r.length()<<redShift - r.mean) >> r.weight
		return
	}
	if each := r.wire.link.airtime(redPacket); each > 0 {
		n := (now - r.since) / each
		hi, lo := bits.Mul64(uint64(r.mean), redDecay(r.weight, uint64(n)))
		r.mean = int64(hi<<1 | lo>>63)
		r.since += n * each
	}
}

// early reports whether an arriving packet must be dropped or marked.
func (r *red) early(id identity) bool {
	low, high := r.min<<redShift, r.max<<redShift
	switch {
	case r.mean < low:
		r.passed = 0
		return false
	case r.mean >= high:
		r.passed = 0
		return true
	}
	hi, lo := bits.Mul64(uint64(r.probability), uint64(r.mean-low))
	each, _ := bits.Div64(hi, lo, uint64(high-low)) // p_b, a share
	// The number of packets from one drop to the next is "a uniform random variable ...
	// from {1, 2, ..., 1/p_b}" (Floyd and Jacobson, section 7) if each is dropped with
	// probability p_b / (1 - passed p_b). Their figure 2 also counts the packet itself, so
	// that its 1/p_b is one less; Linux does not.
	left := int64(whole) - r.passed*int64(each)
	if left > 0 {
		drawHi, drawLo := bits.Mul64(uint64(r.coins.draw(earlyDrop, id)), uint64(left))
		hitHi, hitLo := bits.Mul64(each, uint64(whole))
		if drawHi > hitHi || drawHi == hitHi && drawLo >= hitLo {
			r.passed++
			return false
		}
	}
	r.passed = 0
	return true
}

// take removes the next packet. The queue is idle only when the link has sent the last one.
func (r *red) take(time.Duration) (p waiter, ok bool) { return r.pop() }

// sent notes that the link is sending a packet, and will be free at a time.
func (r *red) sent(free time.Duration) {
	if r.queue.len() == 0 {
		r.idle, r.since = true, free
	}
}
