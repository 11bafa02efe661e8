package main

import (
	"fmt"
	"slices"
	"testing"

	"stones/lab/knob"
)

// Packets that are lost by their place in a flow: those of the others do not count, and
// the times of all that follows are exact.
func TestPacketsLostByPlace(t *testing.T) {
	for _, tt := range []struct {
		name, own string
		set       []string
		flow      string
		connect   float64   // ms
		first     []float64 // ms; -1 never came
	}{
		{"the SYN is sent again after 1 s", "", []string{"tcp-drop-packets", "1"}, "tcp", 1100, []float64{50, 150, 250, 350, 450}},
		{"beside others on the same wire", "", []string{"tcp-drop-packets", "1", "together", "true"}, "tcp", 1100, []float64{50, 150, 250, 350, 450}},
		{"who lose nothing", "", []string{"tcp-drop-packets", "1", "together", "true"}, "udp", 0, []float64{50, 150, 250, 350, 450}},
		{"the catcher's yes", "", []string{"tcp-drop-packets-back", "1"}, "tcp", 1100, []float64{50, 150, 250, 350, 450}},
		{"SYN and yes: 1 s each", "", []string{"tcp-drop-packets", "1", "tcp-drop-packets-back", "1"}, "tcp", 2100, []float64{50, 150.000001, 250, 350, 450}},
		{"stone 2 is thrown again when the catcher's word of stone 3 is back, at 300 ms and 1 ns", "", []string{"tcp-drop-packets", "4"}, "tcp", 100, []float64{50, 350.000001, 350.000001, 350.000001, 450.000001}},
		{"datagrams 2 and 4", "", []string{"udp-drop-packets", "2,4"}, "udp", 0, []float64{50, -1, 250, -1, 450}},
		{"answers of the catcher's", "", []string{"udp-drop-packets-back", "2", "answer", "true"}, "udp", 0, []float64{50, 150, 250, 350, 450}},
		{"a first copy, and the acknowledgement of the second: 150 ms each", "stop-and-wait timeout=150ms", []string{"own-drop-packets", "1", "own-drop-packets-back", "1"}, "stop-and-wait", 0, []float64{200, 450, 550, 650, 750}},
	} {
		var s knob.Settings
		if tt.own != "" {
			if err := s.AddOwn(tt.own); err != nil {
				t.Fatal(err)
			}
		}
		for pair := range slices.Chunk(append([]string{
			"count", "5", "rate", "10", "size", "100", "loss", "0%", "reorder", "0%", "delay", "50ms", "bandwidth", "unlimited", "queue", "unlimited", "per-stone", "true",
		}, tt.set...), 2) {
			if err := s.Set(pair[0], pair[1]); err != nil {
				t.Fatal(err)
			}
		}
		es, err := s.Experiments(1)
		if err != nil {
			t.Fatal(err)
		}
		x := pickNamed(t, ran(t, es[0]), tt.flow)
		var first []float64
		for _, stone := range x.Stones {
			if !stone.First.Known() {
				first = append(first, -1)
				continue
			}
			first = append(first, stone.First.Value)
		}
		if fmt.Sprint(first) != fmt.Sprint(tt.first) || x.Connect.Value != tt.connect {
			t.Errorf("%s: %s asks for %v ms and brings the stones at %v; want %v and %v", tt.name, tt.flow, x.Connect.Value, first, tt.connect, tt.first)
		}
		if dropped, back := x.Wire.Dropped.Value, x.Wire.Back.Lost; tt.name == "answers of the catcher's" && (dropped != 0 || back != 1) {
			t.Errorf("%s: %v are lost on the way out and %d on the way back; want 0 and 1", tt.name, dropped, back)
		}
	}
}
