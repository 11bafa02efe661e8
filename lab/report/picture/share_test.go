package picture

import (
	"slices"
	"strings"
	"testing"
	"time"

	"stones/lab"
)

// two is two flows at one queue, of which the second begins 100 ms behind the first.
func two() lab.Result {
	came := func(sent, arrived float64) lab.Packet {
		return lab.Packet{Sent: lab.Number(sent), Trip: lab.Trip{Fate: lab.PacketArrived, Left: lab.Number(arrived - 20), Arrived: lab.Number(arrived)}}
	}
	full := func(sent float64) lab.Packet {
		return lab.Packet{Sent: lab.Number(sent), Trip: lab.Trip{Fate: lab.PacketOverflowed, Arrived: lab.NA(lab.CauseDidNotCome)}}
	}
	near := lab.Outcome{Name: "near", Transport: lab.TCP, Shared: &lab.Shared{From: lab.Number(100), Share: lab.Number(0.75), Jain: lab.Number(0.8)}}
	near.Packets = []lab.Packet{came(0, 30), came(0, 40), came(100, 130), full(105)}
	near.Packets[2].Marked = true
	near.Samples = []lab.Sample{{At: lab.Number(0), Cwnd: 10}, {At: lab.Number(100), Cwnd: 20}, {At: lab.Number(200), Cwnd: 10}}
	near.Intervals = []lab.Interval{{From: lab.Number(0), To: lab.Number(500), Goodput: lab.Number(3e6)}}
	far := lab.Outcome{Name: "far", Transport: lab.UDP, Shared: &lab.Shared{From: lab.Number(0), Share: lab.Number(0.25), Jain: lab.Number(0.8)}}
	far.Packets = []lab.Packet{came(2, 70)} // as near's time goes: at 102, and 30 ms later at the wire
	far.Intervals = []lab.Interval{{From: lab.Number(0), To: lab.Number(500), Goodput: lab.Number(1e6)}}
	r := lab.Result{Flows: []lab.Outcome{near, far}}
	r.Experiment.Flows = []lab.Flow{{Name: "near", Transport: lab.TCP}, {Name: "far", Transport: lab.UDP, ExtraDelay: 30 * time.Millisecond}}
	r.Experiment.Out.Bandwidth, r.Experiment.Out.Delay = 1_000_000, 20*time.Millisecond
	return r
}

// The queue grows and shrinks with the packets of both flows. A drop is a cross, and a
// marked packet is a dot.
func TestQueueSteps(t *testing.T) {
	r := two()
	want := []step{{at: 0, more: 1}, {at: 0, more: 1}, {at: 10, more: -1}, {at: 20, more: -1}, {at: 100, more: 1}, {at: 105}, {at: 110, more: -1, marked: true}, {at: 132, more: 1}, {at: 150, more: -1}}
	if got := queueSteps(r, &r.Flows[0]); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	p, ok := queuePanel(r, Zoom{}, &r.Flows[0])
	if marked, full := p.series[1].points, p.series[2].points; !ok || !slices.Equal(full, []point{{105, 1}}) || !slices.Equal(marked, []point{{110, 0}}) {
		t.Errorf("no room at %v, marked at %v; want one at 105 ms with 1 in the queue, and one at 110 ms with none", full, marked)
	}
	if got := losses(&r.Flows[0], r.Flows[0].Samples, Zoom{}); !slices.Equal(got, []point{{105, 20}}) {
		t.Errorf("crosses at %v; want one at 105 ms and 20 packets", got)
	}
	r.Experiment.Out.Bandwidth = 0
	if _, ok := queuePanel(r, Zoom{}, &r.Flows[0]); ok {
		t.Error("a queue without a link")
	}
}

// Each flow has a curve of its own in the time of the run.
func TestShare(t *testing.T) {
	c := shareChart(two(), Zoom{})
	p := c.rows[0][0]
	if len(p.series) != 2 || p.x.max != 600 || c.name(p.series[1].look) != "far" {
		t.Fatalf("%+v", c)
	}
	for i, want := range [][]point{{{0, 3e6}, {500, 3e6}}, {{100, 1e6}, {600, 1e6}}} {
		if got := p.series[i].points; !slices.Equal(got, want) {
			t.Errorf("flow %d: %v; want %v", i+1, got, want)
		}
	}
	if want := "Of what came while all ran, near 75%, far 25%: Jain's index 0.800."; c.says != want {
		t.Errorf("%q; want %q", c.says, want)
	}
	var many lab.Result
	for range 9 {
		many.Flows = append(many.Flows, two().Flows[0])
	}
	var b strings.Builder
	if err := (View{Kind: "share"}).SVG(&b, many); err != nil || strings.Count(b.String(), "near") < maxShares {
		t.Errorf("nine flows: %v", err)
	}
	if says := shareChart(many, Zoom{}).says; !strings.Contains(says, "and 3 others") {
		t.Errorf("%q", says)
	}
}
