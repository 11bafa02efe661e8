package main

import (
	"testing"

	"stones/lab"
)

// The cure for a queue that is too long: a probe beside an upload hardly waits with a
// managed queue, which costs the upload next to nothing.
func TestQueuesThatThink(t *testing.T) {
	notShort(t)
	t.Parallel()
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

// Every packet that was marked is recorded as marked.
func TestMarkedPackets(t *testing.T) {
	e := flowing(t, []string{"delay", "10ms", "queue", "300:codel", "ecn", "true"}, "tcp rate=max time=5s size=1000")
	e.Packets = true
	x := ran(t, e).Flows[0]
	marked := 0
	for _, p := range x.Packets {
		if p.Marked && !p.Back {
			marked++
		}
	}
	if marked == 0 || float64(marked) != x.Wire.Marked.Value {
		t.Errorf("%d packets are marked; the wire marked %v", marked, x.Wire.Marked)
	}
}

// A queue that drops early keeps a probe beside bulk from waiting long, by RED and by
// PIE, and costs the bulk little.
func TestEarlyQueues(t *testing.T) {
	notShort(t)
	t.Parallel()
	for _, tt := range []struct {
		queue string
		most  float64 // ms above the least
	}{{"300:red", 110}, {"300:pie", 25}} {
		e := flowing(t, []string{"delay", "10ms", "bandwidth", "10Mbit", "queue", tt.queue, "time", "20s"}, "tcp rate=max", "udp rate=50 size=100")
		r := ran(t, e)
		probe, bulk := pickNamed(t, r, "udp"), pickNamed(t, r, "tcp")
		if above := probe.Delay.P50.Value - probe.Delay.Min.Value; above > tt.most {
			t.Errorf("%s: the probe waits for %.1f ms; want at most %v", tt.queue, above, tt.most)
		}
		if bulk.Goodput.Value < 8.5e6 {
			t.Errorf("%s: the bulk comes to %.2f Mbit/s; want at least 8.5", tt.queue, bulk.Goodput.Value/1e6)
		}
	}
}

// A shaper lets TCP have its rate, without loss where the queue has room; a policer of
// the same rate drops until TCP has slowed down, and what it drops is counted.
func TestBuckets(t *testing.T) {
	shaped := pickNamed(t, ran(t, flowing(t, []string{"shaper", "5Mbit:64kB", "bandwidth", "100Mbit", "queue", "300", "time", "10s"}, "tcp rate=max")), "tcp")
	if rate := shaped.Throughput.Value / 1e6; rate < 4.85 || rate > 5.1 {
		t.Errorf("shaped to %.3f Mbit/s; want 5", rate)
	}
	policed := pickNamed(t, ran(t, flowing(t, []string{"policer", "5Mbit:64kB", "bandwidth", "100Mbit", "queue", "300", "time", "10s"}, "tcp rate=max")), "tcp")
	if policed.Wire.Overflowed.Value == 0 || policed.Throughput.Value > 5.1e6 || policed.Throughput.Value < 2.5e6 {
		t.Errorf("policed to %.3f Mbit/s, %v dropped", policed.Throughput.Value/1e6, policed.Wire.Overflowed)
	}
	// A steady flow below the rate passes untouched, one above loses the rest.
	for rate, lost := range map[string]float64{"500": 0, "1000": 0.3} {
		x := pickNamed(t, ran(t, flowing(t, []string{"policer", "5Mbit:8kB", "bandwidth", "100Mbit", "size", "972", "rate", rate, "count", "5000"}, "udp")), "udp")
		if share := float64(x.Lost) / 5000; share < lost || lost == 0 && share > 0 || share > lost+0.1 {
			t.Errorf("at %s stones/s %.3f are lost", rate, share)
		}
	}
}
