package knob

import (
	"slices"
	"time"

	"stones/lab"
	"stones/lab/wire"
)

// A twoWays is what a road is like in both directions.
type twoWays struct{ out, back wire.Shape }

// A namedRoad is one that is known by a name. The glossary says where its values
// come from.
type namedRoad struct {
	name string
	make func() twoWays
}

// roads are all of them. The first is what a road is without a name.
func roads() []namedRoad {
	same := func(s wire.Shape) twoWays { return twoWays{s, s} }
	return []namedRoad{
		{"default", func() twoWays {
			r := same(even(20*time.Millisecond, 10*wire.Mbit, 100))
			r.out.Loss = wire.Loss{Random: wire.Percent / 2}
			r.out.Reorder = wire.Reorder{Share: wire.Percent}
			return r
		}},
		{"clean", func() twoWays { return same(even(20*time.Millisecond, 10*wire.Mbit, 100)) }},
		{"wifi", func() twoWays {
			r := same(even(10*time.Millisecond, 40*wire.Mbit, 300))
			r.out.Jitter = wire.Jitter{Max: 10 * time.Millisecond}
			r.back.Jitter = r.out.Jitter
			r.out.Loss = wire.Loss{Random: wire.Percent / 10}
			return r
		}},
		{"lte", func() twoWays {
			r := twoWays{even(35*time.Millisecond, 13*wire.Mbit, 1000), even(35*time.Millisecond, 6*wire.Mbit, 1000)}
			r.out.Jitter = wire.Jitter{Max: 10 * time.Millisecond}
			r.back.Jitter = r.out.Jitter
			return r
		}},
		{"satellite", func() twoWays {
			r := same(even(279*time.Millisecond, 20*wire.Mbit, 1000))
			r.out.Loss = wire.Loss{Random: wire.Percent / 10}
			return r
		}},
		{"dsl", func() twoWays {
			return twoWays{even(15*time.Millisecond, 16*wire.Mbit, 100), even(15*time.Millisecond, wire.Mbit, 50)}
		}},
		{"datacentre", func() twoWays { return same(even(100*time.Microsecond, 1000*wire.Mbit, 100)) }},
	}
}

// even is a way that takes its time and has room for so many packets.
func even(delay time.Duration, bandwidth wire.Bandwidth, queue int) wire.Shape {
	return wire.Shape{Delay: delay, Bandwidth: bandwidth, Queue: wire.Queue{Packets: queue}, MTU: 1500}
}

// roadNames are the names of all roads.
func roadNames() []string {
	var names []string
	for _, r := range roads() {
		names = append(names, r.name)
	}
	return names
}

// road is the knob that sets all of the wire at once. It stands before those of the
// way, which change what it sets.
func road() Knob {
	names := roadNames()
	k := general(Knob{Word: "road", Group: Way, Needs: AWire, Choices: names, Example: "satellite"}, "/road", OneOf(names), func(e *lab.Experiment) *string { return &e.Road })
	label := k.set
	k.set = func(e *lab.Experiment, value any) {
		label(e, value)
		all := roads()
		r := all[slices.IndexFunc(all, func(r namedRoad) bool { return r.name == value })].make()
		e.Out, e.Back = r.out, r.back
	}
	return k
}
