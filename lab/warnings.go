package lab

import (
	"math"
	"slices"
	"time"

	"stones/lab/pace"
	"stones/lab/wire"
)

// The rules by which a result may mislead, and what their warnings' Value and
// Limit are.
const (
	RuleStartUp   = "tcp-start-up"            // packets in a round trip; what TCP begins with
	RuleSustain   = "tcp-cannot-sustain"      // packets a second; what TCP comes to at this loss
	RuleLinux     = "linux-differs"           // the goodput as a part of that of Linux; 1
	RuleFragments = "udp-fragments"           // bytes of a stone; how many fit into a packet
	RuleNoise     = "share-is-noise"          // packets that Word is expected to hit, and of how many; how many there should be
	RuleApart     = "too-far-apart-to-pass"   // ms between stones; ms within which one can pass another
	RuleNoSuch    = "names-no-stone"          // the highest number that Word names; the highest that there is
	RuleEarly     = "early-ones-pass-many"    // share of the stones that comes out of order; share that was asked for
	RuleOverload  = "overload"                // bits a second, headers included; what the wire carries
	RuleQueue     = "queue-without-bandwidth" // packets or bytes; 0, because nothing waits
	RuleUnmarked  = "never-marks"             // nothing marks a packet of a TCP that asks for it: 0 and 0
	RuleHost      = "host-loses-nothing"      // nothing but in a full socket buffer: 0 and 0
	RuleWindow    = "window-not-given"        // bytes of socket buffer that the system gave; those asked for
	RuleNotInTime = "schedule-not-kept"       // stones thrown over 1 ms after they were due; one in a hundred
	RuleRate      = "rate-not-met"            // stones a second that were thrown; that were asked for
	RuleOverflow  = "catcher-overflowed"      // stones that found the catcher's socket full; 0
	RuleReadable  = "readable-on-the-way"     // nothing is encrypted: 0 and 0
)

// What the rules compare with.
const (
	firstWindow = 10   // packets that TCP may begin with (RFC 6928)
	mathis      = 1.22 // the square root of 3/2, if every segment is acknowledged (Mathis et al. 1997)
	fewestHits  = 10   // from there on a share begins to mean something
	usualMTU    = 1500 // where the wire says nothing
	timestamps  = 12   // bytes of TCP's option in each segment (RFC 7323)
)

// rules holds every rule, in the order of the warnings.
var rules = []struct {
	name  string
	apply func(e Experiment, flows []Outcome) []Warning
}{
	{RuleStartUp, startUp},
	{RuleSustain, sustain},
	{RuleLinux, besideLinux},
	{RuleFragments, fragments},
	{RuleNoise, noise},
	{RuleApart, apart},
	{RuleNoSuch, noSuch},
	{RuleEarly, early},
	{RuleOverload, overload},
	{RuleQueue, queue},
	{RuleUnmarked, neverMarks},
	{RuleHost, host},
	{RuleWindow, window},
	{RuleNotInTime, notInTime},
	{RuleRate, rateNotMet},
	{RuleOverflow, overflow},
	{RuleReadable, readable},
}

// Rules returns the names of all rules that [Warnings] may use.
func Rules() []string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names
}

// Warnings returns in what respect the results of e may mislead, always in the
// same order. Most of it is known beforehand; flows may be empty.
func Warnings(e Experiment, flows []Outcome) []Warning {
	var warnings []Warning
	for _, r := range rules {
		for _, w := range r.apply(e, flows) {
			w.Rule = r.name
			warnings = append(warnings, w)
		}
	}
	return warnings
}

// startUp: without any loss, the stones that do not fit into TCP's first
// window wait until it has grown.
func startUp(e Experiment, _ []Outcome) []Warning {
	var warnings []Warning
	for f := range e.Over(TCP) {
		flying := min(e.packets(f)*e.roundTrip().Seconds(), stonesOf(&f.Plan)*float64(e.segments(f.Plan.Size)))
		if flying > firstWindow {
			warnings = append(warnings, Warning{Flow: f.Name, Word: "rate", Value: flying, Limit: firstWindow})
		}
	}
	return warnings
}

// sustain: TCP answers loss by slowing down, the more so the farther away the
// other end is (Mathis et al. 1997).
func sustain(e Experiment, _ []Outcome) []Warning {
	lossy := 1 - (1-share(e.Out.Loss.Random))*(1-share(e.Out.Corrupt))
	if lossy == 0 || lossy > mostMathis || e.roundTrip() == 0 {
		return nil
	}
	limit := mathis / (e.roundTrip().Seconds() * math.Sqrt(lossy))
	var warnings []Warning
	for f := range e.Over(TCP) {
		if e.packets(f) > limit {
			warnings = append(warnings, Warning{Flow: f.Name, Word: "rate", Value: e.packets(f), Limit: limit})
		}
	}
	return warnings
}

// mostMathis is the share of lost packets up to which the formula says
// anything: beyond it timeouts rule.
const mostMathis = 0.2

// beside holds how many times the goodput of Linux that of the path sim was:
// CUBIC on both, 10 Mbit/s, medians of 20 seeds over 8 s, Linux 6.18. The command
// crosscheck --goodput measures it anew.
var beside = []struct {
	loss      float64
	roundTrip time.Duration
	ratio     float64
}{
	{0.001, 20 * time.Millisecond, 1.00},
	{0.001, 40 * time.Millisecond, 0.99},
	{0.001, 100 * time.Millisecond, 1.03},
	{0.001, 300 * time.Millisecond, 0.99},
	{0.005, 20 * time.Millisecond, 1.02},
	{0.005, 40 * time.Millisecond, 1.00},
	{0.005, 100 * time.Millisecond, 0.92},
	{0.005, 300 * time.Millisecond, 0.94},
	{0.01, 20 * time.Millisecond, 0.98},
	{0.01, 40 * time.Millisecond, 1.01},
	{0.01, 100 * time.Millisecond, 0.90},
	{0.01, 300 * time.Millisecond, 0.82},
	{0.02, 20 * time.Millisecond, 1.02},
	{0.02, 40 * time.Millisecond, 1.08},
	{0.02, 100 * time.Millisecond, 1.05},
	{0.02, 300 * time.Millisecond, 1.22},
	{0.05, 20 * time.Millisecond, 1.05},
	{0.05, 40 * time.Millisecond, 1.02},
	{0.05, 100 * time.Millisecond, 1.08},
	{0.05, 300 * time.Millisecond, 0.96},
}

// How near a road must be to one that was measured, as a factor, and how far the
// stacks must be apart there to be worth telling.
const (
	alikeRoads = 1.5
	farApart   = 0.15
)

// besideLinux: where loss sets TCP's rate on a very long road, a few losses decide,
// and the stack's rate is not quite that of Linux.
func besideLinux(e Experiment, _ []Outcome) []Warning {
	near := func(a, b float64) bool { return b > 0 && max(a, b)/min(a, b) < alikeRoads }
	if e.Path != Sim || !near(10, float64(e.Out.Bandwidth)/float64(wire.Mbit)) {
		return nil
	}
	for f := range e.Over(TCP) {
		for _, m := range beside {
			road := near(m.loss, share(e.Out.Loss.Random)) && near(m.roundTrip.Seconds(), e.roundTrip().Seconds())
			if road && f.Plan.Rate == pace.Max() && math.Abs(m.ratio-1) > farApart {
				return []Warning{{Flow: f.Name, Word: "path", Value: m.ratio, Limit: 1}}
			}
		}
	}
	return nil
}

// fragments: a datagram is lost with any one of its pieces.
func fragments(e Experiment, _ []Outcome) []Warning {
	_, udp, _ := e.headers()
	fits := e.mtu() - udp
	if e.Path == Remote {
		fits -= TagSize
	}
	if e.Path == Host {
		return nil
	}
	var warnings []Warning
	for f := range e.Over(UDP) {
		if f.Plan.Size > fits {
			warnings = append(warnings, Warning{Flow: f.Name, Word: "size", Value: float64(f.Plan.Size), Limit: float64(fits)})
		}
	}
	return warnings
}

// noise: of a few hits, any number from none to twice as many is chance. The
// way back is left out: hardly anything is read off its shares.
func noise(e Experiment, _ []Outcome) []Warning {
	count := math.Inf(1) // packets of the flow that has the fewest
	for _, f := range e.Flows {
		count = min(count, stonesOf(&f.Plan)*float64(e.segments(f.Plan.Size)))
	}
	var warnings []Warning
	for _, knob := range []struct {
		word  string
		share wire.Share
	}{
		{"loss", e.Out.Loss.Mean()},
		{"reorder", e.Out.Reorder.Share},
		{"reorder-early", e.Out.ReorderEarly},
		{"duplicate", e.Out.Duplicate},
		{"corrupt", e.Out.Corrupt},
	} {
		if hits := count * share(knob.share); hits > 0 && hits < fewestHits {
			warnings = append(warnings, Warning{Word: knob.word, Value: hits, Limit: fewestHits, Of: count})
		}
	}
	return warnings
}

// apart: a packet is passed by those that come within one delay, and with
// jitter within the width of that.
func apart(e Experiment, _ []Outcome) []Warning {
	var warnings []Warning
	for _, knob := range []struct {
		word   string
		set    bool
		within time.Duration
	}{
		{"reorder", e.Out.Reorder.Share > 0, e.Out.Delay},
		{"reorder-early", e.Out.ReorderEarly > 0, e.Out.Delay},
		{"hold", len(e.Out.Hold) > 0, e.Out.Delay},
		{"overtake", e.Out.Overtake && !e.Out.Jitter.Normal, 2 * e.Out.Jitter.Max},
	} {
		if gap := e.gap(); knob.set && gap > knob.within && !e.inPieces() {
			warnings = append(warnings, Warning{Word: knob.word, Value: milliseconds(gap), Limit: milliseconds(knob.within)})
		}
	}
	return warnings
}

// noSuch: what is to befall a stone, or a packet, that is never thrown befalls none.
func noSuch(e Experiment, flows []Outcome) []Warning {
	stones := 0.0
	for _, f := range e.Flows {
		stones = max(stones, stonesOf(&f.Plan))
	}
	out, back := 0.0, 0.0 // packets, as far as they are known
	for _, x := range flows {
		if !x.Wire.Packets.Known() || x.Wire.Back == nil {
			return nil
		}
		out, back = max(out, x.Wire.Packets.Value), max(back, float64(x.Wire.Back.Sent))
	}
	var warnings []Warning
	for _, way := range []struct {
		suffix  string
		shape   wire.Shape
		packets float64
	}{{"", e.Out, out}, {"-back", e.Back, back}} {
		s := way.shape
		held := uint64(0)
		for _, h := range s.Hold {
			held = max(held, h.Stone)
		}
		for _, named := range []struct {
			word  string
			most  uint64
			limit float64
		}{
			{"drop", highest(s.Drop), stones},
			{"hold", held, stones},
			{"drop-every", uint64(s.DropEvery), stones},
			{"drop-packets", highest(s.DropPackets), way.packets},
		} {
			if named.limit > 0 && float64(named.most) > named.limit {
				warnings = append(warnings, Warning{Word: named.word + way.suffix, Value: float64(named.most), Limit: named.limit})
			}
		}
	}
	return warnings
}

// highest is the highest of numbers; 0 if there are none.
func highest(numbers []uint64) uint64 {
	most := uint64(0)
	for _, n := range numbers {
		most = max(most, n)
	}
	return most
}

// early: one stone that skips the delay passes all those within it, and it is
// they who count as reordered (RFC 4737).
func early(e Experiment, _ []Outcome) []Warning {
	p := share(e.Out.ReorderEarly)
	if p == 0 || e.gap() == 0 {
		return nil
	}
	passed := math.Ceil(float64(e.Out.Delay)/float64(e.gap())) - 1
	reordered := (1 - p) * (1 - math.Pow(1-p, passed))
	if reordered <= p {
		return nil
	}
	return []Warning{{Word: "reorder-early", Value: reordered, Limit: p}}
}

// overload: what is thrown does not fit through the wire.
func overload(e Experiment, _ []Outcome) []Warning {
	if e.Out.Bandwidth == 0 {
		return nil
	}
	ip, udp, tcp := e.headers()
	var warnings []Warning
	for _, f := range e.Flows {
		plan := f.Plan
		headers := tcp * e.segments(plan.Size)
		if f.Transport == UDP {
			pieces := 1 + max(0, plan.Size+udp-ip-1)/(e.mtu()-ip)
			headers = udp + ip*(pieces-1)
		}
		offered := plan.PerSecond() * 8 * float64(plan.Size+headers)
		if limit := float64(e.Out.Bandwidth); offered > limit {
			warnings = append(warnings, Warning{Flow: f.Name, Word: "rate", Value: offered, Limit: limit})
		}
	}
	return warnings
}

// queue: nothing waits for a link without a bandwidth.
func queue(e Experiment, _ []Outcome) []Warning {
	var warnings []Warning
	for _, way := range []struct {
		word  string
		shape wire.Shape
	}{
		{"queue", e.Out},
		{"queue-back", e.Back},
	} {
		if room := max(way.shape.Queue.Packets, way.shape.Queue.Bytes); room > 0 && way.shape.Bandwidth == 0 {
			warnings = append(warnings, Warning{Word: way.word, Value: float64(room)})
		}
	}
	return warnings
}

// neverMarks: a TCP that asks for marks gets none of a queue that does not think.
func neverMarks(e Experiment, _ []Outcome) []Warning {
	if q := e.Out.Queue; !e.Tuning.ECN || !e.Has(TCP) || q.Manager != "" && !q.NoECN {
		return nil
	}
	return []Warning{{Word: "ecn"}}
}

// host: loopback is no road. Only a socket buffer can lose a stone there.
func host(e Experiment, _ []Outcome) []Warning {
	if e.Path != Host {
		return nil
	}
	return []Warning{{Word: "path"}}
}

// window: a system gives everyone no more than it is set to.
func window(e Experiment, flows []Outcome) []Warning {
	for _, x := range flows {
		for _, given := range []int{x.Stack.SendBuffer, x.Stack.RecvBuffer} {
			if given > 0 && given < e.Buffer && e.Path != Sim {
				return []Warning{{Word: "window", Value: float64(given), Limit: float64(e.Buffer)}}
			}
		}
	}
	return nil
}

// notInTime: a schedule that was not kept was another experiment. TCP is left
// out: that it makes the thrower wait is what is to be seen. If not even the rate
// was met, that says it all.
func notInTime(_ Experiment, flows []Outcome) []Warning {
	var warnings []Warning
	for _, x := range flows {
		late, limit := float64(x.Pacing.Late), float64(x.Thrown)/100
		if !x.Is().Again && late > limit && x.Pacing.Met {
			warnings = append(warnings, Warning{Flow: x.Name, Word: "rate", Value: late, Limit: limit})
		}
	}
	return warnings
}

// rateNotMet: less was thrown than was asked for. In virtual time only TCP can
// be the limit, and that is what is to be seen.
func rateNotMet(e Experiment, flows []Outcome) []Warning {
	var warnings []Warning
	for _, x := range flows {
		if p := x.Pacing; e.Path != Sim && !p.Met && p.Offered.Known() {
			warnings = append(warnings, Warning{Flow: x.Name, Word: p.Limit, Value: p.Offered.Value, Limit: p.Asked.Value})
		}
	}
	return warnings
}

// overflow: stones that the catcher did not fetch in time are no loss of the
// path. If it slept, that was asked for; in virtual time it is never too slow.
func overflow(e Experiment, flows []Outcome) []Warning {
	var warnings []Warning
	for _, x := range flows {
		if drops := x.ReceiverDrops; e.Path != Sim && e.Asleep == 0 && !x.Is().Again && drops.Value > 0 {
			warnings = append(warnings, Warning{Flow: x.Name, Word: LimitReceiver, Value: drops.Value})
		}
	}
	return warnings
}

// readable: without TLS whoever is on the way can read all that is said. A key
// proves who is there, and hides nothing.
func readable(e Experiment, _ []Outcome) []Warning {
	if e.Path != Remote || e.TLS {
		return nil
	}
	return []Warning{{Word: "tls"}}
}

// roundTrip is the time there and back on an empty wire.
func (e Experiment) roundTrip() time.Duration { return e.Out.Delay + e.Back.Delay }

// headers returns the bytes of headers: of IP, and with it of UDP and of TCP.
func (e Experiment) headers() (ip, udp, tcp int) {
	ip = 20
	if e.IPv6 {
		ip = 40
	}
	return ip, ip + 8, ip + 20 + timestamps
}

// mtu is the longest packet on the way out, in bytes.
func (e Experiment) mtu() int {
	if e.Out.MTU == 0 {
		return usualMTU
	}
	return e.Out.MTU
}

// segments is how many packets TCP needs for a stone of size bytes.
func (e Experiment) segments(size int) int {
	_, _, headers := e.headers()
	most := e.mtu() - headers
	return (size + most - 1) / most
}

// packets is how many packets a second a flow over TCP is asked for; 0 if it sets
// the rate itself.
func (e Experiment) packets(f *Flow) float64 {
	return f.Plan.PerSecond() * float64(e.segments(f.Plan.Size))
}

// inPieces reports whether a stone takes several packets, which follow each other
// at once.
func (e Experiment) inPieces() bool {
	_, udp, _ := e.headers()
	return slices.ContainsFunc(e.Flows, func(f Flow) bool {
		if f.Transport == UDP {
			return f.Plan.Size > e.mtu()-udp
		}
		return e.segments(f.Plan.Size) > 1
	})
}

// gap is the shortest time between two stones; 0 if it cannot be told.
func (e Experiment) gap() time.Duration {
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

// stonesOf is how many stones are planned, as nearly as can be told beforehand.
func stonesOf(p *pace.Plan) float64 {
	switch {
	case p.Count > 0:
		return float64(p.Count)
	case p.PerSecond() == 0:
		return math.Inf(1)
	}
	return p.PerSecond() * p.Time.Seconds()
}

// share is s as a part of 1.
func share(s wire.Share) float64 { return float64(s) / float64(100*wire.Percent) }

// milliseconds is d as a number of them.
func milliseconds(d time.Duration) float64 { return Milliseconds(d).Value }
