package tcp

import (
	"testing"
	"time"
)

// reduced is CUBIC after a loss at a window, with max as W_max of an earlier loss.
func reduced(max, window int64) *cubic {
	b := NewCubic().(*cubic)
	b.Resize(window, NoThreshold)
	b.max = max
	b.OnLoss(Sample{Window: window})
	return b
}

func TestV40CubicReduces(t *testing.T) {
	for window, want := range map[int64]int64{10: 7, 18: 12, 100: 70, 3: 2, 2: 2} {
		b := reduced(0, window)
		if b.Threshold() != want || b.Window() != want {
			t.Errorf("a loss at %d: threshold %d, window %d; want %d", window, b.Threshold(), b.Window(), want)
		}
	}
}

func TestV41CubicMakesRoomForOthers(t *testing.T) {
	if b := reduced(18, 15); b.max != 12 {
		t.Errorf("a loss at 15 below W_max 18: W_max %d; want 12", b.max)
	}
	if b := reduced(15, 18); b.max != 18 {
		t.Errorf("a loss at 18 above W_max 15: W_max %d; want 18", b.max)
	}
}

// RFC 9438 section 4.2: K = cubic_root((W_max - cwnd_epoch) / C).
func TestV42CubicTurningPoint(t *testing.T) {
	for _, tt := range []struct {
		max, window int64
		k           float64 // in seconds
	}{
		{100, 70, 4.215},
		{50, 35, 3.346},
		{18, 12, 2.465},
		{1000, 700, 9.082},
	} {
		b := NewCubic().(*cubic)
		b.max = tt.max
		b.Resize(tt.window, tt.window)
		b.beginEpoch(0, 1)
		if got := float64(b.k) / 1024; got < tt.k-0.002 || got > tt.k+0.002 {
			t.Errorf("K from %d to %d is %.3f s; want %.3f", tt.window, tt.max, got, tt.k)
		}
	}
}

// The window after a loss, when it always limits the sender and one ACK comes for two
// segments.
func TestV43And44CubicGrows(t *testing.T) {
	type point struct {
		at   float64 // in seconds
		want int64
	}
	for _, tt := range []struct {
		max  int64
		rtt  time.Duration
		want []point
	}{
		{100, 40 * ms, []point{{0.8, 85}, {1.6, 93}, {2.4, 101}, {4, 122}, {8, 175}}},
		{18, 40 * ms, []point{{0.8, 21}, {2, 37}, {4, 63}}},
		{200, 100 * ms, []point{{0.8, 164}, {2.4, 190}, {4, 200}, {8, 208}}},
	} {
		b := reduced(0, tt.max)
		b.minRTT = tt.rtt
		now := time.Hour
		begin := now
		for _, p := range tt.want {
			for float64(now-begin) < p.at*float64(time.Second) {
				now += 2 * tt.rtt / time.Duration(b.Window())
				b.OnAck(Sample{Now: now, Coarse: now, Delivered: 2, RTT: tt.rtt, MinRTT: tt.rtt, SRTT: tt.rtt, Window: b.Window(), MSS: 1448, Grow: true})
			}
			if got := b.Window(); got < p.want-1 || got > p.want+1 {
				t.Errorf("W_max %d, RTT %v: window %d after %.1f s; want %d within 1", tt.max, tt.rtt, got, p.at, p.want)
			}
		}
	}
}
