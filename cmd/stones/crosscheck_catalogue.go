package main

import (
	"slices"
	"strings"
	"time"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/pace"
	"stones/lab/report"
	"stones/lab/wire"
)

// A check is an experiment on sim, and the figures that are compared.
type check struct {
	lesson     string // the lesson to which it belongs
	turned     string // the knob that tells it from others of that lesson
	experiment lab.Experiment
	figures    []figure
}

// label is the knob that differs, and its value.
func (c check) label() string {
	k, known := knob.Find(c.turned)
	if !known {
		return c.turned
	}
	return k.Word + " " + k.Text(c.experiment)
}

// A figure is a measure of a flow, and how far apart its two values may be.
type figure struct {
	transport, key string
	usual          margin
	known          report.Difference // why they may be further apart
	further        margin            // how far apart they may then be
}

// figures returns figures by their names, each a transport and a key.
func figures(m margin, names ...string) []figure {
	var list []figure
	for _, name := range names {
		transport, key, _ := strings.Cut(name, " ")
		list = append(list, figure{transport: transport, key: key, usual: m})
	}
	return list
}

// timed is a figure that depends on a timer, which may be late on Linux by so many ms.
func timed(most float64, name string) []figure {
	f := figures(tenMs, name)[0]
	f.known, f.further = report.CoarseTimer, margin{least: -10, most: most}
	return []figure{f}
}

// A change modifies an experiment.
type change func(*lab.Experiment)

// changed is an experiment on sim with stones that nearly fill a segment, modified by
// changes.
func changed(changes ...change) lab.Experiment {
	e := knob.Start(lab.Sim)
	stoneSize(1000)(&e)
	e.Deadline = 150 * time.Millisecond
	for _, c := range changes {
		c(&e)
	}
	return e
}

// planned changes the plans of all flows.
func planned(to func(*pace.Plan)) change {
	return func(e *lab.Experiment) {
		for i := range e.Flows {
			to(&e.Flows[i].Plan)
		}
	}
}

// ways changes both directions.
func ways(to func(*wire.Shape)) change {
	return func(e *lab.Experiment) {
		to(&e.Out)
		to(&e.Back)
	}
}

func count(n int) change       { return planned(func(p *pace.Plan) { p.Count = n }) }
func stoneSize(n int) change   { return planned(func(p *pace.Plan) { p.Size = n }) }
func rate(r pace.Rate) change  { return planned(func(p *pace.Plan) { p.Rate = r }) }
func perSecond(n int64) change { return rate(pace.StonesPerSecond(n)) }
func pattern(burst int) change {
	return planned(func(p *pace.Plan) { p.Pattern = pace.Pattern{Burst: burst} })
}
func delay(d time.Duration) change { return ways(func(s *wire.Shape) { s.Delay = d }) }

func dropped(stones ...uint64) change { return func(e *lab.Experiment) { e.Out.Drop = stones } }

func losing(packets ...uint64) change {
	return func(e *lab.Experiment) { e.Out.DropPackets = packets }
}

// lossless removes random loss and reordering.
func lossless(e *lab.Experiment) { e.Out.Loss, e.Out.Reorder = wire.Loss{}, wire.Reorder{} }

// unlimited is a road on which nothing waits.
func unlimited(e *lab.Experiment) {
	lossless(e)
	ways(func(s *wire.Shape) { s.Bandwidth, s.Queue = 0, wire.Queue{} })(e)
}

// wide is a road for small stones on which nothing waits.
func wide(e *lab.Experiment) {
	unlimited(e)
	stoneSize(100)(e)
}

// slowLink is a slow link, on which the packets of both transports have 1472 B.
func slowLink(e *lab.Experiment) {
	lossless(e)
	ways(func(s *wire.Shape) { s.Bandwidth, s.Queue = 1500*wire.Kbit, wire.Queue{Packets: 50} })(e)
	e.Plan(lab.TCP).Size, e.Plan(lab.UDP).Size = 1420, 1444
}

// leaky loses one packet in twenty.
func leaky(e *lab.Experiment) {
	unlimited(e)
	e.Out.Loss.Random = 5 * wire.Percent
}

// checks returns all checks.
func checks() []check {
	const ms = time.Millisecond
	all := slices.Concat[[]figure]
	var list []check
	for _, d := range []time.Duration{50 * ms, 150 * ms} {
		list = append(list, check{"first-stone", "delay", changed(wide, count(1), delay(d)), figures(
			tenMs, "tcp connect_ms", "tcp done_ms", "udp done_ms",
		)})
	}
	missing := func(e *lab.Experiment) {
		wide(e)
		delay(50 * ms)(e)
		count(30)(e)
		dropped(20)(e)
		e.Deadline = 70 * ms
	}
	list = append(list,
		check{"missing-stone", "rate", changed(missing, perSecond(20)), all(
			figures(tenMs, "tcp delay_max_ms", "udp delay_max_ms"),
			figures(equal, "tcp late", "tcp lost", "udp late", "udp lost"),
		)},
		check{"missing-stone", "rate", changed(missing, perSecond(50)), all(
			timed(25, "tcp delay_max_ms"), // a timer of a quarter of the round trip
			figures(equal, "tcp late"),
		)},
		check{"lonely-stone", "rate", changed(wide, delay(50*ms), count(3), dropped(2), perSecond(2)), all(
			timed(45, "tcp delay_max_ms"), // a timer of 300 ms
			figures(equal, "udp lost"),
		)},
		check{
			"lonely-stone", "rate", changed(wide, delay(50*ms), count(10), dropped(10), rate(pace.Max())),
			timed(40, "tcp delay_max_ms"),
		},
		check{
			"lost-hello", "drop-packets", changed(wide, delay(50*ms), count(1), losing(1)),
			timed(135, "tcp connect_ms"),
		},
		check{
			"lost-hello", "drop-packets", changed(wide, delay(50*ms), count(1), losing(1, 2)),
			timed(270, "tcp connect_ms"),
		},
	)
	for by := 1; by <= 5; by++ {
		hold := func(e *lab.Experiment) { e.Out.Hold = []wire.Hold{{Stone: 30, By: by}} }
		list = append(list, check{"late-not-lost", "hold", changed(wide, delay(50*ms), count(60), perSecond(100), hold), all(
			figures(equal, "tcp retransmitted", "udp reordered", "udp lost"),
			figures(tenMs, "tcp delay_max_ms"),
		)})
	}
	for _, n := range []int64{115, 140, 191} { // the link carries 127.4 stones/s: 0.9, 1.1 and 1.5 times that
		list = append(list, check{"too-fast", "rate", changed(slowLink, count(500), perSecond(n)), all(
			figures(nearQueue, "udp lost"),
			figures(tenMs, "udp delay_p50_ms", "tcp done_ms"),
		)})
	}
	for _, burst := range []int{0, 50, 60} {
		list = append(list, check{"burst", "pattern", changed(slowLink, count(120), perSecond(100), pattern(burst)), all(
			figures(equal, "udp lost"),
			figures(tenMs, "udp delay_max_ms", "tcp done_ms"),
		)})
	}
	for _, size := range []int{1472, 1473, 4000, 8000} { // 1, 2, 3 and 6 pieces
		list = append(list, check{"big-stones", "size", changed(leaky, count(200), perSecond(50), stoneSize(size)), figures(sigmas, "udp lost")})
	}
	return list
}

// The conditions of the table of goodput.
var (
	losses     = []wire.Share{wire.Percent / 10, wire.Percent / 2, wire.Percent, 2 * wire.Percent, 5 * wire.Percent}
	roundTrips = []time.Duration{20 * time.Millisecond, 40 * time.Millisecond, 100 * time.Millisecond}
	recoveries = []string{lab.RecoveryRACK, lab.RecoverySACK}
)

// maxRaces is the largest number of runs of each condition within the limit of one
// call.
func maxRaces() int {
	return knob.MaxExperiments / (len(losses) * len(roundTrips) * (len(recoveries) + 1))
}

// races returns the experiments of the table of goodput: so many runs of each
// condition, with consecutive seeds.
func races(seed uint64, runs int, length time.Duration, buffer int) []lab.Experiment {
	var es []lab.Experiment
	for _, loss := range losses {
		for _, rtt := range roundTrips {
			e := changed(lossless, delay(rtt/2), planned(func(p *pace.Plan) {
				p.Rate, p.Count, p.Time = pace.Max(), 0, length
			})).Only(lab.TCP)
			e.Out.Loss.Random = loss
			e.Seed, e.Buffer = seed, buffer
			e.Interval = length // the goodput is that of the first one
			for range runs {
				for _, recovery := range recoveries {
					e.Recovery = recovery
					es = append(es, e)
				}
				es = append(es, onKernel(e))
				e.Seed++
			}
		}
	}
	return es
}
