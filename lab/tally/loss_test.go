package tally

import (
	"slices"
	"testing"
	"time"
)

// losses returns a tally of stones 1, 2, 3 ... of which those marked with a 1
// or an x are lost.
func losses(marks string) Tally {
	caught := make([]time.Duration, len(marks))
	for i, m := range marks {
		if m == '1' || m == 'x' {
			caught[i] = lost
		}
	}
	return delays(caught...)
}

// RFC 3357: the singletons of section 5.4 and the statistics of section 6.
func TestLosses(t *testing.T) {
	y := losses("0100101011")
	want := []Loss{{2, 0, 1}, {5, 3, 2}, {7, 2, 3}, {9, 2, 4}, {10, 1, 4}}
	if got := slices.Collect(y.Losses()); !slices.Equal(got, want) {
		t.Errorf("losses %v, want %v", got, want)
	}
	if got, want := slices.Collect(y.LostNumbers()), []uint64{2, 5, 7, 9, 10}; !slices.Equal(got, want) {
		t.Errorf("lost numbers %v, want %v", got, want)
	}
	for _, tt := range []struct{ delta, want int }{{0, 0}, {1, 1}, {2, 3}, {99, 4}} {
		if got := y.Noticeable(tt.delta); got != tt.want {
			t.Errorf("%d of 5 losses noticeable with delta %d, want %d", got, tt.delta, tt.want)
		}
	}
	periods := []LossPeriod{{2, 1, 0}, {5, 1, 3}, {7, 1, 2}, {9, 2, 2}}
	if got := slices.Collect(y.LossPeriods()); !slices.Equal(got, periods) {
		t.Errorf("loss periods %v, want %v", got, periods)
	}
	if s := y.Score(0); s.LossPeriods != 4 || s.LongestLoss != 2 {
		t.Errorf("loss periods %d, longest %d; want 4, 2", s.LossPeriods, s.LongestLoss)
	}
}

// The other flow of RFC 3357, where stones are counted from 0.
func TestLossPeriods(t *testing.T) {
	var begin []uint64
	for p := range losses("rrrxrrxxxrxrrxxx").LossPeriods() {
		begin = append(begin, p.First-1)
	}
	if want := []uint64{3, 6, 10, 13}; !slices.Equal(begin, want) {
		t.Errorf("loss periods begin at %v, want %v", begin, want)
	}
}

func TestLossWithoutAReport(t *testing.T) {
	unknown := Tally{Throws: losses("xx").Throws}
	if got := slices.Collect(unknown.LostNumbers()); got != nil {
		t.Errorf("lost numbers %v, want none", got)
	}
	if got := slices.Collect(unknown.Losses()); got != nil {
		t.Errorf("losses %v, want none", got)
	}
}
