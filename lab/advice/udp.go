package advice

import (
	"math"

	"stones/lab/theory"
)

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
func (r *road) overUDP(key string) Expected {
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
		case comes.Why != "":
			return comes
		case done.Why != "" || span == 0:
			return done
		}
		return comes.scale(8 * r.size / span)
	case "done_ms":
		return r.doneUDP().scale(1000)
	}
	return unknown(CauseNoFormula)
}

// lostUDP is how many stones are lost on the wire or at its queue.
func (r *road) lostUDP() Expected {
	through, full, ok := r.crowd()
	n := len(r.drops())
	corrupt := r.e.Out.Corrupt > 0
	clumps := r.clumps()
	switch {
	case !ok:
		return unknown(CauseQueueUnclear)
	case full && (r.lost > 0 || n > 0 || r.listed):
		return unknown(CauseQueueAndLoss)
	case full:
		return exactly(float64(r.n) - through)
	case r.listed:
		return unknown(CauseByList)
	case corrupt && (clumps || r.e.Out.Duplicate > 0 || r.e.IPv6), clumps && r.pieces > 1, r.pieces > 1 && r.e.Out.Duplicate > 0 && r.lost > 0:
		return unknown(CauseTwoKinds)
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
func (r *road) comesUDP() Expected {
	lost := r.lostUDP().scale(-1)
	lost.Estimate = lost.Plus(float64(r.n))
	return lost
}

// delayUDP is what theory says of delays.
func (r *road) delayUDP(key string) Expected {
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
			return unknown(CauseMostLost)
		}
		return exactly(1000 * free)
	case key != "delay_max_ms":
		return unknown(CauseQueueVaries)
	case r.poisson || r.pieces > 1 || r.lossless() != "" || r.e.Out.Duplicate > 0:
		return unknown(CauseQueueUnclear)
	case paced: // the queue grows until it is full, or until the end
		growing := free + float64(r.n-1)*(r.air-r.gap)
		if r.queue < math.MaxInt {
			growing = min(growing, theory.FullQueue(r.out, r.queue, r.bytes, r.bandwidth))
		}
		return exactly(1000 * growing)
	case r.gap == 0 || r.air <= r.gap:
		return exactly(1000 * theory.FullQueue(r.out, theory.Burst(min(r.burst, r.n), r.queue), r.bytes, r.bandwidth))
	}
	return unknown(CauseQueueUnclear)
}

// planned is when the last stone lands at the earliest, in seconds from when the
// first was due: the flow's span does not end before.
func (r *road) planned() float64 {
	return float64(r.n-1)*r.gap + theory.FirstStone(r.out, r.bytes, r.bandwidth)
}

// doneUDP is when the last stone lands, in seconds.
func (r *road) doneUDP() Expected {
	final, drops := r.n, r.drops()
	for drops[final] {
		final--
	}
	thrown := float64(final-1) * r.gap
	last := r.delayUDP("delay_max_ms")
	if last.Why != "" && thrown > 100*r.out { // whatever the last one does matters little
		last = r.delayUDP("delay_p50_ms")
	}
	switch {
	case last.Why != "":
		return last
	case r.poisson || r.burst > 1 && r.gap > 0:
		return unknown(CauseQueueUnclear)
	case r.lost > 0.4 || final == 0:
		return unknown(CauseMostLost)
	}
	silent := r.gap * r.lost / (1 - r.lost) // the last ones may be lost
	return exactly(thrown + last.Mean/1000 - silent)
}
