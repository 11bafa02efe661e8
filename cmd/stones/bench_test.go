package main

import (
	"fmt"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/wire"
)

// lossy is the road of the speed figures: 10 Mbit/s, 20 ms each way, 1 % loss.
func lossy(tb testing.TB) lab.Experiment {
	tb.Helper()
	e := classroom()
	e.Out = wire.Shape{Delay: 20 * ms, Loss: loss("1%"), Queue: wire.Queue{Packets: 100}}
	set(&e.Out.Bandwidth, "10Mbit")
	e.Back = e.Out
	e.Back.Loss = wire.Loss{}
	return e
}

// exchange is the experiment of the speed figures over a transport.
func exchange(tb testing.TB, transport string) lab.Experiment {
	tb.Helper()
	if transport == lab.TCP {
		return lossy(tb).With(lab.Over(lab.TCP, bulk(10_000)))
	}
	return lossy(tb).With(lab.Over(lab.UDP, steady(20_000, 1000, 2*ms)))
}

// BenchmarkExchange reports how many packets, both ways, one core carries.
func BenchmarkExchange(b *testing.B) {
	for _, transport := range []string{lab.TCP, lab.UDP} {
		b.Run("proto="+transport, func(b *testing.B) {
			e := exchange(b, transport)
			b.ReportAllocs()
			packets := 0.0
			for b.Loop() {
				packets += carried(pick(b, ran(b, e), transport))
			}
			b.ReportMetric(packets/b.Elapsed().Seconds(), "packets/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets, "ns/packet")
		})
	}
}

// BenchmarkFlows reports how many packets, both ways, one core carries of one flow that
// fills a wire, and of 64 that fill it together.
func BenchmarkFlows(b *testing.B) {
	const most, stones = 64, 320_000
	for _, transport := range []string{lab.TCP, lab.UDP} {
		for _, n := range []int{1, most} {
			b.Run(fmt.Sprintf("proto=%s/flows=%d", transport, n), func(b *testing.B) {
				plan := bulk(stones / n)
				if transport == lab.UDP {
					plan = steady(stones/n, 1448, time.Duration(n)*100*time.Microsecond)
				}
				e := lossy(b).With()
				e.Out.Loss = wire.Loss{}
				set(&e.Out.Bandwidth, "100Mbit")
				e.Back.Bandwidth, e.Out.Queue.Packets = e.Out.Bandwidth, 1000
				for i := range n {
					f := lab.Over(transport, plan)
					f.Name = fmt.Sprintf("%s-%d", transport, i+1)
					e.Flows = append(e.Flows, f)
				}
				packets := 0.0
				for b.Loop() {
					for _, x := range ran(b, e).Flows {
						packets += carried(x)
					}
				}
				b.ReportMetric(packets/b.Elapsed().Seconds(), "packets/s")
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets, "ns/packet")
			})
		}
	}
}

// carried is how many packets there were, both ways.
func carried(f lab.Outcome) float64 { return f.Wire.Packets.Value + float64(f.Wire.Back.Sent) }

// Packets reuse the memory of earlier ones; TCP keeps the stream in blocks of many
// packets.
func TestPacketsUseMemoryAgain(t *testing.T) {
	for transport, most := range map[string]float64{lab.TCP: 0.25, lab.UDP: 0.05} {
		e, packets := exchange(t, transport), 0.0
		allocs := testing.AllocsPerRun(1, func() { packets = carried(pick(t, ran(t, e), transport)) })
		if got := allocs / packets; got > most {
			t.Errorf("%s: %.3f allocations a packet; want at most %.2f", transport, got, most)
		}
	}
}

// BenchmarkDefault is the default experiment.
func BenchmarkDefault(b *testing.B) {
	e := both(classroom(), steady(1000, 1000, 5*ms))
	e.Out = wire.Shape{Delay: 20 * ms, Loss: loss("2%"), Reorder: wire.Reorder{Share: share("1%"), By: 2}, Queue: wire.Queue{Packets: 100}}
	set(&e.Out.Bandwidth, "10Mbit")
	e.Back = wire.Shape{Delay: 20 * ms, Bandwidth: e.Out.Bandwidth, Queue: e.Out.Queue}
	b.ReportAllocs()
	for b.Loop() {
		ran(b, e)
	}
}

// BenchmarkSweep runs 100 cells, which should keep all cores busy.
func BenchmarkSweep(b *testing.B) {
	e := both(classroom(), steady(200, 1000, 5*ms))
	for b.Loop() {
		all(b, seeds(e, 100))
	}
}

// BenchmarkMany measures the memory of a long run: see -benchmem.
func BenchmarkMany(b *testing.B) {
	for _, transport := range []string{lab.TCP, lab.UDP} {
		b.Run(fmt.Sprintf("proto=%s/stones=1000000", transport), func(b *testing.B) {
			e := classroom()
			plan := steady(1_000_000, 100, ms)
			if transport == lab.TCP {
				e = e.With(lab.Over(lab.TCP, plan))
			} else {
				e = e.With(lab.Over(lab.UDP, plan))
			}
			b.ReportAllocs()
			for b.Loop() {
				ran(b, e)
			}
		})
	}
}
