package picture

import (
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"stones/lab"
	"stones/lab/quantity"
)

// A Zoom is the time that a picture shows, since the thrower began. Its zero value is
// all of it.
type Zoom struct{ From, To time.Duration }

// Zooms reports whether a picture of that kind can show a part of the time.
func Zooms(kind string) bool {
	return kind != "cdf" && kind != PhotoKind && kind != OverheardKind && kind != SweepKind
}

func (z Zoom) String() string {
	return quantity.FormatDuration(z.From) + "-" + quantity.FormatDuration(z.To)
}

// UnmarshalText reads a zoom as people write it: 2s-3s.
func (z *Zoom) UnmarshalText(text []byte) error {
	first, last, _ := strings.Cut(string(text), "-")
	from, errFrom := quantity.ParseDuration(first)
	to, errTo := quantity.ParseDuration(last)
	switch {
	case errFrom != nil || errTo != nil || from < 0:
		return errors.New("not a time; write from when to when, as in 2s-3s")
	case to <= from:
		return errors.New("ends before it begins; write the earlier moment first")
	}
	*z = Zoom{from, to}
	return nil
}

// from and to are the zoom's ends in milliseconds.
func (z Zoom) from() float64 { return float64(z.From) / float64(time.Millisecond) }
func (z Zoom) to() float64   { return float64(z.To) / float64(time.Millisecond) }

// holds reports whether a moment in milliseconds is shown.
func (z Zoom) holds(ms float64) bool { return z == Zoom{} || z.from() <= ms && ms <= z.to() }

// stones is the span of the stones that were due in the zoom; it ends before it begins
// if there are none.
func (z Zoom) stones(list []side) span {
	near := span{math.Inf(1), math.Inf(-1)}
	for _, s := range list {
		for _, one := range s.stones {
			if z.holds(one.due) {
				near = span{min(near.from, one.number), max(near.to, one.number)}
			}
		}
	}
	return near
}

// row has a panel for each side with the stones that were due in the zoom, large if
// there are no more than closer.
func (z Zoom) row(list []side, closer int) []panel {
	near := z.stones(list)
	if near.to < near.from {
		return []panel{{lines: 5, x: timeAxis(sinceAxis, z.from(), z.to()), y: numberAxis(1, 1), empty: noneDue}}
	}
	for i := range list {
		list[i].name = closerTitle(list[i].name, int(near.from), int(near.to))
	}
	lines := int(min(near.to-near.from+1, float64(closer)))
	return stonesRow(list, near, near.to-near.from < float64(closer), lines)
}

// samples returns the samples of TCP's state in the zoom.
func (z Zoom) samples(all []lab.Sample) []lab.Sample {
	return slices.DeleteFunc(slices.Clone(all), func(s lab.Sample) bool { return !z.holds(sane(s.At.Value)) })
}

// packets leaves the packets of a ladder that were sent in the zoom, and counts those
// before it.
func (z Zoom) packets(l *ladder) {
	if z == (Zoom{}) {
		return
	}
	for i, r := range l.rails {
		for _, p := range r.packets {
			if p.sent < z.from() {
				l.before++
			}
		}
		l.rails[i].packets = slices.DeleteFunc(r.packets, func(p packet) bool { return !z.holds(p.sent) })
	}
}
