package main

import (
	"fmt"
	"testing"

	"stones/lab"
	"stones/lab/wire"
)

// lossy is the road of the speed figures: 10 Mbit/s, 20 ms each way, 1 % loss.
func lossy(b *testing.B) lab.Experiment {
	b.Helper()
	e := classroom()
	e.Out = wire.Shape{Delay: 20 * ms, Loss: loss("1%"), Queue: wire.Queue{Packets: 100}}
	set(&e.Out.Bandwidth, "10Mbit")
	e.Back = e.Out
	e.Back.Loss = wire.Loss{}
	return e
}

// BenchmarkExchange reports how many packets, both ways, one core carries.
func BenchmarkExchange(b *testing.B) {
	for _, transport := range []string{lab.TCP, lab.UDP} {
		b.Run("proto="+transport, func(b *testing.B) {
			e := lossy(b)
			plan := steady(20_000, 1000, 2*ms)
			if transport == lab.TCP {
				plan = bulk(10_000)
				e = e.With(lab.Over(lab.TCP, plan))
			} else {
				e = e.With(lab.Over(lab.UDP, plan))
			}
			b.ReportAllocs()
			packets := 0.0
			for b.Loop() {
				x := pick(b, ran(b, e), transport)
				packets += x.Wire.Packets.Value + float64(x.Wire.Back.Sent)
			}
			b.ReportMetric(packets/b.Elapsed().Seconds(), "packets/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets, "ns/packet")
		})
	}
}

// BenchmarkDefault is what the program runs if it is told nothing.
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

// BenchmarkSweep runs 100 cells, which are to keep all cores busy.
func BenchmarkSweep(b *testing.B) {
	e := both(classroom(), steady(200, 1000, 5*ms))
	for b.Loop() {
		all(b, seeds(e, 100))
	}
}

// BenchmarkMany holds the memory of a long run: see -benchmem.
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
