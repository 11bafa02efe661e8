package main

import (
	"slices"
	"testing"

	"stones/lab"
)

// Whole transfers as Linux's kernels run them, on the road of the lessons: each figure
// is in the range that was seen there, or within a twentieth of it.
func TestTimelinesOfTheProgram(t *testing.T) {
	road := []string{"only", "tcp", "size", "1000", "loss", "0%", "reorder", "0%", "tick", "4ms"}
	for _, tt := range []struct {
		name           string
		words          []string
		held           int // within two; 0 is not compared
		p50, p99, rate float64
		again, back    int // back is how many packets come back; 0 is not compared
	}{
		{"B", []string{"count", "100", "rate", "200", "drop", "50"}, 20, 20.9, 72, 0, 1, 101},
		{"I 2", []string{"count", "100", "rate", "200", "hold", "50:2"}, 2, 20.9, 26, 0, 0, 0},
		{"I 8", []string{"count", "100", "rate", "200", "hold", "50:8"}, 13, 20.9, 56, 0, 1, 0},
		{"K", []string{"count", "1000", "rate", "max"}, 0, 164.6, 0, 8.9e6, 0, 431},
		{"L", []string{"count", "300", "rate", "200", "asleep", "1s", "seed", "3"}, 218, 304, 944, 0, 0, 0},
		{"L after an idle time", []string{"count", "300", "rate", "200", "asleep", "1s", "seed", "1"}, 229, 348, 944, 0, 0, 0}, // by another phase of the tick the window was closed for longer than a timeout
	} {
		x := pick(t, ran(t, asked(t, slices.Concat(road, tt.words)...)), lab.TCP)
		within := func(what string, got, want float64) {
			if want != 0 && (got < 0.95*want || got > 1.05*want) {
				t.Errorf("%s: %s is %.4g; want %.4g within a twentieth", tt.name, what, got, want)
			}
		}
		within("p50", x.Delay.P50.Value, tt.p50)
		within("p99", x.Delay.P99.Value, tt.p99)
		within("goodput", x.Goodput.Value, tt.rate)
		within("packets back", float64(x.Wire.Back.Sent), float64(tt.back))
		if got := int(x.Wire.Retransmitted.Value); got != tt.again {
			t.Errorf("%s: %d packets were sent again; want %d", tt.name, got, tt.again)
		}
		if got := x.HeldUp; tt.held > 0 && (got < tt.held-2 || got > tt.held+2) {
			t.Errorf("%s: %d stones are held up; want %d within 2", tt.name, got, tt.held)
		}
	}
}
