package advice

import (
	"math"

	"stones/lab"
	"stones/lab/theory"
)

// Keys returns the keys of the measures for which there may be a formula.
func Keys() []string {
	return []string{
		"delivered", "lost", "held_up", "wire_dropped", "delay_p50_ms", "delay_max_ms", "goodput_bps", "connect_ms", "done_ms",
	}
}

// Expected is what theory says of one measure of a flow, in the measure's unit.
type Expected struct {
	theory.Estimate
	Most bool   // the mean is a bound
	Why  string // the cause for which no formula holds; then there is no estimate
}

func exactly(v float64) Expected { return Expected{Estimate: theory.Estimate{Mean: v}} }
func atMost(v float64) Expected {
	return Expected{Estimate: theory.Estimate{Mean: v}, Most: true}
}
func estimated(e theory.Estimate) Expected { return Expected{Estimate: e} }
func unknown(why string) Expected          { return Expected{Why: why} }

// scale is x in another unit.
func (x Expected) scale(by float64) Expected {
	x.Estimate = x.Scale(by)
	return x
}

// Expect returns what theory says of a measure of a flow. It knows the
// experiment, how many stones were planned, and for the share of packets that
// the wire drops, how many packets there were.
func Expect(e *lab.Experiment, x *lab.Outcome, key string) Expected {
	r := newRoad(e, e.Flow(x.Name))
	r.n, r.packets = x.Planned, x.Wire.Packets
	if r.gap == 0 {
		r.burst = max(1, r.n)
	}
	switch {
	case e.Path == lab.Host || e.Path == lab.Remote:
		return unknown(CauseNotEmulated)
	case !x.Complete:
		return unknown(CauseNotComplete)
	case e.Nobody || e.Asleep > 0 || e.ReadSize > 0 || e.Dies > 0 || e.Answer:
		return unknown(CauseNotCatching)
	case strange(e.Out) || strange(e.Back):
		return unknown(CauseStrangeRoad)
	case key == "wire_dropped":
		return r.dropped()
	case (e.Together || e.Parallel() > 1) && r.bandwidth > 0:
		return r.shared(key)
	case x.Transport == lab.Own:
		return unknown(CauseNoFormula)
	case r.again:
		return r.overTCP(key)
	}
	return r.overUDP(key)
}

// dropped is how many packets the wire loses of those it was given.
func (r *road) dropped() Expected {
	n := len(r.drops())
	switch {
	case !r.packets.Known():
		return unknown(CauseNotEmulated)
	case r.listed || n > 0 && (r.pieces > 1 || r.again && n > 1):
		return unknown(CauseByList)
	}
	expected := r.chance(int(r.packets.Value) - n)
	expected.Mean += float64(n)
	return estimated(expected)
}

// shared is what can be said if both use a link at once: nothing waits longer
// than behind a full queue.
func (r *road) shared(key string) Expected {
	if key == "delay_max_ms" && !r.again && r.queue < math.MaxInt && r.pieces == 1 && r.steady() == "" {
		return atMost(theory.FullQueue(r.out, r.queue, float64(r.mtu), r.bandwidth)).scale(1000)
	}
	return unknown(CauseBothShare)
}
