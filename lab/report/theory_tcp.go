package report

import (
	"maps"
	"math"
	"slices"

	"stones/lab/theory"
)

// Where the formulas for TCP under loss hold.
const (
	leastLoss  = 0.001 // share lost; below, a flight of a minute meets too few losses
	mostLoss   = 0.2
	flightLong = 50 // round trips
)

// overTCP is what theory says of TCP alone.
func (r *road) overTCP(key string) expectation {
	switch key {
	case "delivered":
		return exactly(float64(r.n))
	case "lost":
		return exactly(0)
	case "goodput_bps":
		return r.goodputTCP()
	case "connect_ms":
		return r.connectTCP().scale(1000)
	case "done_ms":
		return r.doneTCP().scale(1000)
	}
	return r.delayTCP(key)
}

// connectTCP is how long asking takes, in seconds.
func (r *road) connectTCP() expectation {
	switch {
	case r.lost > 0 || len(r.e.Out.DropPackets) > 0 || r.lossBack():
		return unknown(askingLost)
	case r.e.Out.Jitter.Max > 0 || r.e.Back.Jitter.Max > 0:
		return unknown(jitterMoves)
	}
	bytes := float64(r.header() + asking)
	return exactly(theory.FirstStone(r.out, bytes, r.bandwidth) + theory.FirstStone(r.back, bytes, float64(r.e.Back.Bandwidth)))
}

// flowing says why stones have to wait for TCP although nothing is lost; empty
// if they do not.
func (r *road) flowing() string {
	switch {
	case r.gap == 0 || r.burst > 1 || r.poisson:
		return notPaced
	case r.rho() > 1:
		return overloaded
	case float64(r.pieces)*r.roundTrip()/r.gap > theory.FirstWindow:
		return windowSmall
	case r.e.Buffer > 0 && theory.Window(float64(r.e.Buffer)) < r.size*r.roundTrip()/r.gap:
		return windowSmall
	}
	return ""
}

// delayTCP is what theory says of delays.
func (r *road) delayTCP(key string) expectation {
	free := theory.FirstStone(r.out, r.bytes, r.bandwidth)
	why := r.flowing()
	switch {
	case r.steady() != "":
		return unknown(r.steady())
	case r.lossless() != "":
		return r.missedTCP(key)
	case why == overloaded && r.brief():
		return unknown(tooShort)
	case why == overloaded && key == "delay_max_ms":
		return exactly(1000 * (free + float64(r.n-1)*(r.air-r.gap)))
	case why != "":
		return unknown(why)
	case key == "held_up":
		return exactly(0)
	}
	return exactly(1000 * free)
}

// brief reports whether the link carries all that is thrown before TCP has
// found out how fast it may.
func (r *road) brief() bool { return float64(r.n)*r.air < flightLong*(r.out+r.back) }

// missedTCP is what one lost stone does to those behind it.
func (r *road) missedTCP(key string) expectation {
	drops := r.drops()
	followers := r.n - slices.Max(append(slices.Collect(maps.Keys(drops)), 0))
	trip, free := r.roundTrip(), theory.FirstStone(r.out, r.bytes, r.bandwidth)
	missed := theory.Missed(r.gap, trip, free)
	soon := followers > 0 && r.gap <= 2*trip // else it is a timer that finds it
	if r.e.Recovery == "sack" {
		missed = theory.MissedSACK(r.gap, trip, free)
		soon = followers >= 3 && 4*r.gap <= max(0.2, trip)
	}
	switch {
	case r.lossBack():
		return unknown(lossBack)
	case r.lost > 0 || len(drops) != 1 || len(r.e.Out.DropPackets) > 0 || r.pieces > 1:
		return unknown(lossHolds)
	case r.flowing() != "":
		return unknown(r.flowing())
	case !soon:
		return unknown(timerFinds)
	case key == "delay_max_ms":
		return exactly(1000 * missed)
	}
	held := min(theory.HeldUp(missed, free, r.gap, slack), followers+1)
	switch {
	case r.e.Recovery == "sack" && key == "held_up":
		return unknown(windowCut)
	case key == "held_up":
		return exactly(float64(held))
	case 2*held > r.n:
		return unknown(lossHolds)
	}
	return exactly(1000 * free)
}

// goodputTCP is the rate at which stones come: that at which they are thrown,
// if loss, the link and the window let them.
func (r *road) goodputTCP() expectation {
	trip := r.out + r.back
	limit := math.Inf(1)
	if r.bandwidth > 0 {
		limit = r.bandwidth * float64(r.segment()) / float64(r.mtu())
	}
	if r.e.Buffer > 0 && trip > 0 {
		limit = min(limit, theory.WindowLimit(theory.Window(float64(r.e.Buffer)), trip))
	}
	if r.lossless() != "" || r.steady() != "" {
		slowed, why := r.underLoss(trip)
		if why != "" {
			return unknown(why)
		}
		limit = min(limit, slowed)
	}
	// The span begins with the asking, and ends when the last stone has landed.
	bits, asking := 8*r.size*float64(r.n), trip
	if asked := r.connectTCP(); asked.why == "" {
		asking = asked.Mean
	}
	wanted := 8 * r.size / r.gap
	switch {
	case r.poisson || r.burst > 1 && r.gap > 0:
		return unknown(notPaced)
	case r.gap > 0 && wanted <= limit:
		return exactly(bits / (asking + r.planned()))
	case math.IsInf(limit, 1):
		return unknown(slowStart)
	case bits < limit*trip*flightLong:
		return unknown(tooShort)
	}
	return exactly(bits / (asking + bits/limit + r.out))
}

// underLoss is the rate that loss leaves TCP, in bits a second, or why there is
// no formula.
func (r *road) underLoss(trip float64) (limit float64, why string) {
	switch {
	case r.steady() != "":
		return 0, r.steady()
	case len(r.drops()) > 0 || len(r.e.Out.DropPackets) > 0:
		return 0, byList
	case r.lossBack():
		return 0, lossBack
	case r.e.Out.Loss.Mean() > 0 && r.e.Out.Loss.Random == 0:
		return 0, clumpsSlow
	case trip == 0:
		return 0, noDistance
	case r.lost < leastLoss || r.lost > mostLoss:
		return 0, lossOutside
	}
	return theory.PFTK(float64(r.segment()), trip, trip+0.2, r.lost), ""
}

// doneTCP is when the last stone lands, in seconds from the asking.
func (r *road) doneTCP() expectation {
	asked := r.connectTCP()
	free := theory.FirstStone(r.out, r.bytes, r.bandwidth)
	switch why := r.flowing(); {
	case asked.why != "":
		return asked
	case r.steady() != "":
		return unknown(r.steady())
	case r.lossless() != "":
		return unknown(lossHolds)
	case why == "" || r.n == 1 && r.pieces <= theory.FirstWindow:
		return exactly(asked.Mean + float64(r.n-1)*r.gap + free)
	case r.gap == 0:
		return r.warmUp()
	case why == overloaded && r.brief():
		return unknown(tooShort)
	case why == overloaded:
		return exactly(asked.Mean + float64(r.n)*r.air + r.out)
	default:
		return unknown(why)
	}
}

// warmUp is when all of the stones have landed that are thrown at once, if it
// is slow start alone that decides.
func (r *road) warmUp() expectation {
	segment := float64(r.segment())
	all := r.size * float64(r.n)
	first := min(theory.FirstWindow*min(r.size, segment), all) // stones that are written while the window is open go as they are
	segments := func(all float64) int {
		return int(math.Ceil(first/min(r.size, segment)) + math.Ceil(max(0, all-first)/segment))
	}
	window := math.Inf(1) // one that grows
	if r.e.Buffer > 0 {
		window = theory.Window(float64(r.e.Buffer))
	}
	switch {
	case theory.Airtime(all, r.bandwidth) > (r.out+r.back)/10:
		return unknown(linkDecides)
	case float64(theory.MostInFlight(segments(all)))*segment > window:
		return unknown(windowSmall)
	case theory.Rounds(segments(0.98*all)) != theory.Rounds(segments(1.02*all)):
		return unknown(nearDoubling)
	}
	return exactly(theory.SlowStart(segments(all), r.out+r.back, r.out))
}
