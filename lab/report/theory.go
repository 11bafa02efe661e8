package report

import (
	"math"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/theory"
	"stones/lab/wire"
)

// theoryKeys are the measures for which there may be a formula.
var theoryKeys = []string{
	"delivered", "lost", "held_up", "wire_dropped", "delay_p50_ms", "delay_max_ms", "goodput_bps", "connect_ms", "done_ms",
}

// An expectation is what theory says of one measure of a flow.
type expectation struct {
	theory.Estimate
	most bool   // the mean is a bound
	why  string // why no formula holds; then there is no estimate
}

func exactly(v float64) expectation { return expectation{Estimate: theory.Estimate{Mean: v}} }
func atMost(v float64) expectation {
	return expectation{Estimate: theory.Estimate{Mean: v}, most: true}
}
func estimated(e theory.Estimate) expectation { return expectation{Estimate: e} }
func unknown(why string) expectation          { return expectation{why: why} }

// scale is x in another unit.
func (x expectation) scale(by float64) expectation {
	x.Estimate = x.Scale(by)
	return x
}

// thinks reports whether a way changes in time, or has a queue that thinks. No
// formula knows of either.
func thinks(s wire.Shape) bool {
	return len(s.At) > 0 || len(s.Outage) > 0 || s.Queue.Manager != ""
}

// expect returns what theory says of a measure of a flow. It knows the
// experiment, how many stones were planned, and for the share of packets that
// the wire drops, how many packets there were.
func expect(e *lab.Experiment, x *lab.Outcome, key string) expectation {
	r := newRoad(e, x)
	switch {
	case e.Path == lab.Host || e.Path == lab.Remote:
		return unknown(notEmulated)
	case !x.Complete:
		return unknown(notComplete)
	case e.Nobody || e.Asleep > 0 || e.ReadSize > 0:
		return unknown(notCatching)
	case key == "wire_dropped":
		return r.dropped()
	case thinks(e.Out) || thinks(e.Back):
		return unknown(roadChanges)
	case (e.Together || e.Parallel() > 1) && e.Out.Bandwidth > 0:
		return r.shared(key)
	case x.Is().Again:
		return r.overTCP(key)
	}
	return r.overUDP(key)
}

// A road is what the formulas are made of, in seconds, bytes and bits a second.
type road struct {
	e         *lab.Experiment
	x         *lab.Outcome
	n         int
	size      float64 // of a stone
	gap       float64 // between stones; 0 if nothing paces them
	burst     int     // stones at once
	poisson   bool
	out, back float64 // one way
	bandwidth float64 // 0 is no limit
	queue     int     // packets; math.MaxInt is no limit
	pieces    int     // packets of a stone
	bytes     float64 // of these
	air       float64 // what they take on the link
	lost      float64 // share of the packets, by chance
}

const (
	timestamps = 12 // bytes of TCP's option in each segment (RFC 7323)
	asking     = 40 // bytes of a SYN with its options, without the IP header
	slack      = 0.001
)

func newRoad(e *lab.Experiment, x *lab.Outcome) *road {
	p := e.Plan(x.Name)
	r := &road{
		e: e, x: x, n: x.Planned, size: float64(p.Size), burst: max(1, p.Pattern.Burst), poisson: p.Pattern.Poisson,
		out: e.Out.Delay.Seconds(), back: e.Back.Delay.Seconds(), bandwidth: float64(e.Out.Bandwidth), queue: math.MaxInt,
		lost: 1 - (1-part(e.Out.Loss.Mean()))*(1-part(e.Out.Corrupt)),
	}
	if p.Rate != pace.Max() {
		r.gap = 1e6 / float64(max(1, p.Rate.Stones(p.Size)))
	} else {
		r.burst = max(1, r.n)
	}
	ip := r.header()
	if x.Is().Again {
		r.pieces = (p.Size + r.segment() - 1) / r.segment()
		r.bytes = r.size + float64(r.pieces*(r.mtu()-r.segment()))
	} else {
		r.pieces = theory.Pieces(p.Size+8, r.mtu(), ip)
		r.bytes = r.size + 8 + float64(r.pieces*ip)
	}
	r.air = theory.Airtime(r.bytes, r.bandwidth)
	switch queue := e.Out.Queue; {
	case r.bandwidth == 0:
	case queue.Packets > 0:
		r.queue = queue.Packets
	case queue.Bytes > 0:
		r.queue = int(float64(queue.Bytes*r.pieces) / r.bytes)
	}
	return r
}

// header is the length of an IP header.
func (r *road) header() int {
	if r.e.IPv6 {
		return 40
	}
	return 20
}

func (r *road) mtu() int {
	if r.e.Out.MTU == 0 {
		return usualMTU
	}
	return r.e.Out.MTU
}

// segment is how many bytes of stones fit into a segment of TCP.
func (r *road) segment() int { return r.mtu() - r.header() - 20 - timestamps }

// roundTrip is the time there and back of a stone's packets and of what answers
// them.
func (r *road) roundTrip() float64 {
	answer := float64(r.header() + 20 + timestamps)
	return r.out + r.air + r.back + theory.Airtime(answer, float64(r.e.Back.Bandwidth))
}

// rho is the share of the link that is asked for.
func (r *road) rho() float64 {
	switch {
	case r.bandwidth == 0:
		return 0
	case r.gap == 0:
		return math.Inf(1)
	}
	return r.air / r.gap
}

// drops returns the stones whose first copies are dropped by their numbers.
func (r *road) drops() map[int]bool {
	stones := make(map[int]bool)
	for _, n := range r.e.Out.Drop {
		if n <= uint64(r.n) {
			stones[int(n)] = true
		}
	}
	if every := r.e.Out.DropEvery; every > 0 {
		for n := every; n <= r.n; n += every {
			stones[n] = true
		}
	}
	return stones
}

// chance is how many of n packets are lost by chance.
func (r *road) chance(n int) theory.Estimate {
	if loss := r.e.Out.Loss; loss.Random == 0 {
		return theory.GilbertElliott(n, part(loss.P), part(loss.R), part(loss.Bad), part(loss.Good))
	}
	return theory.Bernoulli(n, part(r.e.Out.Loss.Random))
}

// lossless says why stones may be lost on a way, or the order of packets may
// change; empty if they may not.
func (r *road) lossless() string {
	switch {
	case r.lost > 0 || len(r.drops()) > 0 || len(r.e.Out.DropPackets) > 0:
		return lossHolds
	case r.lossBack():
		return lossBack
	}
	return ""
}

// lossBack reports whether anything may be lost on the way back.
func (r *road) lossBack() bool {
	back := r.e.Back
	return back.Loss.Mean() > 0 || back.Corrupt > 0 || len(back.DropPackets) > 0
}

// steady says why the delay of packets changes on the way; empty if it does
// not.
func (r *road) steady() string {
	out := r.e.Out
	switch {
	case out.Jitter.Max > 0 || r.e.Back.Jitter.Max > 0:
		return jitterMoves
	case out.Reorder.Share > 0 || out.ReorderEarly > 0 || len(out.Hold) > 0:
		return orderMoves
	}
	return ""
}

// fewMoved reports whether most packets come in their order and in their time.
func (r *road) fewMoved() bool {
	moved := part(r.e.Out.Reorder.Share) + part(r.e.Out.ReorderEarly) + float64(len(r.e.Out.Hold))/float64(max(1, r.n))
	return r.e.Out.Jitter.Max == 0 && moved+r.lost < 0.4
}

// dropped is how many packets the wire loses of those it was given.
func (r *road) dropped() expectation {
	n := len(r.drops())
	packets := r.x.Wire.Packets
	switch {
	case !packets.Known():
		return unknown(notEmulated)
	case len(r.e.Out.DropPackets) > 0 || n > 0 && (r.pieces > 1 || r.x.Is().Again && n > 1):
		return unknown(byList)
	}
	expected := r.chance(int(packets.Value) - n)
	expected.Mean += float64(n)
	return estimated(expected)
}

// shared is what can be said if both use a link at once: nothing waits longer
// than behind a full queue.
func (r *road) shared(key string) expectation {
	if key == "delay_max_ms" && !r.x.Is().Again && r.queue < math.MaxInt && r.pieces == 1 && r.steady() == "" {
		return atMost(theory.FullQueue(r.out, r.queue, float64(r.mtu()), r.bandwidth)).scale(1000)
	}
	return unknown(bothShare)
}

// crowd says how many stones get through the queue if nothing else is lost, and
// whether any find it full. Not ok: there is no formula.
func (r *road) crowd() (through float64, full, ok bool) {
	n, rho, copies := float64(r.n), r.rho(), 1
	if r.e.Out.Duplicate > 0 {
		copies = 2
	}
	room := r.queue / (r.pieces * copies) // stones
	rest := r.n % r.burst
	switch {
	case r.queue == math.MaxInt:
		return n, false, true
	case r.poisson: // P(queue full) is below rho^Q
		return n, false, rho < 1 && n*math.Pow(rho*float64(copies), float64(room)) < 0.001
	case r.burst <= room && (r.gap == 0 || rho*float64(copies) <= 1):
		return n, false, true
	case r.pieces > 1 || copies > 1:
		return 0, true, false
	case r.gap == 0 || r.burst > 1 && float64(room)*r.air <= float64(r.burst)*r.gap:
		return float64(r.n/r.burst*theory.Burst(r.burst, room) + theory.Burst(rest, room)), true, true
	case r.burst == 1:
		return theory.Overload(r.n, rho, r.queue), true, true
	}
	return 0, true, false
}

// overUDP is what theory says of UDP alone.
func (r *road) overUDP(key string) expectation {
	switch key {
	case "delivered":
		return r.comesUDP()
	case "lost":
		return r.lostUDP()
	case "held_up", "delay_p50_ms", "delay_max_ms":
		return r.delayUDP(key)
	case "goodput_bps":
		comes, done := r.comesUDP(), r.doneUDP()
		span := max(done.Mean, r.planned())
		switch {
		case comes.why != "":
			return comes
		case done.why != "" || span == 0:
			return done
		}
		return comes.scale(8 * r.size / span)
	case "done_ms":
		return r.doneUDP().scale(1000)
	}
	return unknown(noFormula)
}

// lostUDP is how many stones are lost on the wire or at its queue.
func (r *road) lostUDP() expectation {
	through, full, ok := r.crowd()
	n := len(r.drops())
	random, corrupt := r.e.Out.Loss.Random > 0, r.e.Out.Corrupt > 0
	clumps := r.e.Out.Loss.Mean() > 0 && !random
	switch {
	case !ok:
		return unknown(queueUnclear)
	case full && (r.lost > 0 || n > 0 || len(r.e.Out.DropPackets) > 0):
		return unknown(queueAndLoss)
	case full:
		return exactly(float64(r.n) - through)
	case len(r.e.Out.DropPackets) > 0:
		return unknown(byList)
	case corrupt && (clumps || r.e.Out.Duplicate > 0 || r.e.IPv6), clumps && r.pieces > 1, r.pieces > 1 && r.e.Out.Duplicate > 0 && r.lost > 0:
		return unknown(twoKinds)
	}
	var lost theory.Estimate
	if clumps {
		lost = r.chance(r.n - n)
	} else {
		lost = theory.Bernoulli(r.n-n, theory.AnyLost(r.lost, r.pieces))
	}
	return estimated(lost.Plus(float64(n)))
}

// comesUDP is how many stones are not lost.
func (r *road) comesUDP() expectation {
	lost := r.lostUDP().scale(-1)
	lost.Estimate = lost.Plus(float64(r.n))
	return lost
}

// delayUDP is what theory says of delays.
func (r *road) delayUDP(key string) expectation {
	free := theory.FirstStone(r.out, r.bytes, r.bandwidth)
	rho, why := r.rho(), r.steady()
	if r.e.Out.Duplicate > 0 {
		rho *= 2 // a copy goes before the next stone
	}
	paced := r.gap > 0 && r.burst == 1 && !r.poisson
	switch {
	case why != "" && (key != "delay_p50_ms" || !r.fewMoved()):
		return unknown(why)
	case r.bandwidth == 0 || paced && rho <= 1: // nothing waits
		switch {
		case key == "held_up":
			return exactly(0)
		case key == "delay_p50_ms" && r.lost > 0.4:
			return unknown(mostLost)
		}
		return exactly(1000 * free)
	case key != "delay_max_ms":
		return unknown(queueVaries)
	case r.poisson || r.pieces > 1 || r.lossless() != "" || r.e.Out.Duplicate > 0:
		return unknown(queueUnclear)
	case paced: // the queue grows until it is full, or until the end
		growing := free + float64(r.n-1)*(r.air-r.gap)
		if r.queue < math.MaxInt {
			growing = min(growing, theory.FullQueue(r.out, r.queue, r.bytes, r.bandwidth))
		}
		return exactly(1000 * growing)
	case r.gap == 0 || r.air <= r.gap:
		return exactly(1000 * theory.FullQueue(r.out, theory.Burst(min(r.burst, r.n), r.queue), r.bytes, r.bandwidth))
	}
	return unknown(queueUnclear)
}

// planned is when the last stone lands at the earliest, in seconds from when the
// first was due: the flow's span does not end before.
func (r *road) planned() float64 {
	return float64(r.n-1)*r.gap + theory.FirstStone(r.out, r.bytes, r.bandwidth)
}

// doneUDP is when the last stone lands, in seconds.
func (r *road) doneUDP() expectation {
	final, drops := r.n, r.drops()
	for drops[final] {
		final--
	}
	thrown := float64(final-1) * r.gap
	last := r.delayUDP("delay_max_ms")
	if last.why != "" && thrown > 100*r.out { // whatever the last one does matters little
		last = r.delayUDP("delay_p50_ms")
	}
	switch {
	case last.why != "":
		return last
	case r.poisson || r.burst > 1 && r.gap > 0:
		return unknown(queueUnclear)
	case r.lost > 0.4 || final == 0:
		return unknown(mostLost)
	}
	silent := r.gap * r.lost / (1 - r.lost) // the last ones may be lost
	return exactly(thrown + last.Mean/1000 - silent)
}

// part is a share as a part of 1.
func part(s wire.Share) float64 { return float64(s) / float64(100*wire.Percent) }
