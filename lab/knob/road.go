package knob

import (
	"slices"
	"time"

	"stones/lab"
	"stones/lab/wire"
)

// A namedRoad is a wire in both directions, under a name. The glossary says where its
// values come from.
type namedRoad struct {
	name      string
	out, back wire.Shape
}

// roads returns all of them. The first is the default.
func roads() []namedRoad {
	usual := usual()
	clean := usual.back
	air := varying(even(10*time.Millisecond, 40*wire.Mbit, 300))
	space := even(279*time.Millisecond, 20*wire.Mbit, 1000)
	hall := even(100*time.Microsecond, 1000*wire.Mbit, 100)
	return []namedRoad{
		usual,
		{"clean", clean, clean},
		{"wifi", losing(air, wire.Percent/10), air},
		{"lte", varying(even(35*time.Millisecond, 13*wire.Mbit, 1000)), varying(even(35*time.Millisecond, 6*wire.Mbit, 1000))},
		{"satellite", losing(space, wire.Percent/10), space},
		{"dsl", even(15*time.Millisecond, 16*wire.Mbit, 100), even(15*time.Millisecond, wire.Mbit, 50)},
		{"datacentre", hall, hall},
	}
}

// usual is the road that an experiment starts with.
func usual() namedRoad {
	clean := even(20*time.Millisecond, 10*wire.Mbit, 100)
	out := losing(clean, wire.Percent/2)
	out.Reorder = wire.Reorder{Share: wire.Percent}
	return namedRoad{"default", out, clean}
}

// even is a way with a constant delay and a queue of so many packets.
func even(delay time.Duration, bandwidth wire.Bandwidth, queue int) wire.Shape {
	return wire.Shape{Delay: delay, Bandwidth: bandwidth, Queue: wire.Queue{Packets: queue}, MTU: 1500}
}

// losing is a way that loses that share of the packets at random.
func losing(s wire.Shape, share wire.Share) wire.Shape {
	s.Loss = wire.Loss{Random: share}
	return s
}

// varying is a radio link, on which the delay varies.
func varying(s wire.Shape) wire.Shape {
	s.Jitter = wire.Jitter{Max: 10 * time.Millisecond}
	return s
}

// roadNames are the names of all roads.
func roadNames() []string {
	var names []string
	for _, r := range roads() {
		names = append(names, r.name)
	}
	return names
}

// road is the knob that sets the whole wire. It stands in the table before the knobs of
// the way, which change what it sets.
func road() Knob {
	names := roadNames()
	k := general(Knob{Word: "road", Group: Way, Needs: lab.AWire, Choices: names, Example: "satellite"}, "/road", OneOf(names), func(e *lab.Experiment) *string { return &e.Road })
	label := k.set
	k.set = func(e *lab.Experiment, value any) {
		label(e, value)
		all := roads()
		r := all[slices.IndexFunc(all, func(r namedRoad) bool { return r.name == value })]
		e.Out, e.Back = r.out, r.back
	}
	return k
}
