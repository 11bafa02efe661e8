package advice_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/pace"
	"stones/lab/stone"
	"stones/lab/wire"
)

// usual is an experiment whose results mislead nobody.
func usual() lab.Experiment {
	tcp := pace.Plan{Count: 1000, Size: 1000, Rate: pace.StonesPerSecond(200)}
	udp := tcp
	way := wire.Shape{Delay: 20 * time.Millisecond, Bandwidth: 10 * wire.Mbit, Queue: wire.Queue{Packets: 100}, MTU: 1500}
	e := lab.Experiment{Path: lab.Sim, Seed: 1, Flows: []lab.Flow{lab.Over(lab.TCP, tcp), lab.Over(lab.UDP, udp)}, Out: way, Back: way}
	e.Out.Loss.Random = 2 * wire.Percent
	e.Out.Reorder.Share = wire.Percent
	return e
}

// both sets the plans of both transports.
func both(e *lab.Experiment, set func(*pace.Plan)) {
	set(e.Plan(lab.TCP))
	set(e.Plan(lab.UDP))
}

func TestWarnings(t *testing.T) {
	for _, tt := range []struct {
		name string
		turn func(*lab.Experiment)
		late int       // stones that UDP threw late
		wire float64   // ms that the wire was late for UDP
		drop int       // stones that found UDP's socket full
		room int       // bytes of a socket buffer
		held lab.Limit // what was the limit of both transports' rate; empty if it was met
		want []string
	}{
		{name: "usual", turn: func(*lab.Experiment) {}},
		{
			name: "10 packets in a round trip",
			turn: func(e *lab.Experiment) { e.Out.Loss.Random = 0; e.Back.Delay = 30 * time.Millisecond },
		},
		{
			name: "11 packets in a round trip",
			turn: func(e *lab.Experiment) { e.Out.Loss.Random = 0; e.Back.Delay = 35 * time.Millisecond },
			want: []string{"tcp-start-up tcp rate 11 10"},
		},
		{
			name: "stones of two packets",
			turn: func(e *lab.Experiment) { e.Out.Loss.Random = 0; e.Plan(lab.TCP).Size = 1449; *e = e.Only(lab.TCP) },
			want: []string{"tcp-start-up tcp rate 16 10"},
		},
		{
			name: "5% loss",
			turn: func(e *lab.Experiment) { e.Out.Loss.Random = 5 * wire.Percent },
			want: []string{"tcp-cannot-sustain tcp rate 200 136.9"},
		},
		{
			name: "a damaged packet is a lost one",
			turn: func(e *lab.Experiment) { e.Out.Loss.Random = 0; e.Out.Corrupt = 5 * wire.Percent },
			want: []string{"tcp-cannot-sustain tcp rate 200 136.9"},
		},
		{
			name: "as fast as it goes",
			turn: func(e *lab.Experiment) { both(e, func(p *pace.Plan) { p.Rate = pace.Max() }) },
		},
		{
			name: "a datagram that just fits",
			turn: func(e *lab.Experiment) { e.Plan(lab.UDP).Size = 1472 },
		},
		{
			name: "a datagram one byte too long",
			turn: func(e *lab.Experiment) { e.Plan(lab.UDP).Size = 1473 },
			want: []string{"udp-fragments udp size 1473 1472"},
		},
		{
			name: "a datagram in IPv6, whose headers are longer",
			turn: func(e *lab.Experiment) { e.Plan(lab.UDP).Size = 1453; e.IPv6 = true },
			want: []string{"udp-fragments udp size 1453 1452"},
		},
		{
			name: "few stones",
			turn: func(e *lab.Experiment) { e.Plan(lab.UDP).Count = 100; e.Out.Duplicate = wire.Percent / 10 },
			want: []string{
				"share-is-noise  loss 2 10", "share-is-noise  reorder 1 10", "share-is-noise  duplicate 0.1 10",
			},
		},
		{
			name: "a short time",
			turn: func(e *lab.Experiment) {
				both(e, func(p *pace.Plan) { p.Count, p.Time = 0, 2*time.Second })
				e.Out.Reorder = wire.Reorder{}
			},
			want: []string{"share-is-noise  loss 8 10"},
		},
		{
			name: "stones farther apart than the delay",
			turn: func(e *lab.Experiment) { both(e, func(p *pace.Plan) { p.Rate = pace.StonesPerSecond(40) }) },
			want: []string{"too-far-apart-to-pass  reorder 25 20"},
		},
		{
			name: "bursts of them",
			turn: func(e *lab.Experiment) {
				both(e, func(p *pace.Plan) { p.Rate, p.Pattern.Burst = pace.StonesPerSecond(40), 10 })
			},
		},
		{
			name: "too little jitter to overtake",
			turn: func(e *lab.Experiment) { e.Out.Overtake = true; e.Out.Jitter.Max = 2 * time.Millisecond },
			want: []string{"too-far-apart-to-pass  overtake 5 4"},
		},
		{
			name: "netem's reordering",
			turn: func(e *lab.Experiment) { e.Out.ReorderEarly, e.Out.Reorder = wire.Percent, wire.Reorder{} },
			want: []string{"early-ones-pass-many  reorder-early 0.0294 0.01"},
		},
		{
			name: "more than the wire carries",
			turn: func(e *lab.Experiment) { e.Out.Bandwidth = wire.Mbit },
			want: []string{"overload tcp rate 1.683e+06 1e+06", "overload udp rate 1.645e+06 1e+06"},
		},
		{
			name: "pieces have headers too",
			turn: func(e *lab.Experiment) {
				*e = e.Only(lab.UDP)
				e.Plan(lab.UDP).Size = 1473
				e.Out.Bandwidth = 2 * wire.Mbit
			},
			want: []string{"udp-fragments udp size 1473 1472", "overload udp rate 2.434e+06 2e+06"},
		},
		{
			name: "nothing to wait for",
			turn: func(e *lab.Experiment) { e.Out.Bandwidth, e.Back.Bandwidth = 0, 0 },
			want: []string{"queue-without-bandwidth  queue 100 0", "queue-without-bandwidth  queue-back 100 0"},
		},
		{
			name: "loopback",
			turn: func(e *lab.Experiment) {
				e.Path, e.Out, e.Back = lab.Host, wire.Shape{}, wire.Shape{}
				e.Plan(lab.UDP).Size = 9000
			},
			late: 11,
			want: []string{"host-loses-nothing  path 0 0", "schedule-not-kept udp rate 11 10"},
		},
		{
			name: "a rate that was not met",
			turn: func(e *lab.Experiment) { e.Path, e.Out, e.Back = lab.Host, wire.Shape{}, wire.Shape{} },
			late: 900,
			held: lab.LimitSender,
			want: []string{"host-loses-nothing  path 0 0", "rate-not-met tcp sender 150 200", "rate-not-met udp sender 150 200"},
		},
		{
			name: "in virtual time that is what is to be seen",
			turn: func(*lab.Experiment) {},
			held: lab.LimitTCP,
		},
		{
			name: "a catcher that is too slow",
			turn: func(e *lab.Experiment) { e.Path, e.Out, e.Back = lab.Host, wire.Shape{}, wire.Shape{} },
			drop: 7,
			want: []string{"host-loses-nothing  path 0 0", "catcher-overflowed udp receiver 7 0"},
		},
		{
			name: "a catcher that was made to sleep",
			turn: func(e *lab.Experiment) {
				e.Path, e.Out, e.Back = lab.Host, wire.Shape{}, wire.Shape{}
				e.Asleep = time.Second
			},
			drop: 7,
			want: []string{"host-loses-nothing  path 0 0"},
		},
		{
			name: "in virtual time a catcher is never too slow",
			turn: func(*lab.Experiment) {},
			drop: 7,
		},
		{
			name: "a road where Linux is slower",
			turn: func(e *lab.Experiment) {
				both(e, func(p *pace.Plan) { p.Rate = pace.Max() })
				e.Out.Bandwidth, e.Out.Loss.Random, e.Out.Delay, e.Back.Delay = 100*wire.Mbit, wire.Percent/100, 50*time.Millisecond, 50*time.Millisecond
				e.Plan(lab.TCP).Count = 100_000
				e.Plan(lab.UDP).Count = 100_000
			},
			want: []string{"linux-differs tcp path 1.15 1"},
		},
		{
			name: "the same road, with Linux on it",
			turn: func(e *lab.Experiment) {
				e.Path = lab.Netns
				both(e, func(p *pace.Plan) { p.Rate = pace.Max() })
				e.Out.Bandwidth, e.Out.Loss.Random, e.Out.Delay, e.Back.Delay = 100*wire.Mbit, wire.Percent/100, 50*time.Millisecond, 50*time.Millisecond
				e.Plan(lab.TCP).Count = 100_000
				e.Plan(lab.UDP).Count = 100_000
			},
		},
		{
			name: "less buffer than was asked for",
			turn: func(e *lab.Experiment) {
				e.Path, e.Out, e.Back = lab.Host, wire.Shape{}, wire.Shape{}
				e.Buffer = 64 << 20
			},
			room: 4 << 20,
			want: []string{"host-loses-nothing  path 0 0", "window-not-given  window 4.194e+06 6.711e+07"},
		},
		{
			name: "a wire in time",
			turn: func(e *lab.Experiment) { e.Path = lab.Netns },
			wire: 1,
		},
		{
			name: "a wire that is late",
			turn: func(e *lab.Experiment) { e.Path = lab.Netns },
			wire: 1.5,
			want: []string{"wire-late udp path 1.5 1"},
		},
		{
			name: "one in a hundred late",
			turn: func(*lab.Experiment) {},
			late: 10,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := usual()
			tt.turn(&e)
			flows := []lab.Outcome{
				{Name: lab.TCP, Transport: lab.TCP, Counts: stone.Counts{Thrown: 1000}, Pacing: lab.Pacing{Late: 500}},
				{Name: lab.UDP, Transport: lab.UDP, Counts: stone.Counts{Thrown: 1000}, Pacing: lab.Pacing{Late: tt.late}, Wire: lab.Wire{LateP99: lab.Number(tt.wire)}, ReceiverDrops: lab.Number(tt.drop)},
			}
			for i := range flows {
				p := &flows[i].Pacing
				flows[i].Stack.RecvBuffer = tt.room
				p.Met, p.Limit, p.Asked, p.Offered = tt.held == "", tt.held, lab.Number(200), lab.Number(150)
			}
			var got []string
			for _, w := range advice.Warnings(&e, flows) {
				got = append(got, fmt.Sprintf("%s %s %s %.4g %.4g", w.Rule, w.Flow, w.Word, w.Value, w.Limit))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("warnings:\n%q\nwant:\n%q", got, tt.want)
			}
		})
	}
}

// Every rule is known by a name of its own.
func TestRules(t *testing.T) {
	rules := advice.Rules()
	slices.Sort(rules)
	if n := len(slices.Compact(slices.Clone(rules))); n != len(rules) {
		t.Errorf("Rules() = %q; two have the same name", rules)
	}
}
