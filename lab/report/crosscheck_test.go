package report_test

import (
	"io"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/report"
	"stones/lab/wire"
)

// onKernel is a result as it may come of the path netns.
func onKernel(r lab.Result) lab.Result {
	r.Experiment.Path = lab.Netns
	r.Experiment.Recovery = ""
	for i := range r.Flows {
		s := &r.Flows[i].Stack
		s.Name, s.Version, s.SACK, s.Recovery, s.SendBuffer, s.RecvBuffer = "linux", "", "as the system has it", "as the system has it", 0, 0
	}
	return r
}

// comparisons has one comparison of each kind.
func comparisons() []report.Comparison {
	of := func(turned, transport, key string, sim, netns, least, most float64) report.Comparison {
		return report.Comparison{
			Lesson: "lesson", Turned: turned, Transport: transport, Key: key,
			Sim: lab.Number(sim), Netns: lab.Number(netns), Least: least, Most: most,
		}
	}
	with := func(c report.Comparison, change func(c *report.Comparison)) report.Comparison {
		change(&c)
		return c
	}
	known := func(why report.Difference) func(c *report.Comparison) {
		return func(c *report.Comparison) { c.Known = why }
	}
	outside := func(c *report.Comparison) { c.Outside = true }
	return []report.Comparison{
		of("delay 50ms", lab.TCP, "connect_ms", 100, 100.93, -10, 10),
		of("delay 50ms", lab.UDP, "done_ms", 50, 49.96, -10, 10),
		with(of("rate 50/s", lab.TCP, "delay_max_ms", 175, 186.5, -10, 10), outside),
		with(of("rate 2/s", lab.TCP, "delay_max_ms", 350, 367.1, -10, 45), known(report.CoarseTimer)),
		with(of("rate max", lab.TCP, "delay_max_ms", 250, 259.2, -10, 40), known(report.CoarseTimer)),
		with(of("rate 3/s", lab.TCP, "delay_max_ms", 350, 358, -10, 45), known(report.CoarseTimer)),
		with(of("drop-packets 1", lab.TCP, "connect_ms", 1100, 1116.7, -10, 135), known(report.CoarseTimer)),
		with(of("drop-packets 1,2", lab.TCP, "connect_ms", 2100, 2136.8, -10, 270), known(report.CoarseTimer)),
		of("hold 30:3", lab.TCP, "wire_data_packets", 61, 61, 0, 0),
		with(of("hold 30:3", lab.UDP, "reordered", 1, 0, 0, 0), outside),
		of("rate 191/s", lab.UDP, "lost", 118, 119, -2.5, 2.5),
		with(of("size 4000", lab.UDP, "lost", 35, 31, -21.49, 21.49), func(c *report.Comparison) { c.Sigma = true }),
		with(of("delay 50ms", lab.UDP, "done_ms", 50, 0, -10, 10), func(c *report.Comparison) {
			c.Netns, c.Outside = lab.NA(lab.CauseNothingCame), true
		}),
	}
}

func TestCrosscheckGolden(t *testing.T) {
	for name, tt := range map[string]struct {
		comparisons []report.Comparison
		again       int
	}{
		"crosscheck":      {comparisons(), 2},
		"crosscheck.fine": {comparisons()[:2], 0},
		"crosscheck.none": {nil, 0},
	} {
		golden(t, name, func(w io.Writer, doc lab.Document, _ report.View) error {
			return report.Crosscheck(w, doc, tt.comparisons, tt.again, report.View{})
		}, document(result(), onKernel(result())))
	}
}

// races are the results of TCP as fast as it goes: of each row three on netns
// and on sim.
func races() []lab.Result {
	var results []lab.Result
	race := func(loss wire.Share, delay time.Duration, seed uint64, recovery string, goodput float64) lab.Result {
		return with(func(r *lab.Result, tcp, _ *lab.Outcome) {
			e := &r.Experiment
			*e = e.Only(lab.TCP)
			e.Seed, e.Recovery = seed, recovery
			e.Plan(lab.TCP).Count, e.Plan(lab.TCP).Time, e.Interval = 0, 10*time.Second, 10*time.Second
			e.Plan(lab.TCP).Rate = pace.Max()
			e.Out.Loss.Random, e.Out.Reorder = loss, wire.Reorder{}
			e.Out.Delay, e.Back.Delay = delay, delay
			tcp.Intervals = []lab.Interval{{Goodput: lab.Number(goodput)}, {Goodput: lab.Number(1)}}
			r.Flows = r.Flows[:1]
		})
	}
	for i, loss := range []wire.Share{wire.Percent / 10, wire.Percent} {
		for j, delay := range []time.Duration{10 * time.Millisecond, 50 * time.Millisecond} {
			for seed := range uint64(3) {
				mean := 9e6 / float64(1+i+j)
				spread := float64(seed) * 50_000
				results = append(results,
					race(loss, delay, seed, "rack", mean+spread),
					race(loss, delay, seed, "sack", mean*0.7+spread),
					onKernel(race(loss, delay, seed, "", mean-20_000+spread)),
				)
			}
		}
	}
	return results
}

func TestCrosscheckGoodputGolden(t *testing.T) {
	all := races()
	unfinished := with(func(r *lab.Result, _, _ *lab.Outcome) { *r = all[len(all)-3]; r.Flows[0].Intervals = nil })
	for name, doc := range map[string]lab.Document{
		"goodput":         document(all...),
		"goodput.one":     document(all[:3]...),
		"goodput.partial": document(append(all[:5:5], unfinished)...), // some cells have no results
		"goodput.none":    document(),
	} {
		golden(t, name, report.CrosscheckGoodput, doc)
	}
}
