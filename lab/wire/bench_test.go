package wire_test

import (
	"testing"
	"time"

	"stones/lab/wire"
)

// One packet through a wire that has a hundred others in flight.
func BenchmarkWire(b *testing.B) {
	const gap = time.Millisecond
	for _, bench := range []struct {
		name  string
		shape wire.Shape
	}{
		{"shape=delay", wire.Shape{}},
		{"shape=loss", wire.Shape{Loss: wire.Loss{Random: wire.Percent}}},
		{"shape=queue", wire.Shape{Bandwidth: 100 * wire.Mbit, Queue: wire.Queue{Packets: 50}}},
		{"shape=jitter", wire.Shape{Jitter: wire.Jitter{Max: 10 * gap}, Overtake: true}},
		{"shape=all", wire.Shape{
			Jitter:       wire.Jitter{Max: 10 * gap, Normal: true},
			Loss:         wire.Loss{Gemodel: wire.Gemodel{P: wire.Percent, R: 25 * wire.Percent, Bad: 100 * wire.Percent}},
			Reorder:      wire.Reorder{Share: wire.Percent},
			ReorderEarly: wire.Percent, Duplicate: wire.Percent, Corrupt: wire.Percent,
			Bandwidth: 100 * wire.Mbit, Queue: wire.Queue{Packets: 50},
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			shape := bench.shape
			shape.Delay = 100 * gap
			w := wire.New(shape, 1, wire.Out)
			carry(b, w, gap)
		})
	}
}

// carry makes a wire carry packets that come a gap apart.
func carry(b *testing.B, w *wire.Wire, gap time.Duration) {
	b.Helper()
	now, n := time.Duration(0), uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		now, n = now+gap, n+1
		w.Send(now, wire.Packet{Stone: n, Size: 1000})
		for _, ok := w.Event(); ok; _, ok = w.Event() {
		}
		for _, ok := w.Arrive(now); ok; _, ok = w.Arrive(now) {
		}
	}
}

// A plain wire with a drop-tail queue, beside the former wire (see before_test.go).
func BenchmarkBeside(b *testing.B) {
	const gap = time.Millisecond
	shape := wire.Shape{Delay: 100 * gap, Bandwidth: 100 * wire.Mbit, Queue: wire.Queue{Packets: 50}}
	b.Run("then", func(b *testing.B) {
		w := newOldWire(shape, 1, wire.Out)
		now, n := time.Duration(0), uint64(0)
		b.ReportAllocs()
		for b.Loop() {
			now, n = now+gap, n+1
			w.Send(now, wire.Packet{Stone: n, Size: 1000})
			for _, ok := w.Arrive(now); ok; _, ok = w.Arrive(now) {
			}
		}
	})
	b.Run("now", func(b *testing.B) { carry(b, wire.New(shape, 1, wire.Out), gap) })
}
