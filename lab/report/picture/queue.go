package picture

import (
	"cmp"
	"slices"

	"stones/lab"
)

// A step is a moment at which the queue gets longer or shorter by one, or a packet is
// dropped because it is full.
type step struct {
	at     float64
	more   int // 1, -1, or 0 for a dropped packet
	marked bool
}

// queuePanel is the number of packets over time that wait for own's link or are on it,
// with a cross for each that the full queue dropped and a dot for each that left
// marked. It is not ok if the packets were not kept, or there is no link.
func queuePanel(r lab.Result, zoom Zoom, own *lab.Outcome) (p panel, ok bool) {
	e := r.Experiment.Facing(r.Experiment.Flow(own.Name))
	if !e.Out.HasLink() || len(own.Packets) == 0 {
		return p, false
	}
	p = panel{lines: 6, y: upTo(queueLabel, 1)}
	steps := queueSteps(r, own)
	var length, full, marked []point
	begin, end, n, most := zoom.from(), zoom.from(), 0, 1
	for _, s := range steps {
		n += s.more
		if !zoom.holds(s.at) {
			continue
		}
		end = max(end, s.at)
		if s.more == 0 {
			full = append(full, point{s.at, float64(n)})
			continue
		}
		if s.marked {
			marked = append(marked, point{s.at, float64(n)})
		}
		most = max(most, n)
		length = append(length, point{s.at, float64(n)})
	}
	p.x, p.y = timeAxis(sinceAxis, begin, end), upTo(queueLabel, float64(most))
	p.series = []series{{waitingLine, length}, {queueMark, marked}, {lost, full}}
	return p, true
}

// queueSteps returns all changes of the queue, sorted by time since own began. At the
// same time, what leaves makes room for what comes.
func queueSteps(r lab.Result, own *lab.Outcome) []step {
	begun := beginnings(r)
	turned := reversed(r, own)
	zero := 0.0
	for i := range r.Flows {
		if &r.Flows[i] == own {
			zero = begun[i]
		}
	}
	var steps []step
	for i := range r.Flows {
		x := &r.Flows[i]
		if x != own && x.Shared == nil {
			continue // it had the wire for itself, at another time
		}
		extra := 0.0
		if f := r.Experiment.Flow(x.Name); f != nil {
			extra = lab.Milliseconds(f.ExtraDelay).Value
		}
		otherWay := reversed(r, x) != turned
		for _, p := range x.Packets {
			if p.Back != otherWay {
				continue // it takes the other wire
			}
			at := begun[i] - zero + sane(p.Sent.Value) + extra // when it enters the wire
			for _, trip := range []*lab.Trip{&p.Trip, p.Copy} {
				switch {
				case trip == nil:
				case trip.Fate == lab.PacketOverflowed:
					steps = append(steps, step{at: at})
				case trip.Left.Known():
					left := max(at, begun[i]-zero+sane(trip.Left.Value))
					steps = append(steps, step{at: at, more: 1}, step{left, -1, trip.Marked})
				}
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.more, b.more)) })
	return steps
}

// reversed reports whether the catcher's side throws.
func reversed(r lab.Result, x *lab.Outcome) bool {
	f := r.Experiment.Flow(x.Name)
	return f != nil && f.Reverse
}

// losses returns a cross for each packet of x that went out and was lost, at the height
// of the congestion window of that time.
func losses(x *lab.Outcome, samples []lab.Sample, zoom Zoom) []point {
	var crosses []point
	for _, p := range x.Packets {
		if at := sane(p.Sent.Value); !p.Back && (p.Fate == lab.PacketLost || p.Fate == lab.PacketOverflowed) && zoom.holds(at) {
			i, _ := slices.BinarySearchFunc(samples, at, func(s lab.Sample, at float64) int { return cmp.Compare(sane(s.At.Value), at) })
			if i == len(samples) || i > 0 && sane(samples[i].At.Value) > at {
				i--
			}
			crosses = append(crosses, point{at, float64(samples[i].Cwnd)})
		}
	}
	return crosses
}
