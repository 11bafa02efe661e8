package main

import (
	"math"
	"slices"
	"testing"

	"stones/lab"
)

// Causes of waiting: a lost stone, a window that is too small, a queue, and a road that
// lets packets pass each other.
func TestWaiting(t *testing.T) {
	clean := []string{"loss", "0%", "reorder", "0%", "bandwidth", "unlimited", "queue", "unlimited", "delay", "50ms"}
	for _, tt := range []struct {
		name      string
		words     []string
		transport string
		want      lab.Waiting // of the sums, in ms
	}{
		{"stone 50 is lost, over TCP", []string{"size", "100", "count", "100", "rate", "20", "drop", "50"}, lab.TCP, lab.Waiting{Again: waitOf(150), Earlier: waitOf(100 + 50)}},
		{"stone 50 is lost, over UDP", []string{"size", "100", "count", "100", "rate", "20", "drop", "50"}, lab.UDP, lab.Waiting{}},
		{"the window is ten at first", []string{"rate", "max", "count", "30", "size", "1448", "initial-window", "10"}, lab.TCP, lab.Waiting{ToLeave: waitOf(20 * 100)}},
		{"one is held back, over UDP", []string{"size", "100", "count", "100", "rate", "100", "hold", "50:3"}, lab.UDP, lab.Waiting{Road: waitOf(30)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := pick(t, ran(t, asked(t, slices.Concat(clean, tt.words)...)), tt.transport)
			for _, of := range []struct {
				name      string
				got, want lab.Wait
			}{
				{"to leave", x.Waiting.ToLeave, tt.want.ToLeave},
				{"again", x.Waiting.Again, tt.want.Again},
				{"for an earlier one", x.Waiting.Earlier, tt.want.Earlier},
				{"on the road", x.Waiting.Road, tt.want.Road},
			} {
				if math.Abs(of.got.Sum.Value-of.want.Sum.Value) > 0.01 {
					t.Errorf("waited %s %v ms; want %v", of.name, of.got.Sum, of.want.Sum)
				}
			}
		})
	}
}

func waitOf(v float64) lab.Wait { return lab.Wait{Sum: lab.Number(v)} }

// For each stone, the waits and the least delay add up to its delay, on roads of all
// kinds.
func TestWaitsAddUp(t *testing.T) {
	for _, words := range [][]string{
		{},
		{"size", "1000", "loss", "2%"},
		{"jitter", "20ms", "overtake", "true"},
		{"size", "5000", "rate", "100", "mtu", "600"},
		{"asleep", "1s"},
		{"rate", "max", "window", "16kB"},
		{"duplicate", "20%", "corrupt", "5%", "loss-back", "20%"},
		{"bandwidth", "1Mbit", "size", "1000", "queue", "10"},
	} {
		r := ran(t, asked(t, append(words, "per-stone", "true")...))
		for _, x := range r.Flows {
			held := 0.0
			for _, s := range x.Stones {
				if s.Waits == nil {
					if s.Copies > 0 {
						t.Fatalf("%v: %s stone %d came, and nobody knows for what it waited", words, x.Name, s.Number)
					}
					continue
				}
				above := s.Waits.ToLeave.Value + s.Waits.Again.Value + s.Waits.Earlier.Value + s.Waits.Road.Value
				if s.Due.Known() && math.Abs(s.First.Value-s.Due.Value-x.Delay.Min.Value-above) > 1e-5 {
					t.Fatalf("%v: %s stone %d took %v ms above the least, and waited %v ms", words, x.Name, s.Number, s.First.Value-s.Due.Value-x.Delay.Min.Value, above)
				}
				if above > 1 {
					held += above
				}
			}
			w := x.Waiting
			if sum := w.ToLeave.Sum.Value + w.Again.Sum.Value + w.Earlier.Sum.Value + w.Road.Sum.Value; math.Abs(sum-held) > 1e-3 {
				t.Errorf("%v: %s: the waits of all add up to %v ms; want %v", words, x.Name, sum, held)
			}
		}
	}
}
