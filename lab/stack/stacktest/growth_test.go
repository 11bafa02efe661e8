package stacktest

import (
	"testing"

	"stones/lab/stack/tcp"
)

// windows throws n stones, one every gap ms, each acknowledged after r ms, and returns
// the congestion window after each ACK.
func windows(t *testing.T, s *Story, n int, gap, r float64) []int {
	t.Helper()
	s.Connected(ms(r))
	var list []int
	s.throw(n, gap, r, func(k int) string {
		list = append(list, s.Info().Window) // before ACK k
		return ackOf(k, 1000)
	})
	return append(list[1:], s.Info().Window)
}

// RFC 7661: the window grows while it is used, and in slow start while half of it is.
func TestV25TheWindowGrowsToTwiceWhatIsOut(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		got := windows(t, s, 200, 5, 42)
		for k, window := range got {
			want := min(10+k+1, 18)
			if window != want {
				s.Fatalf("after ACK %d the window is %d; want %d (all: %v)", k+1, window, want, got)
			}
		}
		wantWindow(t, s, 18, none)
	})
}

func TestV26TheWindowStaysWhereLittleIsOut(t *testing.T) {
	for _, gap := range []float64{10, 20} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			for k, window := range windows(t, s, 200, gap, 42) {
				if window != 10 {
					s.Fatalf("after ACK %d the window is %d; want 10", k+1, window)
				}
			}
		})
	}
}
