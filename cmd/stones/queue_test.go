package main

import (
	"testing"

	"stones/lab"
)

// The cure for a queue that is too long: a probe beside an upload hardly waits
// where the queue thinks, and the upload loses next to nothing by it.
func TestQueuesThatThink(t *testing.T) {
	const base = 10.1024 // ms: of a probe on an empty road
	for _, tt := range []struct {
		queue       string
		ecn         string
		least, most float64 // of the probe's p50, above the base
	}{
		{"300", "false", 100, 400},
		{"300:codel", "false", 0, 15},
		{"300:fq_codel", "false", 0, 3},
		{"300:fq_codel", "true", 0, 3},
	} {
		e := flowing(t, []string{"delay", "10ms", "queue", tt.queue, "ecn", tt.ecn}, "tcp rate=max time=20s", "udp rate=50 time=20s size=100")
		r := ran(t, e)
		tcp, probe := pickNamed(t, r, lab.TCP), pickNamed(t, r, lab.UDP)
		if above := probe.Delay.P50.Value - base; above < tt.least || above > tt.most {
			t.Errorf("%s: the probe waits %.1f ms; want %v to %v", tt.queue, above, tt.least, tt.most)
		}
		if tcp.Goodput.Value < 8.8e6 {
			t.Errorf("%s: TCP has %v bit/s; want at least 8.8 Mbit/s", tt.queue, tcp.Goodput)
		}
		if marked := tcp.Wire.Marked.Value > 0; marked != (tt.ecn == "true") || marked && tcp.Wire.Retransmitted.Value > 0 {
			t.Errorf("%s, ecn %s: %v marked, %v retransmitted", tt.queue, tt.ecn, tcp.Wire.Marked, tcp.Wire.Retransmitted)
		}
	}
}
