package advice

import (
	"maps"
	"math"
	"slices"

	"stones/lab"
	"stones/lab/theory"
)

// Where the formulas for TCP under loss hold.
const (
	leastLoss  = 0.001 // share lost; below, a flight of a minute meets too few losses
	mostLoss   = 0.2
	flightLong = 50 // round trips
	slack      = 0.001
)

// overTCP is what theory says of TCP alone.
func (r *road) overTCP(key string) Expected {
	switch key {
	case "delivered":
		return exactly(float64(r.n))
	case "lost":
		return exactly(0)
	case "connect_ms":
		return r.connectTCP().scale(1000)
	}
	switch {
	case tuned(r.e.Tuning):
		return unknown(CauseTuned)
	case key == "goodput_bps":
		return r.goodputTCP()
	case key == "done_ms":
		return r.doneTCP().scale(1000)
	}
	return r.delayTCP(key)
}

// connectTCP is how long asking takes, in seconds.
func (r *road) connectTCP() Expected {
	switch {
	case r.lost > 0 || r.listed || r.lossBack():
		return unknown(CauseAskingLost)
	case r.e.Out.Jitter.Max > 0 || r.e.Back.Jitter.Max > 0:
		return unknown(CauseJitterMoves)
	}
	bytes := float64(r.header + asking)
	return exactly(theory.FirstStone(r.out, bytes, r.bandwidth) + theory.FirstStone(r.back, bytes, float64(r.e.Back.Bandwidth)))
}

// flowing says why stones have to wait for TCP although nothing is lost; empty
// if they do not.
func (r *road) flowing() string {
	switch {
	case r.gap == 0 || r.burst > 1 || r.poisson:
		return CauseUneven
	case r.rho() > 1:
		return CauseOverloaded
	case float64(r.pieces)*r.roundTrip/r.gap > theory.FirstWindow:
		return CauseWindowSmall
	case r.e.Buffer > 0 && theory.SureWindow(float64(r.e.Buffer), r.size) < r.size*r.roundTrip/r.gap:
		return CauseWindowSmall
	}
	return ""
}

// delayTCP is what theory says of delays.
func (r *road) delayTCP(key string) Expected {
	free := theory.FirstStone(r.out, r.bytes, r.bandwidth)
	why := r.flowing()
	switch {
	case r.steady() != "":
		return unknown(r.steady())
	case r.lossless() != "":
		return r.missedTCP(key)
	case why == CauseOverloaded && r.brief():
		return unknown(CauseTooShort)
	case why == CauseOverloaded && key == "delay_max_ms":
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
func (r *road) brief() bool { return float64(r.n)*r.air < flightLong*r.trip }

// missedTCP is what one lost stone does to those behind it.
func (r *road) missedTCP(key string) Expected {
	drops := r.drops()
	followers := r.n - slices.Max(append(slices.Collect(maps.Keys(drops)), 0))
	trip, free := r.roundTrip, theory.FirstStone(r.out, r.bytes, r.bandwidth)
	missed := theory.Missed(r.gap, trip, free)
	soon := followers > 0 && r.gap <= 2*trip // else it is a timer that finds it
	if r.e.Recovery == lab.RecoverySACK {
		missed = theory.MissedSACK(r.gap, trip, free)
		soon = followers >= 3 && 4*r.gap <= max(0.2, trip)
	}
	switch {
	case r.lossBack():
		return unknown(CauseLossBack)
	case r.lost > 0 || len(drops) != 1 || r.listed || r.pieces > 1:
		return unknown(CauseLossHolds)
	case r.flowing() != "":
		return unknown(r.flowing())
	case !soon:
		return unknown(CauseTimerFinds)
	case key == "delay_max_ms":
		return exactly(1000 * missed)
	}
	held := min(theory.HeldUp(missed, free, r.gap, slack), followers+1)
	switch {
	case r.e.Recovery == lab.RecoverySACK && key == "held_up":
		return unknown(CauseWindowCut)
	case key == "held_up":
		return exactly(float64(held))
	case 2*held > r.n:
		return unknown(CauseLossHolds)
	}
	return exactly(1000 * free)
}

// goodputTCP is the rate at which stones come: that at which they are thrown,
// if loss, the link and the window let them.
func (r *road) goodputTCP() Expected {
	limit := math.Inf(1)
	if r.bandwidth > 0 {
		limit = r.bandwidth * float64(r.segment) / float64(r.mtu)
	}
	if r.lossless() != "" || r.steady() != "" {
		slowed, why := r.underLoss()
		if why != "" {
			return unknown(why)
		}
		limit = min(limit, slowed)
	}
	// The span begins with the asking, and ends when the last stone has landed.
	bits, asking := 8*r.size*float64(r.n), r.trip
	if asked := r.connectTCP(); asked.Why == "" {
		asking = asked.Mean
	}
	wanted := 8 * r.size / r.gap
	most, windowed := r.windowLimit(min(limit, wanted))
	switch {
	case r.poisson || r.burst > 1 && r.gap > 0:
		return unknown(CauseUneven)
	case windowed && (2*r.size < float64(r.segment) || r.lossless() != "" || r.steady() != ""):
		return unknown(CauseWindowSmall)
	case windowed && bits < most*r.trip*flightLong:
		return unknown(CauseTooShort)
	case windowed:
		return atMost(bits / (asking + bits/most + r.out))
	case r.gap > 0 && wanted <= limit:
		return exactly(bits / (asking + r.planned()))
	case math.IsInf(limit, 1):
		return unknown(CauseSlowStart)
	case bits < limit*r.trip*flightLong:
		return unknown(CauseTooShort)
	}
	return exactly(bits / (asking + bits/limit + r.out))
}

// windowLimit is the rate, in bits a second, to which the receiver's window holds one
// that would otherwise be so high, at most, and whether it may be what holds it.
func (r *road) windowLimit(rate float64) (most float64, windowed bool) {
	if r.e.Buffer == 0 || r.trip == 0 {
		return rate, false
	}
	buffer := float64(r.e.Buffer)
	sure := theory.WindowLimit(theory.SureWindow(buffer, r.size), r.trip)
	return min(rate, theory.WindowLimit(theory.Window(buffer), r.trip)), sure < rate
}

// underLoss is the rate that loss leaves TCP, in bits a second, or why there is
// no formula.
func (r *road) underLoss() (limit float64, why string) {
	switch {
	case r.steady() != "":
		return 0, r.steady()
	case len(r.drops()) > 0 || r.listed:
		return 0, CauseByList
	case r.lossBack():
		return 0, CauseLossBack
	case r.clumps():
		return 0, CauseClumpsSlow
	case r.trip == 0:
		return 0, CauseNoDistance
	case r.lost < leastLoss || r.lost > mostLoss:
		return 0, CauseLossOutside
	}
	return theory.PFTK(float64(r.segment), r.trip, r.trip+0.2, r.lost), ""
}

// doneTCP is when the last stone lands, in seconds from the asking.
func (r *road) doneTCP() Expected {
	asked := r.connectTCP()
	free := theory.FirstStone(r.out, r.bytes, r.bandwidth)
	switch why := r.flowing(); {
	case asked.Why != "":
		return asked
	case r.steady() != "":
		return unknown(r.steady())
	case r.lossless() != "":
		return unknown(CauseLossHolds)
	case why == "" || r.n == 1 && r.pieces <= theory.FirstWindow:
		return exactly(asked.Mean + float64(r.n-1)*r.gap + free)
	case r.gap == 0:
		return r.warmUp()
	case why == CauseOverloaded && r.brief():
		return unknown(CauseTooShort)
	case why == CauseOverloaded:
		return exactly(asked.Mean + float64(r.n)*r.air + r.out)
	default:
		return unknown(why)
	}
}

// warmUp is when all of the stones have landed that are thrown at once, if it
// is slow start alone that decides.
func (r *road) warmUp() Expected {
	segment := float64(r.segment)
	all := r.size * float64(r.n)
	first := min(theory.FirstWindow*min(r.size, segment), all) // stones that are written while the window is open go as they are
	segments := func(all float64) int {
		return int(math.Ceil(first/min(r.size, segment)) + math.Ceil(max(0, all-first)/segment))
	}
	window := math.Inf(1) // one that grows
	if r.e.Buffer > 0 {
		window = theory.SureWindow(float64(r.e.Buffer), r.size)
	}
	switch {
	case theory.Airtime(all, r.bandwidth) > r.trip/10:
		return unknown(CauseLinkDecides)
	case float64(theory.MostInFlight(segments(all)))*segment > window:
		return unknown(CauseWindowSmall)
	case theory.Rounds(segments(0.98*all)) != theory.Rounds(segments(1.02*all)):
		return unknown(CauseNearDoubling)
	}
	return exactly(theory.SlowStart(segments(all), r.trip, r.out))
}
