package tally

import (
	"slices"
	"testing"
	"time"

	"stones/lab/stone"
)

func TestReordered(t *testing.T) {
	type r = Reordered
	type d = Discontinuity
	early := append([]uint64{1, 20}, append(upTo(2, 19), 21, 22)...)
	var behind []Reordered // the 18 stones that one early stone leaves behind
	for i := range 18 {
		behind = append(behind, r{Number: uint64(i) + 2, Position: i + 3, Extent: i + 1})
	}
	behind[0].N, behind[0].Run = 1, 2

	for _, tt := range []struct {
		name      string
		caught    []uint64
		reordered []Reordered // without times and bytes
		leaps     []Discontinuity
	}{
		{
			name:      "RFC 4737 section 7.1",
			caught:    []uint64{1, 2, 3, 5, 6, 7, 8, 4, 9, 10},
			reordered: []r{{Number: 4, Position: 8, Extent: 4, N: 4, Run: 7}},
			leaps:     []d{{5, 4, 1}},
		},
		{
			name:   "RFC 4737 section 7.2",
			caught: []uint64{1, 2, 3, 4, 7, 5, 6, 8, 9, 10},
			reordered: []r{
				{Number: 5, Position: 6, Extent: 1, N: 1, Run: 5},
				{Number: 6, Position: 7, Extent: 2, N: 0, Run: 0},
			},
			leaps: []d{{7, 5, 2}},
		},
		{
			name:   "RFC 4737 section 7.3",
			caught: []uint64{1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11},
			reordered: []r{
				{Number: 4, Position: 8, Extent: 4, N: 4, Run: 7},
				{Number: 5, Position: 9, Extent: 5, N: 0, Run: 0},
				{Number: 6, Position: 10, Extent: 6, N: 0, Run: 0},
			},
			leaps: []d{{7, 4, 3}},
		},
		{
			name:   "RFC 4737 section 7.4",
			caught: []uint64{1, 2, 3, 6, 7, 4, 5, 8, 9, 10, 12, 13, 11, 14, 15, 16},
			reordered: []r{
				{Number: 4, Position: 6, Extent: 2, N: 2, Run: 5},
				{Number: 5, Position: 7, Extent: 3, N: 0, Run: 0},
				{Number: 11, Position: 13, Extent: 2, N: 2, Run: 5},
			},
			leaps: []d{{6, 4, 2}, {12, 11, 1}}, // a gap of 11 - 4 = 7
		},
		{
			name:   "RFC 4737 section 5.3",
			caught: []uint64{1, 2, 3, 7, 8, 9, 4, 5, 6},
			reordered: []r{
				{Number: 4, Position: 7, Extent: 3, N: 3, Run: 6},
				{Number: 5, Position: 8, Extent: 4, N: 0, Run: 0},
				{Number: 6, Position: 9, Extent: 5, N: 0, Run: 0},
			},
			leaps: []d{{7, 4, 3}},
		},
		{
			name:      "RFC 4737 section 4.3.4",
			caught:    []uint64{1, 10, 5},
			reordered: []r{{Number: 5, Position: 3, Extent: 1, N: 1, Run: 2}},
			leaps:     []d{{10, 2, 8}},
		},
		{
			name:   "RFC 5236 section 2(b): loss is not reordering",
			caught: []uint64{1, 3, 4, 5, 6},
			leaps:  []d{{3, 2, 1}},
		},
		{
			name:   "RFC 5236 section 2(b): nor is a duplicate",
			caught: []uint64{1, 2, 3, 2, 4, 5},
		},
		{
			name:      "RFC 5236 section 1: one early stone",
			caught:    early,
			reordered: behind,
			leaps:     []d{{20, 2, 18}},
		},
		{
			name:      "the first arrival is no discontinuity, but stones may come after it",
			caught:    []uint64{3, 1, 4},
			reordered: []r{{Number: 1, Position: 2, Extent: 1, N: 1, Run: 1}},
		},
		{
			name:   "backwards",
			caught: []uint64{4, 3, 2, 1},
			reordered: []r{
				{Number: 3, Position: 2, Extent: 1, N: 1, Run: 1},
				{Number: 2, Position: 3, Extent: 2, N: 2, Run: 0},
				{Number: 1, Position: 4, Extent: 3, N: 3, Run: 0},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := throw(22).catch(tt.caught...).Catches
			if got := slices.Collect(c.reordered()); !slices.Equal(got, tt.reordered) {
				t.Errorf("caught %v: reordered\n%+v, want\n%+v", tt.caught, got, tt.reordered)
			}
			if got := slices.Collect(c.Discontinuities()); !slices.Equal(got, tt.leaps) {
				t.Errorf("caught %v: discontinuities %v, want %v", tt.caught, got, tt.leaps)
			}
		})
	}
}

// A timed flow is one of the examples of RFC 4737 section 7: stones of 100
// bytes, thrown every 20 ms, which take 68 ms unless it says otherwise.
type timed struct {
	caught []uint64
	slow   map[uint64]time.Duration
}

var (
	section71 = timed{[]uint64{1, 2, 3, 5, 6, 7, 8, 4, 9, 10}, map[uint64]time.Duration{4: 150 * ms}}
	section72 = timed{[]uint64{1, 2, 3, 4, 7, 5, 6, 8, 9, 10}, map[uint64]time.Duration{5: 109 * ms, 6: 90 * ms}}
	section73 = timed{[]uint64{1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}, map[uint64]time.Duration{4: 190 * ms, 5: 172 * ms, 6: 156 * ms}}
)

// catch lets the stones come, with a schedule or without: it must not matter.
func (f timed) catch(scheduled bool) *Catches {
	offset := every(20 * ms)
	c := NewCatches(11, nil)
	if scheduled {
		c = NewCatches(11, offset)
	}
	for _, n := range f.caught {
		delay, slow := f.slow[n]
		if !slow {
			delay = 68 * ms
		}
		c.Add(stone.Stone{Number: n, Due: offset(n), Size: 100}, offset(n)+delay)
	}
	return c
}

func TestLateTimeAndByteOffset(t *testing.T) {
	type late struct {
		number uint64
		late   time.Duration
		bytes  int64
	}
	for _, tt := range []struct {
		section string
		flow    timed
		want    []late
	}{
		{"7.1", section71, []late{{4, 62 * ms, 400}}},
		{"7.2", section72, []late{{5, 1 * ms, 100}, {6, 2 * ms, 100}}},
		{"7.3", section73, []late{{4, 62 * ms, 400}, {5, 64 * ms, 400}, {6, 68 * ms, 400}}},
	} {
		for _, scheduled := range []bool{true, false} {
			var got []late
			for r := range tt.flow.catch(scheduled).Reordered() {
				got = append(got, late{r.Number, r.Late, r.Bytes})
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("RFC 4737 section %s, scheduled %t: %v, want %v", tt.section, scheduled, got, tt.want)
			}
		}
	}
}

// RFC 4737 section 4.6.4: as many stones in order, and as many runs, but the
// second flow has them bunched: (q/a)/(a/x) is 1.0 and 2.65.
func TestRuns(t *testing.T) {
	even := slices.Concat(upTo(2, 12), []uint64{1}, upTo(14, 24), []uint64{13}, upTo(26, 36), []uint64{25})
	bunched := slices.Concat([]uint64{2, 1, 4, 3}, upTo(6, 36), []uint64{5})
	for _, tt := range []struct {
		caught  []uint64
		x, a    int
		q       int64
		percent int64 // (q/a)/(a/x), cut off
	}{
		{even, 3, 33, 363, 100},
		{bunched, 3, 33, 963, 265},
	} {
		r := throw(36).catch(tt.caught...).Score(0).Reordering
		percent := 100 * r.RunSquares * int64(r.Runs) / int64(r.RunStones) / int64(r.RunStones)
		if r.Runs != tt.x || r.RunStones != tt.a || r.RunSquares != tt.q || percent != tt.percent {
			t.Errorf("caught %v: x %d, a %d, q %d, %d %%; want %d, %d, %d, %d %%",
				tt.caught, r.Runs, r.RunStones, r.RunSquares, percent, tt.x, tt.a, tt.q, tt.percent)
		}
	}
}

func TestReordering(t *testing.T) {
	got := throw(16).catch(1, 2, 3, 6, 7, 8, 4, 5, 9, 10, 12, 13, 11, 14).Score(0)
	want := Reordering{MaxExtent: 4, Three: 1, Discontinuities: 2, MaxLeap: 2, Runs: 3, RunStones: 10, RunSquares: 52}
	if got.Reordered != 3 || got.Reordering != want {
		t.Errorf("reordered %d, %+v; want 3, %+v", got.Reordered, got.Reordering, want)
	}
}
