package main

import (
	"fmt"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/wire"
)

// BenchmarkCost shows that a packet costs about the same whatever the window in flight,
// the number of flows that share the road, and the number of stones.
func BenchmarkCost(b *testing.B) {
	// At 1 Gbit/s a full packet takes 12 us, so that so many are out.
	for _, window := range []int{10, 100, 1000, 10_000} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			e := broad(time.Duration(window) * 6 * time.Microsecond)
			costs(b, e.With(lab.Over(lab.TCP, bulk(100_000))))
		})
	}
	for _, flows := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprintf("flows=%d", flows), func(b *testing.B) {
			var list []lab.Flow
			for n := range flows {
				f := lab.Over(lab.TCP, bulk(64_000/flows))
				f.Name = fmt.Sprintf("tcp%d", n)
				list = append(list, f)
			}
			e := broad(2 * time.Millisecond).With(list...)
			e.Together = flows > 1
			costs(b, e)
		})
	}
	for _, stones := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("stones=%d", stones), func(b *testing.B) {
			costs(b, broad(2*time.Millisecond).With(lab.Over(lab.UDP, steady(stones, 1000, ms/10))))
		})
	}
}

// broad is a road of 1 Gbit/s without loss.
func broad(delay time.Duration) lab.Experiment {
	e := classroom()
	e.Out = wire.Shape{Delay: delay, Bandwidth: 1000 * wire.Mbit, Queue: wire.Queue{Packets: 1000}}
	e.Back = e.Out
	return e
}

// costs reports the time per packet.
func costs(b *testing.B, e lab.Experiment) {
	b.Helper()
	packets := 0.0
	for b.Loop() {
		for _, f := range ran(b, e).Flows {
			packets += carried(f)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/packets, "ns/packet")
}
