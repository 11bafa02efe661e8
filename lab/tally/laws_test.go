package tally

import (
	"testing"

	"stones/lab/stone"
)

func TestCheck(t *testing.T) {
	whole := throw(1000).catch(upTo(22, 1000)...).Score(0) // 979 of them come
	for _, tt := range []struct {
		name   string
		change func(s *Score)
		want   string
	}{
		{"nothing", func(*Score) {}, ""},
		{"law 1", func(s *Score) { s.NotAttempted = 3 }, "law 1: planned 1000 != attempted 1000 + not attempted 3"},
		{"law 2", func(s *Score) { s.NotThrown = map[string]int{"a": 1, "b": 2} }, "law 2: attempted 1000 != thrown 1000 + not thrown 3"},
		{"law 3", func(s *Score) { s.Lost = 20 }, "law 3: thrown 1000 != delivered 979 + lost 20 + unknown 0"},
		{"law 4", func(s *Score) { s.Damaged = 1 }, "law 4: arrivals 979 != delivered 979 + duplicated 0 + damaged 1 + foreign 0 + after the drain 0"},
		{"law 7", func(s *Score) { s.Late = 980 }, "law 7: late 980 > delivered 979"},
		{"law 7, below", func(s *Score) { s.HeldUp = -1 }, "law 7: held up -1 < 0"},
		{
			"two",
			func(s *Score) { s.Planned = 999 },
			"law 1: planned 999 != attempted 1000 + not attempted 0\nlaw 7: attempted 1000 > planned 999",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := whole
			tt.change(&s)
			if got := message(s.Check()); got != tt.want {
				t.Errorf("Check = %s; want %s", got, tt.want)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Impossible counts, and the errors that they give.
func TestBrokenLaws(t *testing.T) {
	for _, tt := range []struct {
		name string
		flow func() flow
		want string
	}{
		{
			name: "a stone is caught that was not thrown",
			flow: func() flow {
				f := throw(0)
				f.Catches = NewCatches(2, f.offset)
				f.Throws.Planned = 2
				f.Throws.Add(f.stone(1), 0, "")
				f.Throws.Add(f.stone(2), 20*ms, "refused")
				return f.catch(1, 2)
			},
			want: "law 3: thrown 1 != delivered 2 + lost 0 + unknown 0\nlaw 7: delivered 2 > thrown 1",
		},
		{
			name: "a stone is thrown twice",
			flow: func() flow {
				f := throw(2).catch(1)
				f.Throws.Planned = 3
				f.Throws.Add(f.stone(2), 40*ms, "")
				return f
			},
			want: "law 3: thrown 3 != delivered 1 + lost 1 + unknown 0",
		},
		{
			name: "more is thrown than was planned",
			flow: func() flow {
				f := throw(1)
				f.Throws.Add(f.stone(2), 20*ms, "")
				return f
			},
			want: "law 1: planned 1 != attempted 2 + not attempted 0\nlaw 7: attempted 2 > planned 1",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := message(tt.flow().Score(0).Check()); got != tt.want {
				t.Errorf("Check = %s; want %s", got, tt.want)
			}
		})
	}
}

func TestCheckStream(t *testing.T) {
	for _, tt := range []struct {
		name   string
		caught []uint64
		more   func(*Catches)
		want   string
	}{
		{name: "nothing"},
		{name: "all", caught: []uint64{1, 2, 3}},
		{name: "cut off", caught: []uint64{1, 2}},
		{name: "after the drain", caught: []uint64{1, 2}, more: (*Catches).AfterDrain},
		{name: "missing", caught: []uint64{1, 3}, want: "law 6: arrival 2 is stone 3 != 2"},
		{name: "reordered", caught: []uint64{2, 1}, want: "law 6: arrival 1 is stone 2 != 1"},
		{name: "twice", caught: []uint64{1, 2, 2}, want: "law 6: arrivals 3 != distinct stones 2"},
		{name: "damaged", caught: []uint64{1, 2}, more: (*Catches).Damaged, want: "law 6: arrivals 3 != distinct stones 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := throw(3).catch(tt.caught...).Catches
			if tt.more != nil {
				tt.more(c)
			}
			if got := message(c.CheckStream()); got != tt.want {
				t.Errorf("CheckStream = %s; want %s", got, tt.want)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	t.Log("# of ten stones 3 and 7 are lost, 5 comes twice and 8 after 9")
	f := throw(10).catch(1, 2, 4, 5, 6, 5, 9, 8, 10)
	copies := map[uint64]int{1: 1, 2: 1, 4: 1, 5: 2, 6: 1, 8: 1, 9: 1, 10: 1}
	reordered := map[uint64]bool{8: true}
	compare := func() string {
		return message(f.Compare(
			func(n uint64) int { return copies[n] },
			func(n uint64) bool { return reordered[n] }))
	}

	t.Log("# the path says the same")
	if got := compare(); got != "" {
		t.Errorf("Compare = %s", got)
	}

	t.Log("# as many lost, but others")
	copies[3], copies[4] = 1, 0
	if got, want := compare(), "law 5: stone 3: caught 0 != handed over 1; stone 4: caught 1 != handed over 0"; got != want {
		t.Errorf("Compare = %s; want %s", got, want)
	}
	copies[3], copies[4] = 0, 1

	t.Log("# another one reordered")
	reordered[9] = true
	if got, want := compare(), "law 5: stone 9: reordered false != handed over reordered true"; got != want {
		t.Errorf("Compare = %s; want %s", got, want)
	}

	t.Log("# the path knows of nothing at all")
	clear(copies)
	clear(reordered)
	want := "law 5: stone 1: caught 1 != handed over 0; stone 2: caught 1 != handed over 0; stone 4: caught 1 != handed over 0; " +
		"stone 5: caught 2 != handed over 0; stone 6: caught 1 != handed over 0; and 4 more"
	if got := compare(); got != want {
		t.Errorf("Compare = %s; want %s", got, want)
	}

	t.Log("# what is not known is not compared")
	if err := f.Compare(nil, nil); err != nil {
		t.Errorf("Compare = %v", err)
	}
	unknown := Tally{Throws: f.Throws}
	if err := unknown.Compare(func(uint64) int { return 1 }, nil); err != nil {
		t.Errorf("Compare = %v", err)
	}
}

// The tally ignores a stone's flow, which the catcher checks: only the number counts
// here.
func TestFlowIsNotLookedAt(t *testing.T) {
	c := NewCatches(1, nil)
	c.Add(stone.Stone{Flow: 99, Number: 1, Size: 32}, 0)
	if c.Copies(1) != 1 {
		t.Error("stone 1 was not counted")
	}
}

// A stone that was on its way when the flow ended is not lost.
func TestUnknown(t *testing.T) {
	throws, catches := &Throws{Planned: 5}, NewCatches(5, nil)
	for n := uint64(1); n <= 5; n++ {
		s := stone.Stone{Number: n, Size: 100}
		throws.Add(s, 0, "")
		if n == 1 || n == 3 {
			catches.Add(s, ms)
		}
	}
	s := Tally{Throws: throws, Catches: catches, Unknown: func(n uint64) bool { return n >= 4 }}.Score(0)
	if err := s.Check(); err != nil || s.Delivered != 2 || s.Lost != 1 || s.Unknown != 2 || s.LossPeriods != 1 {
		t.Errorf("delivered %d, lost %d in %d periods, unknown %d, %v; want 2, 1, 1, 2", s.Delivered, s.Lost, s.LossPeriods, s.Unknown, err)
	}
	if s.Delay.P50 != (Delay{Kind: Finite, D: ms}) || s.Delay.P99 != (Delay{Kind: Infinite}) {
		t.Errorf("p50 %v, p99 %v; want 1ms of the three that are known, infinite", s.Delay.P50, s.Delay.P99)
	}
}
