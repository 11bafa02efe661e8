package advice

import (
	"math"
	"slices"
	"time"

	"stones/lab"
	"stones/lab/theory"
	"stones/lab/wire"
)

// startUp: without any loss, the stones that do not fit into TCP's first
// window wait until it has grown.
func startUp(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for f := range e.Over(lab.TCP) {
		r := newRoad(e, f)
		flying := min(r.perSecond()*r.trip, float64(r.n)*float64(r.pieces))
		if flying > theory.FirstWindow {
			warnings = append(warnings, lab.Warning{Flow: f.Name, Word: "rate", Value: flying, Limit: theory.FirstWindow})
		}
	}
	return warnings
}

// sustain: TCP answers loss by slowing down, the more so the farther away the
// other end is. Losses in clumps slow it less, and no formula says by how much.
func sustain(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for f := range e.Over(lab.TCP) {
		r := newRoad(e, f)
		if r.clumps() || r.lost == 0 || r.lost > mostLoss || r.trip == 0 {
			continue
		}
		segment := float64(r.segment)
		limit := theory.Mathis(segment, r.trip, r.lost) / (8 * segment)
		if r.perSecond() > limit {
			warnings = append(warnings, lab.Warning{Flow: f.Name, Word: "rate", Value: r.perSecond(), Limit: limit})
		}
	}
	return warnings
}

// fragments: a datagram is lost with any one of its pieces.
func fragments(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	if e.Path == lab.Host {
		return nil
	}
	var warnings []lab.Warning
	for f := range e.Over(lab.UDP) {
		r := newRoad(e, f)
		fits := r.mtu - r.header - udpHeader
		if e.Path == lab.Remote {
			fits -= lab.TagSize
		}
		if f.Plan.Size > fits {
			warnings = append(warnings, lab.Warning{Flow: f.Name, Word: "size", Value: float64(f.Plan.Size), Limit: float64(fits)})
		}
	}
	return warnings
}

// fewestHits is the number from which on a share begins to mean something.
const fewestHits = 10

// A heading is an experiment with its flows alone that throw the same way, and that as
// the way out; and what makes the word of a knob that of this way.
type heading struct {
	*lab.Experiment
	suffix string
}

// headings are those in which anything is thrown.
func headings(e *lab.Experiment) []heading {
	var list []heading
	for _, h := range []struct {
		reverse bool
		suffix  string
	}{{false, ""}, {true, "-back"}} {
		flows := slices.DeleteFunc(slices.Clone(e.Flows), func(f lab.Flow) bool { return f.Reverse != h.reverse })
		if len(flows) == 0 {
			continue
		}
		one := e.With(flows...).Facing(&flows[0])
		for i := range one.Flows {
			one.Flows[i].Reverse = false
		}
		list = append(list, heading{one, h.suffix})
	}
	return list
}

// eachHeading is a rule that looks at each heading by itself.
func eachHeading(of func(heading) []lab.Warning) func(*lab.Experiment, []lab.Outcome) []lab.Warning {
	return func(e *lab.Experiment, _ []lab.Outcome) (warnings []lab.Warning) {
		for _, h := range headings(e) {
			warnings = append(warnings, of(h)...)
		}
		return warnings
	}
}

// noise: of a few hits, any number from none to twice as many is chance. The
// way of answers is left out: hardly anything is read off its shares.
func (h heading) noise() []lab.Warning {
	e := h.Experiment
	packets := math.Inf(1) // packets of the flow that has the fewest
	for i := range e.Flows {
		r := newRoad(e, &e.Flows[i])
		packets = min(packets, float64(r.n)*float64(r.pieces))
	}
	var warnings []lab.Warning
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
		if hits := packets * share(knob.share); hits > 0 && hits < fewestHits {
			warnings = append(warnings, lab.Warning{Word: knob.word + h.suffix, Value: hits, Limit: fewestHits, Of: packets})
		}
	}
	return warnings
}

// apart: a packet is passed by those that come within one delay, and with
// jitter within the width of that.
func (h heading) apart() []lab.Warning {
	e := h.Experiment
	var warnings []lab.Warning
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
		if gap := gap(e); knob.set && gap > knob.within && !inPieces(e) {
			warnings = append(warnings, lab.Warning{Word: knob.word + h.suffix, Value: milliseconds(gap), Limit: milliseconds(knob.within)})
		}
	}
	return warnings
}

// noSuch: what is to befall a stone, or a packet, that is never thrown befalls none.
func noSuch(e *lab.Experiment, flows []lab.Outcome) []lab.Warning {
	stones := 0.0
	for _, f := range e.Flows {
		stones = max(stones, float64(count(&f.Plan)))
	}
	out, back := 0.0, 0.0 // packets, as far as they are known
	for _, x := range flows {
		if !x.Wire.Packets.Known() || x.Wire.Back == nil {
			return nil
		}
		there, home := x.Wire.Packets.Value, float64(x.Wire.Back.Sent)
		if f := e.Flow(x.Name); f != nil && f.Reverse {
			there, home = home, there
		}
		out, back = max(out, there), max(back, home)
	}
	var warnings []lab.Warning
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
				warnings = append(warnings, lab.Warning{Word: named.word + way.suffix, Value: float64(named.most), Limit: named.limit})
			}
		}
	}
	for _, x := range flows {
		f := e.Flow(x.Name)
		if f == nil || x.Wire.Packets.Value == 0 {
			continue
		}
		packets := [2]float64{x.Wire.Packets.Value, float64(x.Wire.Back.Sent)}
		for i, list := range f.Listed() {
			if most := highest(*list.Places); float64(most) > packets[i] {
				warnings = append(warnings, lab.Warning{Flow: x.Name, Word: f.Transport + "-" + list.Word, Value: float64(most), Limit: packets[i]})
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
func (h heading) early() []lab.Warning {
	p, gap := share(h.Out.ReorderEarly), gap(h.Experiment)
	if p == 0 || gap == 0 {
		return nil
	}
	passed := math.Ceil(float64(h.Out.Delay)/float64(gap)) - 1
	reordered := (1 - p) * (1 - math.Pow(1-p, passed))
	if reordered <= p {
		return nil
	}
	return []lab.Warning{{Word: "reorder-early" + h.suffix, Value: reordered, Limit: p}}
}

// overload: what is thrown does not fit through the wire.
func overload(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for i := range e.Flows {
		f := &e.Flows[i]
		r := newRoad(e, f)
		if offered := f.Plan.PerSecond() * 8 * r.bytes; r.bandwidth > 0 && offered > r.bandwidth {
			warnings = append(warnings, lab.Warning{Flow: f.Name, Word: "rate", Value: offered, Limit: r.bandwidth})
		}
	}
	return warnings
}

// queue: nothing waits for a link without a bandwidth.
func queue(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for _, way := range []struct {
		word  string
		shape wire.Shape
	}{
		{"queue", e.Out},
		{"queue-back", e.Back},
	} {
		if room := max(way.shape.Queue.Packets, way.shape.Queue.Bytes); room > 0 && way.shape.Bandwidth == 0 && way.shape.Shaper.Rate == 0 {
			warnings = append(warnings, lab.Warning{Word: way.word, Value: float64(room)})
		}
	}
	return warnings
}

// neverMarks: a TCP that asks for marks gets none of a queue that does not think.
func neverMarks(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	for _, h := range headings(e) {
		overTCP := func(f lab.Flow) bool { return f.Is().Over == lab.TCP }
		if q := h.Out.Queue; e.Tuning.ECN && slices.ContainsFunc(h.Flows, overTCP) && (q.Manager == "" || q.NoECN) {
			return []lab.Warning{{Word: "ecn"}}
		}
	}
	return nil
}

// host: loopback is no road. Only a socket buffer can lose a stone there.
func host(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	if e.Path != lab.Host {
		return nil
	}
	return []lab.Warning{{Word: "path"}}
}

// readable: without TLS whoever is on the way can read all that is said. A key
// proves who is there, and hides nothing.
func readable(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	if e.Path != lab.Remote || e.TLS {
		return nil
	}
	return []lab.Warning{{Word: "tls"}}
}
