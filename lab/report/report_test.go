package report_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/report"
	"stones/lab/stone"
	"stones/lab/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// experiment is one of 1000 stones over both transports, 2% of which are lost.
func experiment() lab.Experiment {
	tcp := pace.Plan{Count: 1000, Size: 1000, Rate: pace.StonesPerSecond(200)}
	udp := tcp
	e := lab.Experiment{Path: lab.Sim, Seed: 1, Flows: []lab.Flow{lab.Over(lab.TCP, tcp), lab.Over(lab.UDP, udp)}, Deadline: 150 * time.Millisecond, GiveUp: time.Hour}
	e.Back = wire.Shape{Delay: 20 * time.Millisecond, Bandwidth: 10 * wire.Mbit, Queue: wire.Queue{Packets: 100}, MTU: 1500}
	e.Out = e.Back
	e.Out.Loss.Random = 2 * wire.Percent
	e.Out.Reorder.Share = wire.Percent
	return e
}

// result is a possible result of it.
func result() lab.Result {
	ms := func(v float64) lab.Figure { return lab.Number(v) }
	stack := path.Stack{
		Name: "gVisor", Version: "v0.0.0-20260905035102-160fafc42237",
		Congestion: "cubic", SACK: "on", Recovery: "rack", Nagle: "off", SendBuffer: 1 << 20, RecvBuffer: 1 << 20,
	}
	return lab.Result{
		Experiment: experiment(),
		Made:       lab.Made{Go: "go1.26.8"},
		Flows: []lab.Outcome{
			{
				Name: lab.TCP, Transport: lab.TCP, Complete: true, Stack: stack,
				Counts: stone.Counts{
					Planned: 1000, Attempted: 1000, Thrown: 1000, NotThrown: map[string]int{},
					Delivered: 1000, Late: 0, HeldUp: 71, Arrivals: 1000,
				},
				Wire: lab.Wire{
					Packets: lab.Number(1027), DataPackets: lab.Number(1024), Bytes: lab.Number(1_078_416), Dropped: lab.Number(23),
					Retransmitted: lab.Number(24), Back: &path.Direction{Sent: 1006, Bytes: 52_804, Arrived: 1006},
				},
				Delay:  lab.Delays{Min: ms(20.8416), P50: ms(20.8416), P95: ms(31.2), P99: ms(71.8416), Max: ms(81.8832)},
				Jitter: ms(0.0213), Standstill: ms(60.0416), Connect: ms(40.096), Done: ms(5055.9376),
				Throughput: lab.Number(1_706_376), Goodput: lab.Number(1_594_896),
				Pacing: kept(), Drain: path.DrainWire, Samples: []lab.Sample{},
			},
			{
				Name: lab.UDP, Transport: lab.UDP, Complete: true, Stack: stack,
				Counts: stone.Counts{
					Planned: 1000, Attempted: 1000, Thrown: 1000, NotThrown: map[string]int{},
					Delivered: 977, HeldUp: 9, Lost: 23, Reordered: 9, Extent: 2, Arrivals: 977, LongestLoss: 2, LossPeriods: 22,
				},
				Wire: lab.Wire{
					Packets: lab.Number(1000), DataPackets: lab.Number(1000), Bytes: lab.Number(1_028_000), Dropped: lab.Number(23),
					Retransmitted: lab.NA(lab.CauseThrowsOnce), Timeouts: lab.NA(lab.CauseNoTimeouts), Back: &path.Direction{},
				},
				Delay:  lab.Delays{Min: ms(20.8224), P50: ms(20.8224), P95: ms(20.8224), P99: lab.Infinite(), Max: ms(30.8224)},
				Jitter: ms(0.0417), Standstill: ms(15), Connect: lab.NA(lab.CauseNeverAsks), Done: ms(5015.8224),
				Throughput: lab.Number(1_639_611), Goodput: lab.Number(1_558_269),
				Pacing: kept(), Drain: path.DrainWire, Samples: []lab.Sample{},
			},
		},
	}
}

// kept is the pacing of 200 stones a second in virtual time.
func kept() lab.Pacing {
	return lab.Pacing{
		Policy: pace.CatchUp, Asked: lab.Number(200), Offered: lab.Number(200), Met: true,
		GapP50: lab.Number(5), GapP99: lab.Number(5), BackToBack: lab.Number(1),
	}
}

// slow is the pacing of a thrower that did not keep up, or was held up.
func slow(limit lab.Limit) lab.Pacing {
	return lab.Pacing{
		Policy: pace.CatchUp, Asked: lab.Number(200), Offered: lab.Number(168.75), Limit: limit, Late: 940,
		ErrorP50: lab.Number(412.5), ErrorP99: lab.Number(901.25), ErrorMax: lab.Number(925.1), GapP50: lab.Number(5.6), GapP99: lab.Number(12.7),
		BackToBack: lab.Number(23),
	}
}

// document is what is kept of results.
func document(results ...lab.Result) lab.Document {
	return lab.Document{Version: "1.0.0", Results: results}
}

// with is a result that is changed.
func with(change func(r *lab.Result, tcp, udp *lab.Outcome)) lab.Result {
	r := result()
	change(&r, &r.Flows[0], &r.Flows[1])
	return r
}

// again is the same experiment with another seed.
func again(seed uint64, lost, heldUp int, goodput float64) lab.Result {
	return with(func(r *lab.Result, tcp, udp *lab.Outcome) {
		r.Experiment.Seed = seed
		udp.Lost, udp.Delivered = lost, 1000-lost
		udp.Goodput = lab.Number(goodput)
		udp.Wire.Dropped = lab.Number(lost)
		tcp.HeldUp = heldUp
		tcp.Delay.Max = lab.Number(60 + float64(heldUp)/3)
	})
}

// documents are the documents that have golden files.
func documents() map[string]lab.Document {
	return map[string]lab.Document{
		"none": document(),
		"one":  document(result()),
		"only": document(with(func(r *lab.Result, _, _ *lab.Outcome) {
			r.Experiment = r.Experiment.Only(lab.UDP)
			r.Experiment.Deadline = 0
			r.Flows = r.Flows[1:]
		})),
		"differing": document(with(func(r *lab.Result, _, udp *lab.Outcome) {
			*r.Experiment.Plan(lab.UDP) = pace.Plan{Time: 5 * time.Second, Size: 2000, Rate: pace.BitsPerSecond(1_600_000), Pattern: pace.Pattern{Poisson: true}}
			udp.Duplicated, udp.Arrivals, udp.Wire.Copied = 8, 985, lab.Number(8)
			udp.Damaged = 1
			r.Warnings = advice.Warnings(&r.Experiment, nil)
		})),
		"partial": document(with(func(_ *lab.Result, tcp, udp *lab.Outcome) {
			tcp.Complete, tcp.Error = false, "588 of 1000 stones were not thrown"
			tcp.Attempted, tcp.NotAttempted, tcp.Thrown, tcp.Delivered, tcp.Lost = 412, 588, 412, 400, 12
			udp.Broken = "law 3: thrown 1000 = delivered 977 + lost 22 + unknown 0"
		})),
		"nothing": document(with(func(r *lab.Result, tcp, udp *lab.Outcome) {
			r.Experiment.Out.Loss.Random = 100 * wire.Percent
			nothing := lab.NA(lab.CauseNothingCame)
			*tcp = lab.Outcome{
				Name: lab.TCP, Transport: lab.TCP, Error: "tcp: connect: timed out", Stack: tcp.Stack, Counts: stone.Counts{Planned: 1000, NotAttempted: 1000},
				Wire:  lab.Wire{Packets: lab.Number(7), Bytes: lab.Number(420), Dropped: lab.Number(7), Back: &path.Direction{}},
				Delay: lab.Delays{Min: nothing, P50: nothing, P95: nothing, P99: nothing, Max: nothing}, Jitter: nothing, Standstill: nothing,
				Connect: lab.NA("never answered, in 127 seconds"), Done: nothing, Throughput: nothing, Goodput: nothing,
			}
			udp.Delivered, udp.HeldUp, udp.Reordered, udp.Lost = 0, 0, 0, 1000
			udp.Wire.Dropped = lab.Number(1000)
			udp.Delay = lab.Delays{Min: nothing, P50: lab.Infinite(), P95: lab.Infinite(), P99: lab.Infinite(), Max: nothing}
			udp.Jitter, udp.Standstill, udp.Done, udp.Throughput, udp.Goodput = nothing, nothing, nothing, nothing, nothing
		})),
		"host": document(with(func(r *lab.Result, tcp, udp *lab.Outcome) {
			r.Experiment.Path, r.Experiment.Out, r.Experiment.Back = lab.Host, wire.Shape{}, wire.Shape{}
			unseen := lab.NA(path.Silent)
			for _, x := range []*lab.Outcome{tcp, udp} {
				x.Stack = path.Stack{Name: "Linux", Version: "6.18.5", Congestion: "cubic", SACK: "on", Recovery: "the kernel's own", Nagle: "off"}
				again := x.Wire.Retransmitted
				x.Wire = lab.Wire{Packets: unseen, DataPackets: unseen, Bytes: unseen, Dropped: unseen, Overflowed: unseen, Damaged: unseen, Copied: unseen, Retransmitted: again, Timeouts: unseen}
				x.Throughput = unseen
			}
			tcp.Wire.Retransmitted = unseen
			udp.Reordered, udp.ReceiverDrops = 0, lab.Number(20)
			tcp.Pacing, udp.Pacing = slow(lab.LimitTCP), kept()
			udp.Pacing.Limit = lab.LimitReceiver
			udp.Pacing.ErrorP50, udp.Pacing.ErrorP99, udp.Pacing.ErrorMax = lab.Number(0.0004), lab.Number(0.0281), lab.Number(0.6125)
			r.Warnings = advice.Warnings(&r.Experiment, r.Flows)
		})),
		"runs": document(
			again(1, 23, 71, 1_558_269), again(2, 17, 62, 1_572_800), again(3, 28, 88, 1_555_200),
			again(4, 12, 54, 1_580_900), again(5, 19, 66, 1_569_600),
		),
		"few_runs": document(again(1, 0, 71, 1_600_000), with(func(r *lab.Result, tcp, _ *lab.Outcome) {
			r.Experiment.Seed = 7
			tcp.Complete, tcp.Error = false, "interrupted"
		})),
		"intervals": document(with(func(r *lab.Result, tcp, udp *lab.Outcome) {
			r.Experiment.Interval = 2 * time.Second
			row := func(from, to float64, thrown, lost, late int, p50 lab.Figure, delivered int, goodput float64) lab.Interval {
				return lab.Interval{From: lab.Number(from), To: lab.Number(to), Thrown: thrown, Lost: lost, Late: late, P50: p50, Delivered: delivered, Goodput: lab.Number(goodput)}
			}
			tcp.Intervals = []lab.Interval{
				row(0, 2000, 392, 0, 12, lab.Number(20.8416), 380, 1_520_000),
				row(2000, 4000, 400, 0, 0, lab.Number(21.5), 405, 1_620_000),
				row(4000, 5055.9376, 208, 0, 0, lab.Number(20.8416), 215, 1_628_890),
			}
			udp.Intervals = []lab.Interval{
				row(0, 2000, 400, 12, 0, lab.Number(20.8224), 384, 1_536_000),
				row(2000, 4000, 400, 201, 0, lab.Infinite(), 199, 796_000),
				row(4000, 5015.8224, 0, 0, 0, lab.NA(lab.CauseNoneThrown), 0, 0),
			}
		})),
		"host_max": document(with(func(r *lab.Result, tcp, udp *lab.Outcome) {
			r.Experiment.Path, r.Experiment.Out, r.Experiment.Back = lab.Host, wire.Shape{}, wire.Shape{}
			r.Experiment.Plan(lab.TCP).Rate, r.Experiment.Plan(lab.UDP).Rate = pace.Max(), pace.Max()
			na := lab.NA(lab.CauseNotPaced)
			for _, x := range []*lab.Outcome{tcp, udp} {
				x.Pacing = lab.Pacing{
					Policy: pace.CatchUp, Asked: na, Offered: lab.Number(412_345.678_901), Met: true, ErrorP50: na, ErrorP99: na, ErrorMax: na,
					GapP50: lab.Number(0.0021), GapP99: lab.Number(0.0103), BackToBack: na,
				}
			}
			r.Warnings = advice.Warnings(&r.Experiment, r.Flows)
		})),
		"host_sweep": hostSweep(),
		"sweep":      sweep(1),
		"sweep_runs": document(append(sweep(1).Results, sweep(2).Results...)...),
	}
}

// hostSweep is the results of two rates, of which one was not met.
func hostSweep() lab.Document {
	var results []lab.Result
	for _, rate := range []int64{200, 1_000_000} {
		results = append(results, with(func(r *lab.Result, tcp, udp *lab.Outcome) {
			r.Experiment.Path, r.Experiment.Out, r.Experiment.Back = lab.Host, wire.Shape{}, wire.Shape{}
			r.Experiment.Plan(lab.TCP).Rate, r.Experiment.Plan(lab.UDP).Rate = pace.StonesPerSecond(rate), pace.StonesPerSecond(rate)
			if rate == 1_000_000 {
				tcp.Pacing, udp.Pacing = slow(lab.LimitTCP), slow(lab.LimitSender)
				tcp.Pacing.Asked, udp.Pacing.Asked = lab.Number(rate), lab.Number(rate)
				tcp.Pacing.Offered, udp.Pacing.Offered = lab.Number(912_345.25), lab.Number(600_000)
			}
			r.Warnings = advice.Warnings(&r.Experiment, r.Flows)
		}))
	}
	return document(results...)
}

// sweep is the results of a few rates and losses.
func sweep(seed uint64) lab.Document {
	var results []lab.Result
	for i, rate := range []int64{100, 200, 500} {
		for j, loss := range []wire.Share{0, 5 * wire.Percent} {
			results = append(results, with(func(r *lab.Result, tcp, udp *lab.Outcome) {
				r.Experiment.Seed = seed
				r.Experiment.Plan(lab.TCP).Rate, r.Experiment.Plan(lab.UDP).Rate = pace.StonesPerSecond(rate), pace.StonesPerSecond(rate)
				r.Experiment.Out.Loss.Random = loss
				r.Experiment.Out.Reorder = wire.Reorder{}
				udp.Lost = j * (43 + 3*i + int(seed))
				udp.Delivered, udp.Reordered, udp.HeldUp = 1000-udp.Lost, 0, 0
				udp.Wire.Dropped = lab.Number(udp.Lost)
				udp.Goodput = lab.Number(float64(rate) * 8 * float64(udp.Delivered))
				tcp.Goodput = lab.Number(rate*8000 - int64(j)*123_456)
				if loss == 0 {
					udp.Delay.P99 = udp.Delay.P50
					tcp.Delay.P99, tcp.HeldUp, tcp.Wire.Retransmitted, tcp.Wire.Dropped = tcp.Delay.P50, 0, lab.Figure{}, lab.Figure{}
				}
				if rate == 500 && loss > 0 {
					tcp.Complete, tcp.Error = false, "3 of 1000 stones were not thrown"
				}
				r.Warnings = advice.Warnings(&r.Experiment, nil)
			}))
		}
	}
	return document(results...)
}

func TestGolden(t *testing.T) {
	for name, doc := range documents() {
		for format, write := range report.Formats {
			if forPeople(format) || slices.Contains(forPrograms, name) {
				golden(t, name+"."+format, write, doc)
			}
		}
	}
}

// forPrograms are enough documents for the formats for programs, which have no words.
var forPrograms = []string{"one", "partial", "intervals", "host"}

func forPeople(format string) bool { return format != "json" && format != "csv" }

// Theory stands beside measurement in the formats that have room for it.
func TestTheoryGolden(t *testing.T) {
	docs := documents()
	for _, name := range []string{"one", "only", "differing", "partial", "nothing", "host", "runs", "sweep", "none"} {
		for format, write := range report.WithTheory {
			if !forPeople(format) && !slices.Contains(forPrograms, name) {
				continue
			}
			golden(t, name+".theory."+format, write.Document, docs[name])
		}
	}
}

// golden compares what is written with a file.
func golden(t *testing.T, name string, write report.Writer, doc lab.Document) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		var got strings.Builder
		if err := write(&got, doc, report.View{}); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(got.String()), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s:\n%s\nwant:\n%s", file, got.String(), want)
		}
	})
}

func BenchmarkFormats(b *testing.B) {
	doc := sweep(1)
	for format, write := range report.Formats {
		b.Run("format="+format, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := write(io.Discard, doc, report.View{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
