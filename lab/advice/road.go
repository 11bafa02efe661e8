package advice

import (
	"math"
	"slices"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/theory"
	"stones/lab/wire"
)

// What every packet is taken to have.
const (
	usualMTU   = 1500 // where the wire says nothing
	udpHeader  = 8
	tcpHeader  = 20
	fragment   = 8  // of version 6 (RFC 8200 section 4.5)
	timestamps = 12 // bytes of TCP's option in each segment (RFC 7323)
	asking     = 40 // bytes of a SYN with its options, without the IP header
)

// A road is what a flow meets on its way, in seconds, bytes and bits a second.
type road struct {
	e       *lab.Experiment // as the flow meets it
	again   bool            // the transport throws again what was lost
	n       int             // stones
	size    float64
	gap     float64 // between stones; 0 if nothing paces them
	burst   int     // stones at once
	poisson bool

	mtu     int
	header  int // of IP
	segment int // how many bytes of stones fit into a segment of TCP
	pieces  int // packets of a stone
	bytes   float64
	air     float64 // what these take on the link

	out, back float64 // one way
	trip      float64 // both, on an empty wire
	roundTrip float64 // of a stone's packets, and of what answers them
	bandwidth float64 // 0 means no limit
	queue     int     // packets; math.MaxInt is no limit

	lost               float64    // share of the packets, by chance
	listed, listedBack bool       // some are lost by their place
	packets            lab.Figure // that the wire was given, once that is known
}

// newRoad is the road of a flow of e.
func newRoad(e *lab.Experiment, f *lab.Flow) *road {
	e = e.Facing(f)
	p := f.Plan
	r := &road{
		e: e, again: f.Is().Again, n: count(&p), size: float64(p.Size), burst: max(1, p.Pattern.Burst), poisson: p.Pattern.Poisson,
		mtu: usualMTU, header: ipHeader(e),
		out: (e.Out.Delay + f.ExtraDelay).Seconds(), back: (e.Back.Delay + f.ExtraDelay).Seconds(),
		bandwidth: float64(e.Out.Bandwidth), queue: math.MaxInt,
		listed: len(e.Out.DropPackets)+len(f.DropPackets) > 0, listedBack: len(e.Back.DropPackets)+len(f.DropPacketsBack) > 0,
		lost: 1 - (1-share(e.Out.Loss.Mean()))*(1-share(e.Out.Corrupt)),
	}
	if p.Rate == pace.Max() {
		r.burst = max(1, r.n)
	} else {
		r.gap = 1 / max(p.PerSecond(), 1e-6)
	}
	if e.Out.MTU != 0 {
		r.mtu = e.Out.MTU
	}
	r.segment = r.mtu - r.header - tcpHeader - timestamps
	if r.again {
		r.pieces = (p.Size + r.segment - 1) / r.segment
		r.bytes = r.size + float64(r.pieces*(r.mtu-r.segment))
	} else {
		header := r.header
		if e.IPv6 && p.Size+udpHeader > r.mtu-header {
			header += fragment
		}
		r.pieces = theory.Pieces(p.Size+udpHeader, r.mtu, header)
		r.bytes = r.size + udpHeader + float64(r.pieces*header)
	}
	r.air = theory.Airtime(r.bytes, r.bandwidth)
	answer := float64(r.header + tcpHeader + timestamps)
	r.trip = r.out + r.back
	r.roundTrip = r.trip + r.air + theory.Airtime(answer, float64(e.Back.Bandwidth))
	switch queue := e.Out.Queue; {
	case r.bandwidth == 0:
	case queue.Packets > 0:
		r.queue = queue.Packets
	case queue.Bytes > 0:
		r.queue = int(float64(queue.Bytes*r.pieces) / r.bytes)
	}
	return r
}

// ipHeader is the length of an IP header.
func ipHeader(e *lab.Experiment) int {
	if e.IPv6 {
		return 40
	}
	return 20
}

// perSecond is how many packets a second a flow is asked for; 0 if nothing paces
// it.
func (r *road) perSecond() float64 {
	if r.gap == 0 {
		return 0
	}
	return float64(r.pieces) / r.gap
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
		return theory.GilbertElliott(n, share(loss.P), share(loss.R), share(loss.Bad), share(loss.Good))
	}
	return theory.Bernoulli(n, share(r.e.Out.Loss.Random))
}

// lossless says why stones may be lost on a way, or the order of packets may
// change; empty if they may not.
func (r *road) lossless() string {
	switch {
	case r.lost > 0 || len(r.drops()) > 0 || r.listed:
		return CauseLossHolds
	case r.lossBack():
		return CauseLossBack
	}
	return ""
}

// lossBack reports whether anything may be lost on the way back.
func (r *road) lossBack() bool {
	back := r.e.Back
	return back.Loss.Mean() > 0 || back.Corrupt > 0 || r.listedBack
}

// steady says why the delay of packets changes on the way; empty if it does
// not.
func (r *road) steady() string {
	out := r.e.Out
	switch {
	case out.Jitter.Max > 0 || r.e.Back.Jitter.Max > 0:
		return CauseJitterMoves
	case out.Reorder.Share > 0 || out.ReorderEarly > 0 || len(out.Hold) > 0:
		return CauseOrderMoves
	}
	return ""
}

// fewMoved reports whether most packets come in their order and in their time.
func (r *road) fewMoved() bool {
	moved := share(r.e.Out.Reorder.Share) + share(r.e.Out.ReorderEarly) + float64(len(r.e.Out.Hold))/float64(max(1, r.n))
	return r.e.Out.Jitter.Max == 0 && moved+r.lost < 0.4
}

// clumps reports whether losses come in clumps.
func (r *road) clumps() bool { return r.e.Out.Loss.Mean() > 0 && r.e.Out.Loss.Random == 0 }

// count is how many stones are planned, as nearly as can be told beforehand.
func count(p *pace.Plan) int {
	switch {
	case p.Count > 0:
		return p.Count
	case p.PerSecond() == 0:
		return math.MaxInt
	}
	return int(p.PerSecond() * p.Time.Seconds())
}

// share is s as a part of 1.
func share(s wire.Share) float64 { return float64(s) / float64(100*wire.Percent) }

// milliseconds is d as a number of them.
func milliseconds(d time.Duration) float64 { return lab.Milliseconds(d).Value }

// gap is the shortest time between two stones of any flow; 0 if it cannot be told.
func gap(e *lab.Experiment) time.Duration {
	fastest := 0.0
	for _, f := range e.Flows {
		plan := f.Plan
		if plan.PerSecond() == 0 || plan.Pattern.Poisson || plan.Pattern.Burst > 1 {
			return 0
		}
		fastest = max(fastest, plan.PerSecond())
	}
	return time.Duration(float64(time.Second) / fastest)
}

// inPieces reports whether a stone takes several packets, which follow each other
// at once.
func inPieces(e *lab.Experiment) bool {
	return slices.ContainsFunc(e.Flows, func(f lab.Flow) bool { return newRoad(e, &f).pieces > 1 })
}
