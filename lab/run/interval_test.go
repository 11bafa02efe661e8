package run

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/stone"
	"stones/lab/tally"
)

// A flight is the fate of a stone: thrown when it was due, and caught after a time, or
// never.
type flight struct {
	due, took time.Duration // took is below 0 if it is lost
}

// flown is a flow of the flights, of 100 bytes each, that began at 1 s.
func flown(step time.Duration, flights []flight) (*flow, tally.Tally) {
	const began = time.Second
	x := &flow{
		step: step, began: began, Flow: lab.Over(lab.UDP, pace.Plan{Size: 100}),
		catches: tally.NewCatches(len(flights), nil),
	}
	for i, f := range flights {
		s := stone.Stone{Number: uint64(i + 1), Due: began + f.due, Size: 100}
		x.throws.Add(s, s.Due, "")
		x.noteDue(s.Number, f.due)
		if f.took >= 0 {
			x.catches.Add(s, s.Due+f.took)
		}
	}
	return x, tally.Tally{Throws: &x.throws, Catches: x.catches}
}

func ExampleInterval() {
	ms := func(due, took int) flight {
		return flight{time.Duration(due) * time.Millisecond, time.Duration(took) * time.Millisecond}
	}
	x, t := flown(100*time.Millisecond, []flight{
		ms(0, 20), ms(50, 20), ms(90, 20), // the third one comes in the next interval
		ms(120, -1), ms(180, 200), // one is lost; one comes two intervals later, and late
		ms(310, 20),
	})
	for _, row := range x.intervals(t, 150*time.Millisecond) {
		fmt.Printf("%v-%v ms: thrown %d, lost %d, late %d, p50 %v; delivered %d, %v bit/s\n",
			row.From, row.To, row.Thrown, row.Lost, row.Late, row.P50, row.Delivered, row.Goodput)
	}
	// Output:
	// 0-100 ms: thrown 3, lost 0, late 0, p50 20; delivered 2, 16000 bit/s
	// 100-200 ms: thrown 2, lost 1, late 1, p50 200; delivered 1, 8000 bit/s
	// 200-300 ms: thrown 0, lost 0, late 0, p50 not-applicable:none-was-thrown; delivered 0, 0 bit/s
	// 300-380 ms: thrown 1, lost 0, late 0, p50 20; delivered 2, 20000 bit/s
}

// What lies beyond the last interval is in it.
func TestLastInterval(t *testing.T) {
	x, y := flown(10*time.Millisecond, []flight{{0, time.Hour}})
	rows := x.intervals(y, 0)
	if last := rows[len(rows)-1]; len(rows) != lab.MaxIntervals || last.Delivered != 1 || last.To != lab.Milliseconds(time.Hour) {
		t.Errorf("%d intervals, the last one %+v", len(rows), last)
	}
}

// Without a throw there are no intervals.
func TestNoInterval(t *testing.T) {
	x, y := flown(10*time.Millisecond, nil)
	if rows := x.intervals(y, 0); len(rows) != 0 {
		t.Errorf("intervals %+v, want none", rows)
	}
}

// The sums over all intervals are the counts of the whole flow, and the intervals
// follow one another without a gap.
func TestIntervalsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Duration(0)
		flights := make([]flight, rapid.IntRange(1, 100).Draw(t, "stones"))
		for i := range flights {
			at += time.Duration(rapid.IntRange(0, 50).Draw(t, "gap")) * time.Millisecond
			flights[i] = flight{at, time.Duration(rapid.IntRange(-1, 500).Draw(t, "took")) * time.Millisecond}
		}
		step := time.Duration(rapid.IntRange(10, 1000).Draw(t, "step")) * time.Millisecond
		const deadline = 150 * time.Millisecond
		x, y := flown(step, flights)
		var sum lab.Interval
		for i, row := range x.intervals(y, deadline) {
			sum.Thrown += row.Thrown
			sum.Lost += row.Lost
			sum.Late += row.Late
			sum.Delivered += row.Delivered
			if row.From != lab.Milliseconds(time.Duration(i)*step) || row.To.Value < row.From.Value {
				t.Errorf("interval %d is from %v to %v", i, row.From, row.To)
			}
		}
		s := y.Score(deadline)
		if want := (lab.Interval{Thrown: s.Thrown, Lost: s.Lost, Late: s.Late, Delivered: s.Delivered}); sum != want {
			t.Errorf("in all %+v, want %+v", sum, want)
		}
	})
}
