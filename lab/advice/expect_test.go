package advice

import (
	"math"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/stone"
	"stones/lab/wire"
)

// lesson is the experiment of most lessons: 100 ms there and back, nothing else,
// a stone of 100 bytes every 50 ms.
func lesson() *lab.Experiment {
	way := wire.Shape{Delay: 50 * time.Millisecond, MTU: 1500}
	return &lab.Experiment{
		Path: lab.Sim, Out: way, Back: way,
		Flows: []lab.Flow{
			lab.Over(lab.TCP, pace.Plan{Count: 100, Size: 100, Rate: pace.StonesPerSecond(20)}),
			lab.Over(lab.UDP, pace.Plan{Count: 100, Size: 100, Rate: pace.StonesPerSecond(20)}),
		},
	}
}

// narrow is a road of 1 Mbit/s with 20 ms each way and a queue of 50, on which
// a UDP stone of 972 bytes takes 8 ms.
func narrow(count int, rate pace.Rate) *lab.Experiment {
	e := lesson()
	e.Out.Delay, e.Back.Delay = 20*time.Millisecond, 20*time.Millisecond
	e.Out.Bandwidth, e.Out.Queue = wire.Mbit, wire.Queue{Packets: 50}
	*e = e.With(lab.Over(lab.UDP, pace.Plan{Count: count, Size: 972, Rate: rate}))
	return e
}

// bulk is TCP alone at full speed.
func bulk(count, size int) *lab.Experiment {
	e := lesson()
	*e = e.With(lab.Over(lab.TCP, pace.Plan{Count: count, Size: size, Rate: pace.Max()}))
	return e
}

// change is e changed.
func change(e *lab.Experiment, how func(e *lab.Experiment)) *lab.Experiment {
	how(e)
	return e
}

func TestExpect(t *testing.T) {
	const percent = wire.Percent
	for _, tt := range []struct {
		name      string
		e         *lab.Experiment
		transport string
		key       string
		want      float64
		sigma     float64
	}{
		{"first stone", lesson(), lab.UDP, "delay_p50_ms", 50, 0},
		{"asking", lesson(), lab.TCP, "connect_ms", 100, 0},
		{"one stone", change(lesson(), func(e *lab.Experiment) { e.Plan(lab.TCP).Count = 1 }), lab.TCP, "done_ms", 150, 0},
		{"one stone", change(lesson(), func(e *lab.Experiment) { e.Plan(lab.UDP).Count = 1 }), lab.UDP, "done_ms", 50, 0},
		{"nothing lost", lesson(), lab.TCP, "held_up", 0, 0},
		{"nothing lost", lesson(), lab.TCP, "delivered", 100, 0},
		{"by design", change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random = 5 * percent }), lab.TCP, "lost", 0, 0},

		{"rain", change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random, e.Plan(lab.UDP).Count = 5*percent, 1000 }), lab.UDP, "lost", 50, 6.892},
		{"rain", change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random, e.Plan(lab.UDP).Count = 5*percent, 1000 }), lab.UDP, "delivered", 950, 6.892},
		{"rain on the wire", change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random = 2 * percent }), lab.TCP, "wire_dropped", 20, 4.427},
		{"damage is loss", change(lesson(), func(e *lab.Experiment) { e.Out.Corrupt, e.Plan(lab.UDP).Count = 5*percent, 1000 }), lab.UDP, "lost", 50, 6.892},
		{"rain and a list", change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random, e.Out.Drop = 10*percent, []uint64{3, 3, 5, 1000} }), lab.UDP, "lost", 2 + 9.8, 2.970},
		{"every tenth", change(lesson(), func(e *lab.Experiment) { e.Out.DropEvery = 10 }), lab.UDP, "lost", 10, 0},
		{"pieces", change(lesson(), func(e *lab.Experiment) {
			e.Out.Loss.Random, e.Plan(lab.UDP).Size, e.Plan(lab.UDP).Count = 5*percent, 4000, 1000
		}), lab.UDP, "lost", 142.625, 11.058},
		{"clumps", change(lesson(), func(e *lab.Experiment) {
			e.Out.Loss = wire.Loss{Gemodel: wire.Gemodel{P: percent, R: 25 * percent, Bad: 100 * percent}}
			e.Plan(lab.UDP).Count = 1000
		}), lab.UDP, "lost", 38.46, 15.7},

		{"missing stone", change(lesson(), func(e *lab.Experiment) { e.Out.Drop = []uint64{50} }), lab.TCP, "delay_max_ms", 200, 0},
		{"missing stone", change(lesson(), func(e *lab.Experiment) { e.Out.Drop = []uint64{50} }), lab.TCP, "held_up", 3, 0},
		{"missing stone", change(lesson(), func(e *lab.Experiment) { e.Out.Drop = []uint64{50} }), lab.UDP, "lost", 1, 0},
		{"by number", change(lesson(), func(e *lab.Experiment) { e.Out.Drop, e.Recovery = []uint64{50}, "sack" }), lab.TCP, "delay_max_ms", 300, 0},

		{"overload 1.1", narrow(1000, pace.BitsPerSecond(1_069_200)), lab.UDP, "delivered", 959.1, 0},
		{"overload 2", narrow(1000, pace.StonesPerSecond(250)), lab.UDP, "delivered", 550, 0},
		{"overload 2", narrow(1000, pace.StonesPerSecond(250)), lab.UDP, "delay_max_ms", 420, 0},
		{"knee", narrow(1000, pace.StonesPerSecond(110)), lab.UDP, "delivered", 1000, 0},
		{"knee", narrow(1000, pace.StonesPerSecond(110)), lab.UDP, "delay_max_ms", 28, 0},
		{"burst of 60", change(narrow(60, pace.StonesPerSecond(100)), func(e *lab.Experiment) { e.Plan(lab.UDP).Pattern.Burst = 60 }), lab.UDP, "delivered", 50, 0},
		{"all at once", narrow(60, pace.Max()), lab.UDP, "delivered", 50, 0},
		{"all at once", narrow(60, pace.Max()), lab.UDP, "done_ms", 420, 0},
		{"upload", change(narrow(100, pace.StonesPerSecond(50)), func(e *lab.Experiment) {
			*e = e.With(lab.Over(lab.TCP, pace.Plan{Count: 1000, Size: 1448, Rate: pace.Max()}), e.Flows[0])
			e.Together = true
			e.Out.Bandwidth, e.Out.Queue.Packets, e.Out.Delay = 10*wire.Mbit, 100, 10*time.Millisecond
		}), lab.UDP, "delay_max_ms", 130, 0},

		{"14 kB", bulk(1, 14_000), lab.TCP, "done_ms", 150, 0},
		{"15 kB", bulk(1, 15_000), lab.TCP, "done_ms", 250, 0},
		{"1 MB", bulk(1, 1_000_000), lab.TCP, "done_ms", 750, 0},
		{"50 kB in small stones", bulk(50, 1000), lab.TCP, "done_ms", 350, 0},
		{"a little loss", change(bulk(20_000, 1448), func(e *lab.Experiment) { e.Out.Loss.Random = percent }), lab.TCP, "goodput_bps", 1.3276e6, 0},
		{"much loss", change(bulk(20_000, 1448), func(e *lab.Experiment) {
			e.Out.Loss.Random = 5 * percent
			e.Out.Delay, e.Back.Delay = 20*time.Millisecond, 20*time.Millisecond
		}), lab.TCP, "goodput_bps", 0.918e6, 0},
		{"window", change(bulk(20_000, 1448), func(e *lab.Experiment) { e.Buffer = 128 << 10 }), lab.TCP, "goodput_bps", 13.068e6, 0},
		{"link", change(bulk(20_000, 1448), func(e *lab.Experiment) { e.Out.Bandwidth = 10 * wire.Mbit }), lab.TCP, "goodput_bps", 9.593e6, 0},
	} {
		x := done(tt.e, tt.transport)
		got := Expect(tt.e, x, tt.key)
		if got.Why != "" || math.Abs(got.Mean-tt.want) > 0.001*tt.want || math.Abs(got.Sigma-tt.sigma) > 0.01*tt.sigma {
			t.Errorf("%s: %s of %s: %+v, want %v and sigma %v", tt.name, tt.key, tt.transport, got, tt.want, tt.sigma)
		}
	}
}

// done is a flow that threw all its stones in 1000 packets.
func done(e *lab.Experiment, transport string) *lab.Outcome {
	return &lab.Outcome{
		Name: transport, Transport: transport, Complete: true, Counts: stone.Counts{Planned: e.Plan(transport).Count},
		Wire: lab.Wire{Packets: lab.Number(1000)}, Stack: path.Stack{RecvBuffer: 1 << 20},
	}
}

// Where a formula does not hold there is a reason and no value.
func TestNoFormula(t *testing.T) {
	const percent = wire.Percent
	for _, tt := range []struct {
		e         *lab.Experiment
		transport string
		key       string
		want      string
	}{
		{change(lesson(), func(e *lab.Experiment) { e.Path = lab.Host }), lab.UDP, "lost", CauseNotEmulated},
		{change(lesson(), func(e *lab.Experiment) { e.Nobody = true }), lab.UDP, "lost", CauseNotCatching},
		{change(lesson(), func(e *lab.Experiment) { e.Asleep = time.Second }), lab.UDP, "lost", CauseNotCatching},
		{change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random = percent }), lab.TCP, "connect_ms", CauseAskingLost},
		{change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random = percent }), lab.TCP, "held_up", CauseLossHolds},
		{change(lesson(), func(e *lab.Experiment) { e.Back.Loss.Random = percent }), lab.TCP, "delay_max_ms", CauseLossBack},
		{change(lesson(), func(e *lab.Experiment) { e.Out.Drop = []uint64{50, 60} }), lab.TCP, "delay_max_ms", CauseLossHolds},
		{change(lesson(), func(e *lab.Experiment) { e.Out.Drop = []uint64{100} }), lab.TCP, "delay_max_ms", CauseTimerFinds},
		{change(lesson(), func(e *lab.Experiment) { e.Out.DropPackets = []uint64{1} }), lab.UDP, "lost", CauseByList},
		{change(lesson(), func(e *lab.Experiment) { e.Out.Jitter.Max = time.Millisecond }), lab.UDP, "delay_max_ms", CauseJitterMoves},
		{change(lesson(), func(e *lab.Experiment) { e.Out.Reorder.Share = percent }), lab.TCP, "delay_p50_ms", CauseOrderMoves},
		{change(lesson(), func(e *lab.Experiment) { e.Plan(lab.TCP).Rate = pace.StonesPerSecond(200) }), lab.TCP, "delay_max_ms", CauseWindowSmall},
		{change(bulk(20_000, 200), func(e *lab.Experiment) { e.Buffer = 64 << 10 }), lab.TCP, "goodput_bps", CauseWindowSmall},
		{change(lesson(), func(e *lab.Experiment) {
			e.Out.Loss = wire.Loss{Gemodel: wire.Gemodel{P: percent, R: 25 * percent, Bad: 100 * percent}}
		}), lab.TCP, "goodput_bps", CauseClumpsSlow},
		{bulk(1, 101_360), lab.TCP, "done_ms", CauseNearDoubling}, // 70 segments: 10 + 20 + 40
		{bulk(10, 1448), lab.TCP, "goodput_bps", CauseSlowStart},
		{change(bulk(10, 1448), func(e *lab.Experiment) { e.Out.Loss.Random = percent }), lab.TCP, "goodput_bps", CauseTooShort},
		{change(bulk(10_000, 1448), func(e *lab.Experiment) { e.Out.Loss.Random = 50 * percent }), lab.TCP, "goodput_bps", CauseLossOutside},
		{change(narrow(1000, pace.StonesPerSecond(250)), func(e *lab.Experiment) { e.Out.Loss.Random = percent }), lab.UDP, "lost", CauseQueueAndLoss},
		{change(narrow(1000, pace.StonesPerSecond(120)), func(e *lab.Experiment) { e.Plan(lab.UDP).Pattern.Poisson = true }), lab.UDP, "lost", CauseQueueUnclear},
		{change(narrow(100, pace.StonesPerSecond(100)), func(e *lab.Experiment) {
			*e = e.With(lab.Over(lab.TCP, *e.Plan(lab.UDP)), e.Flows[0])
			e.Together = true
		}), lab.UDP, "lost", CauseBothShare},
	} {
		if got := Expect(tt.e, done(tt.e, tt.transport), tt.key); got.Why != tt.want {
			t.Errorf("%s of %s: %+v, want %q", tt.key, tt.transport, got, tt.want)
		}
	}
	cut := done(lesson(), lab.UDP)
	cut.Complete = false
	if got := Expect(lesson(), cut, "lost"); got.Why != CauseNotComplete {
		t.Errorf("a flow that was cut short: %+v", got)
	}
}
