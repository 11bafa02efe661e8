package tally

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"stones/lab/stone"
)

// weather is a rough path for count stones, one every 10 µs: of a thousand, ten
// are lost, ten come twice, and ten are held back until a few have passed them.
func weather(count int, scheduled bool) Tally {
	gap := 10 * time.Microsecond
	y := Tally{Throws: &Throws{Planned: count}}
	if scheduled {
		y.Catches = NewCatches(count, every(gap))
	} else {
		y.Catches = NewCatches(count, nil)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	at := 20 * ms
	catch := func(s stone.Stone) {
		at = max(at+1, s.Due+20*ms)
		y.Catches.Add(s, at)
	}
	var held []stone.Stone
	for n := range uint64(count) {
		s := stone.Stone{Number: n + 1, Due: every(gap)(n + 1), Size: 1000}
		y.Throws.Add(s, s.Due, "")
		switch r := rnd.IntN(1000); {
		case r < 10: // lost
		case r < 20:
			held = append(held, s)
		case r < 30:
			catch(s)
			catch(s)
		default:
			catch(s)
		}
		if len(held) > 0 && s.Number > held[0].Number+uint64(rnd.IntN(50)) {
			catch(held[0])
			held = held[1:]
		}
	}
	return y
}

// bytesPerStone returns how much memory a tally of count stones keeps, and how
// much scoring it takes on top, used again or not.
func bytesPerStone(count int, scheduled bool) (kept, taken float64, y Tally) {
	var before, between, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	y = weather(count, scheduled)
	runtime.GC()
	runtime.ReadMemStats(&between)
	s := y.Score(time.Second)
	runtime.ReadMemStats(&after)
	if err := s.Check(); err != nil {
		panic(err)
	}
	return float64(between.HeapAlloc-before.HeapAlloc) / float64(count), float64(after.TotalAlloc-between.TotalAlloc) / float64(count), y
}

func TestSixteenBytesAStone(t *testing.T) {
	for _, scheduled := range []bool{true, false} {
		kept, taken, y := bytesPerStone(500_000, scheduled)
		t.Logf("scheduled %t: %.2f bytes a stone kept, %.2f taken by scoring", scheduled, kept, taken)
		if kept > 16 || taken > 1 {
			t.Errorf("scheduled %t: %.2f bytes a stone kept, %.2f taken by scoring; want at most 16 and 1", scheduled, kept, taken)
		}
		runtime.KeepAlive(y)
	}
}

func TestAddDoesNotAllocate(t *testing.T) {
	const count = 1000
	c := NewCatches(count, every(ms))
	var n uint64
	if got := testing.AllocsPerRun(count-2, func() {
		n++
		c.Add(stone.Stone{Number: n, Due: every(ms)(n), Size: 100}, time.Duration(n)*ms)
	}); got != 0 {
		t.Errorf("%v allocations a stone", got)
	}
}

// Many stones in no order at all: every number takes part in long searches.
func TestShuffled(t *testing.T) {
	const count = 1000
	m := model{planned: count}
	y := throw(count)
	rnd := rand.New(rand.NewPCG(3, 4))
	for i, n := range rnd.Perm(count) {
		s := y.stone(uint64(n) + 1)
		s.Size += n % 3
		a := arrival{"stone", s, time.Duration(i) * ms}
		y.Catches.Add(s, a.at)
		m.came = append(m.came, a)
	}
	if got, want := slices.Collect(y.Catches.Reordered()), m.reordered(); !slices.Equal(got, want) {
		t.Error("reordered stones differ from the definition's")
	}
}

// Every sequence may be left early.
func TestBreak(t *testing.T) {
	y := weather(2000, true)
	unscheduled := weather(2000, false)
	for name, first := range map[string]func() any{
		"LostNumbers":        func() any { return firstOf(y.LostNumbers()) },
		"Losses":             func() any { return firstOf(y.Losses()) },
		"LossPeriods":        func() any { return firstOf(y.LossPeriods()) },
		"Fates":              func() any { return firstOf(y.Fates()) },
		"Arrivals":           func() any { return firstOf(y.Catches.Arrivals()) },
		"Arrivals, no plan":  func() any { return firstOf(unscheduled.Catches.Arrivals()) },
		"Reordered":          func() any { return firstOf(y.Catches.Reordered()) },
		"Discontinuities":    func() any { return firstOf(y.Catches.Discontinuities()) },
		"numbers of a range": func() any { return firstOf(y.Throws.thrown.all()) },
	} {
		if got := first(); got == nil {
			t.Errorf("%s yields nothing", name)
		}
	}
	for range y.Catches.PDV() {
		break
	}
	for range y.Catches.IPDV() {
		break
	}
}

func firstOf[T any](seq func(func(T) bool)) any {
	for v := range seq {
		return v
	}
	return nil
}

func BenchmarkAdd(b *testing.B) {
	for _, scheduled := range []bool{true, false} {
		b.Run(fmt.Sprintf("scheduled=%t", scheduled), func(b *testing.B) {
			b.ReportAllocs()
			var offset func(uint64) time.Duration
			if scheduled {
				offset = every(ms)
			}
			const count = 1 << 20
			c := NewCatches(count, offset)
			var n uint64
			for b.Loop() {
				if n == count {
					c, n = NewCatches(count, offset), 0
				}
				n++
				due := time.Duration(n) * ms
				c.Add(stone.Stone{Number: n, Due: due, Size: 1000}, due+20*ms)
			}
		})
	}
}

func BenchmarkScore(b *testing.B) {
	for _, count := range []int{1000, 10_000_000} {
		for _, scheduled := range []bool{true, false} {
			b.Run(fmt.Sprintf("stones=%d/scheduled=%t", count, scheduled), func(b *testing.B) {
				kept, taken, y := bytesPerStone(count, scheduled)
				for b.Loop() {
					y.Score(time.Second)
				}
				b.ReportMetric(kept, "kept-B/stone")
				b.ReportMetric(taken, "taken-B/stone")
			})
		}
	}
}

func BenchmarkReordered(b *testing.B) {
	y := weather(1_000_000, true)
	for b.Loop() {
		for range y.Catches.Reordered() {
		}
	}
}
