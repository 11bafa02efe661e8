package wire

import (
	"cmp"
	"math/bits"
	"time"
)

// RED (Floyd and Jacobson, 1993; tc-red) follows the mean length of its queue. Between
// two thresholds it drops or marks some of what comes, the more the longer the queue is
// on average, and spreads the drops evenly; from the upper one on it takes nothing. That
// is tc-red as it is by default; ns-2's gentle mode, which goes on rising to twice the
// upper threshold, is another algorithm.

// Defaults of RED, as tc has them, and the precision of the mean.
const (
	redProbability = 2 * Percent // at the upper threshold
	redPacket      = 1000        // bytes of a usual packet, tc's avpkt
	maxREDBurst    = 10_000      // packets
	redShift       = 32          // the mean is kept in 2^-32 of a packet, or byte
	redWeights     = 31          // the slowest mean moves by 2^-31 of the way
)

// red is a queue that is managed so.
type red struct {
	managed
	min, max    int64 // packets, or bytes if that is how the queue is limited
	weight      uint  // the mean moves by 2^-weight of the way to what it is now
	probability Share
	coins       *coins

	mean   int64 // in 2^-redShift
	passed int64 // packets let through since the last one that was dropped or marked, or since the mean was below the lower threshold
	idle   bool
	since  time.Duration // until when the mean has followed the idle time
}

func newRED(w *Wire, q Queue) *red {
	r := &red{managed: managed{wire: w, limit: w.link.limit}, coins: &w.coins, probability: cmp.Or(q.Probability, redProbability), idle: true}
	low, high := q.thresholds()
	r.min, r.max = int64(low), int64(high)
	r.weight = redWeight(uint64(q.redBurst()), uint64(low), q.usual())
	return r
}

// thresholds are RED's, by tc's rule where they are not given.
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

// usual is the length of a usual packet in what the queue is limited by.
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

// redWeight is the largest weight, as a power of 2^-1, at which a burst of so many packets
// that finds an empty queue leaves the mean below the lower threshold:
// burst + 1 - low <= (1 - (1-W)^burst) / W (Floyd and Jacobson, section 5; tc-red). Of a
// threshold below two packets no W does so, and then it is counted as two.
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

// redDecay is (1 - 2^-weight)^n, in 2^-63.
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

// average moves the mean to what the queue is now. While it was idle, as many usual
// packets have found it empty as the link could have sent; that time counts once, whatever
// is dropped in it.
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

// early reports whether the packet that comes is to be dropped or marked.
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
	// "a uniform random variable ... from {1, 2, ..., 1/p_b}" (Floyd and Jacobson, section
	// 7) is how many packets there are from one drop to the next, if each is dropped with
	// p_b / (1 - passed p_b). Their figure 2 counts the packet itself already, so that its
	// 1/p_b is one less; Linux does not.
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

// take takes out the next packet. The queue is idle when the last one has left the link.
func (r *red) take(time.Duration) (p waiter, ok bool) { return r.pop() }

// sent notes that the link has been given a packet, and is free from a time on.
func (r *red) sent(free time.Duration) {
	if r.queue.len() == 0 {
		r.idle, r.since = true, free
	}
}
