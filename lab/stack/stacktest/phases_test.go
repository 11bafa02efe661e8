package stacktest

import (
	"fmt"
	"testing"
	"time"

	"stones/lab/stack/tcp"
)

// ms is a time in milliseconds.
func ms(n float64) time.Duration {
	return time.Duration(n * float64(time.Millisecond)).Round(time.Microsecond)
}

// tick is the kernel's, at 250 Hz.
const tick = 4 * time.Millisecond

// eachTick tells a story with exact timers, and with the kernel's tick in
// several phases.
func eachTick(t *testing.T, config tcp.Config, tell func(t *testing.T, s *Story)) {
	t.Helper()
	t.Run("exact", func(t *testing.T) {
		tell(t, New(t, Options{Config: config}))
	})
	for _, phase := range []float64{0, 0.31, 1.27, 2.02, 2.93, 3.79} {
		t.Run(fmt.Sprintf("tick/phase=%vms", phase), func(t *testing.T) {
			tell(t, New(t, Options{Tick: tick, Phase: ms(phase), Config: config}))
		})
	}
}

// same is a time, in ms, that is the same with and without a tick.
func same(at float64) When { return At(ms(at)) }

// timer is when a timer fires, in ms: the exact time, and the range with a tick.
func timer(exact, from, to float64) When { return At(ms(exact)).Linux(ms(from), ms(to)) }

// wantWindow checks the congestion window and the threshold.
func wantWindow(t *testing.T, s *Story, window, threshold int) {
	t.Helper()
	if i := s.Info(); i.Window != window || i.Threshold != threshold {
		s.Fatalf("cwnd %d, ssthresh %d; want %d, %d", i.Window, i.Threshold, window, threshold)
	}
}

func wantPhase(t *testing.T, s *Story, want tcp.Phase) {
	t.Helper()
	if got := s.Info().Phase; got != want {
		s.Fatalf("the sender's phase is %v; want %v", got, want)
	}
}

// none is the threshold before any loss.
const none = tcp.NoThreshold

// stone is the text of segment n, of size bytes.
func stone(flags string, n, size int) string {
	return fmt.Sprintf("%s %d:%d(%d) ack 1", flags, 1+(n-1)*size, 1+n*size, size)
}

// ackOf is the text of an ACK for the first n segments of size bytes, with SACK blocks
// for further segments, each from..to.
func ackOf(n, size int, ranges ...[2]int) string {
	text := fmt.Sprintf(". 1:1(0) ack %d", 1+n*size)
	if len(ranges) == 0 {
		return text
	}
	text += " <nop,nop,sack"
	for _, r := range ranges {
		text += fmt.Sprintf(" %d:%d", 1+(r[0]-1)*size, 1+r[1]*size)
	}
	return text + ">"
}
