package netns_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"stones/lab/path/netns"
	"stones/lab/wire"
)

// BenchmarkWire throws datagrams as fast as the wire accepts them, and reads them at the
// other end.
func BenchmarkWire(b *testing.B) {
	for _, size := range []int{64, 1000} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			w := open(b, netns.Config{})
			b.SetBytes(int64(size))
			flood(b, w, make([]byte, size), b.N, 0)
			r := w.Record("udp")
			b.ReportMetric(float64(r.Out.Arrived)/r.Out.LastArrival.Seconds(), "packets/s")
			b.ReportMetric(float64(r.ReceiverDrops), "receiver-drops")
		})
	}
}

// BenchmarkLateness throws a datagram every millisecond over a wire with a delay.
func BenchmarkLateness(b *testing.B) {
	for _, delay := range []time.Duration{0, 20 * time.Millisecond} {
		b.Run(fmt.Sprintf("delay=%v/rate=1000", delay), func(b *testing.B) {
			w := open(b, netns.Config{Out: wire.Shape{Delay: delay}})
			flood(b, w, make([]byte, 1000), b.N, time.Millisecond)
			late := w.Record("udp").Lateness
			b.ReportMetric(float64(late.P50.Microseconds()), "us-p50")
			b.ReportMetric(float64(late.P99.Microseconds()), "us-p99")
			b.ReportMetric(float64(late.Max.Microseconds()), "us-max")
		})
	}
}

// flood throws n datagrams, one every gap, and catches what comes.
func flood(tb testing.TB, w *netns.World, datagram []byte, n int, gap time.Duration) {
	tb.Helper()
	ctx := tb.Context()
	catcher, err := w.ListenPacket(ctx, "udp", w.Address("udp"))
	if err != nil {
		tb.Fatal(err)
	}
	err = w.Run(ctx, func() {
		defer catcher.Close()
		conn, err := w.DialContext(ctx, "udp", w.Address("udp"))
		if err != nil {
			tb.Error(err)
			return
		}
		defer conn.Close()
		for start, i := w.Now(), 0; i < n; i++ {
			_ = w.SleepUntil(ctx, start+time.Duration(i)*gap)
			if _, err := conn.Write(datagram); err != nil {
				tb.Error(err)
			}
		}
		w.Drain(context.WithoutCancel(ctx), "udp", time.Hour, nil)
	}, func() {
		buf := make([]byte, 2000)
		for {
			if _, _, err := catcher.ReadFrom(buf); err != nil {
				return
			}
		}
	})
	if err != nil {
		tb.Error(err)
	}
}
