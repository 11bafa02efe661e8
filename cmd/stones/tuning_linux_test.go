package main

import (
	"slices"
	"strings"
	"testing"

	"stones/lab"
)

// The kernel's ends are tuned as those of the path sim are, and then behave alike.
func TestNetnsTuning(t *testing.T) {
	inFull(t)
	needsNetns(t)
	count := func(is func(lab.Packet) bool) func(lab.Outcome) float64 {
		return func(x lab.Outcome) (n float64) {
			for _, p := range x.Packets {
				if is(p) {
					n++
				}
			}
			return n
		}
	}
	clean := []string{"loss", "0%", "reorder", "0%", "packets", "true"}
	for _, tt := range []struct {
		name   string
		args   []string
		within float64 // of the figure on sim
		figure func(x lab.Outcome) float64
	}{
		{"nagle", []string{"only", "tcp", "count", "100", "size", "100", "rate", "200", "nagle", "true"}, 0.2, count(func(p lab.Packet) bool { return p.Data > 0 && !p.Back })},
		{"delayed ACK off", []string{"only", "tcp", "count", "50", "size", "1400", "rate", "500", "delayed-ack", "off"}, 0.05, count(func(p lab.Packet) bool { return p.Flags == "ACK" && p.Back })},
		{"SACK off", []string{"only", "tcp", "count", "200", "rate", "max", "size", "1000", "drop", "30,60", "sack", "off"}, 0.2, func(x lab.Outcome) float64 { return x.Wire.Retransmitted.Value }},
		{"initial window", []string{"only", "tcp", "count", "30", "rate", "max", "size", "1400", "initial-window", "3"}, 0, firstFlight},
		{"ECN", []string{"only", "tcp", "count", "5", "ecn", "true"}, 0, count(func(p lab.Packet) bool { return strings.Contains(p.Flags, "SYN") && strings.Contains(p.Flags, "ECE") })},
		{"no checksum", []string{"only", "udp", "count", "400", "rate", "400", "corrupt", "20%", "udp-checksum", "off"}, 0, func(x lab.Outcome) float64 { return float64(x.Damaged) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := asked(t, slices.Concat(clean, tt.args)...)
			ours, kernel := ran(t, e).Flows[0], along(t, lab.Netns, 1, []lab.Experiment{e})[0].Flows[0]
			got, want := tt.figure(kernel), tt.figure(ours)
			t.Logf("sim %v, the kernel %v", want, got)
			if !ours.Complete || !kernel.Complete || want == 0 || got < want*(1-tt.within) || got > want*(1+tt.within) {
				t.Errorf("sim %v (complete %t), the kernel %v (complete %t)", want, ours.Complete, got, kernel.Complete)
			}
			if ours.Stack.SACK != kernel.Stack.SACK || ours.Stack.Nagle != kernel.Stack.Nagle || ours.Stack.DelayedACK != kernel.Stack.DelayedACK || ours.Stack.ECN != kernel.Stack.ECN || ours.Stack.InitialWindow != kernel.Stack.InitialWindow {
				t.Errorf("sim's stack is %+v, the kernel's %+v", ours.Stack, kernel.Stack)
			}
		})
	}
}

// firstFlight is how many packets with data left within a fifth of the round trip after the
// first.
func firstFlight(x lab.Outcome) float64 {
	n, first := 0, -1.0
	for _, p := range x.Packets {
		if p.Back || p.Data == 0 {
			continue
		}
		if first < 0 {
			first = p.Sent.Value
		}
		if p.Sent.Value < first+8 {
			n++
		}
	}
	return float64(n)
}
