package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/run"
	"stones/lab/theory"
)

// A crosscheck is the command that holds the path sim against the path netns.
type crosscheck struct {
	program
	flags *pflag.FlagSet

	goodput bool
	runs    int
	time    time.Duration
	buffer  int // bytes of each socket buffer; 0 is the path's own choice
	seed    uint64
	json    bool
}

// newCrosscheck returns the command.
func (p program) newCrosscheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "crosscheck",
		Short: "Run the same experiments on sim and on a real kernel, and compare",
		Long: `Run the same experiments on the emulated stacks (--path sim) and on this
computer's kernel (--path netns), over the same wire with the same seed, and put
them side by side. Times may be 10 ms apart, what chance decides 4 sigma; where
the two are known to differ, the row says so. What is outside is run again on
netns, up to three times.

That takes some ten seconds. It needs Linux. The exit code is 0 if all is within
what is allowed, and 1 if not.

With --goodput it is a table of how fast TCP is, over loss and round-trip time,
with each way in which sim can find losses. That takes some minutes; --runs,
--time and --window are for it. Nothing is outside there.`,
		Example: `  stones crosscheck                                all figures, side by side
  stones crosscheck --goodput                      how fast TCP is
  stones crosscheck --goodput --runs 2 --time 2s   the same, roughly`,
		Args: noWords,
	}
	c := &crosscheck{program: p, flags: cmd.Flags(), runs: 10, time: 10 * time.Second, seed: 1}
	c.flags.SortFlags = false
	m := maker{flags: c.flags}
	plain(m, "goodput", "", yes, &c.goodput)
	plain(m, "runs", "", whole(1, maxRaces()), &c.runs)
	plain(m, "time", "t", during(lab.MinTime, lab.MaxTime), &c.time)
	plain(m, "window", "w", size, &c.buffer)
	plain(m, "seed", "", seed, &c.seed)
	plain(m, "json", "J", yes, &c.json)
	cmd.InitDefaultHelpFlag()
	c.flags.VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return c.do(cmd.Context()) }
	return cmd
}

// do runs what the flags ask for.
func (c *crosscheck) do(ctx context.Context) error {
	for _, name := range []string{"runs", "time", "window"} {
		if !c.goodput && c.flags.Changed(name) {
			return fmt.Errorf("--%s: only with --goodput", name)
		}
	}
	if most := maxRaces(); c.runs < 1 || c.runs > most {
		return &quantity.InvalidError{Word: "runs", Value: fmt.Sprint(c.runs), Why: fmt.Sprintf("out of range; allowed 1 to %d", most)}
	}
	if c.goodput && c.seed > math.MaxUint64-uint64(c.runs-1) {
		return &quantity.InvalidError{Word: "seed", Value: fmt.Sprint(c.seed), Why: fmt.Sprintf("no %d --runs from there; the last seed is %d", c.runs, uint64(math.MaxUint64))}
	}
	var (
		bouts []bout // none for goodput
		es    []lab.Experiment
		err   error
	)
	if c.goodput {
		es, err = c.races()
	} else {
		bouts, es, err = c.bouts()
	}
	if err != nil {
		return err
	}
	if entered, err := c.enter(lab.Netns, c.stdin); entered || err != nil {
		return err
	}
	// As in [runAlong]: an interrupt ends it early with what is known by then.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	var screen io.Writer
	if c.terminal {
		screen = c.stderr
	}
	progress := newProgress(screen, len(es))
	results, err := runLight(ctx, es, progress.done)
	for i := range bouts {
		bouts[i].sim, bouts[i].netns = results[2*i], results[2*i+1]
	}
	again := 0
	if err == nil {
		again, err = throwAgain(ctx, bouts)
	}
	progress.end()
	if c.goodput {
		return c.finish(results, err, report.CrosscheckGoodput)
	}
	return c.compare(bouts, again, err)
}

// A check is an experiment, and the figures that are compared.
type check struct {
	lesson  string // that it belongs to
	turned  string // the flag that tells it from others of that lesson
	rest    string // all other flags
	figures []figure
}

// A figure is one of a flow, and how far apart its two values may be.
type figure struct {
	transport, key string
	usual          margin
	known          report.Difference // why they may be further apart
	further        margin            // and how far, then
}

// A margin is by how much the value on netns may be above that on sim.
type margin struct {
	least, most float64
	sigma       bool    // 4 sigma of a count that chance decides
	share       float64 // of the stones thrown, besides
}

// around is the margin where sim has the value v, of n stones.
func (m margin) around(v float64, n int) margin {
	if m.sigma {
		m.most = theory.Sigmas * math.Sqrt(v*(1-v/float64(n)))
	}
	m.most += m.share * float64(n)
	if m.sigma || m.share > 0 {
		m.least = -m.most
	}
	return m
}

// holds reports whether netns may be so much above sim.
func (m margin) holds(apart float64) bool { return m.least <= apart && apart <= m.most }

// The usual margins.
var (
	tenMs     = margin{least: -10, most: 10}
	equal     = margin{}
	sigmas    = margin{sigma: true}
	nearQueue = margin{share: 0.005} // which stones a full queue drops depends on when exactly each comes
)

// figures returns those of the names, each a transport and a key.
func figures(m margin, names ...string) []figure {
	var list []figure
	for _, name := range names {
		transport, key, _ := strings.Cut(name, " ")
		list = append(list, figure{transport: transport, key: key, usual: m})
	}
	return list
}

// differing is the figure of a known difference.
func differing(why report.Difference, least, most float64, name string) []figure {
	f := figures(tenMs, name)[0]
	f.known, f.further = why, margin{least: least, most: most}
	return []figure{f}
}

// checks returns all of them.
func checks() []check {
	const (
		wide   = "loss 0%, reorder 0%, bandwidth unlimited, queue unlimited, size 100, "
		narrow = "loss 0%, reorder 0%, bandwidth 1.5Mbit, queue 50, delay 20ms, tcp-size 1420, udp-size 1444, " // 1472 B each on the wire
		lossy  = "loss 5%, reorder 0%, bandwidth unlimited, queue unlimited, delay 20ms, "
	)
	all := slices.Concat[[]figure]
	var list []check
	for _, delay := range []string{"50ms", "150ms"} {
		list = append(list, check{"first-stone", "delay " + delay, wide + "count 1", figures(
			tenMs, "tcp connect_ms", "tcp done_ms", "udp done_ms",
		)})
	}
	list = append(list,
		check{"missing-stone", "rate 20/s", wide + "delay 50ms, count 30, drop 20, deadline 70ms", all(
			figures(tenMs, "tcp delay_max_ms", "udp delay_max_ms"),
			figures(equal, "tcp late", "tcp lost", "udp late", "udp lost"),
		)},
		check{"missing-stone", "rate 50/s", wide + "delay 50ms, count 30, drop 20, deadline 70ms", all(
			differing(report.CoarseTimer, -10, 25, "tcp delay_max_ms"), // a timer of a quarter of the round trip
			figures(equal, "tcp late"),
		)},
		check{"lonely-stone", "rate 2/s", wide + "delay 50ms, count 3, drop 2", all(
			// A timer of 300 ms, late by up to an eighth, in place of one of 400 ms.
			differing(report.LonelyProbe, -110, -50, "tcp delay_max_ms"),
			figures(equal, "udp lost"),
		)},
		check{"lonely-stone", "rate max", wide + "delay 50ms, count 10, drop 10", differing(report.TailProbe, -330, 10, "tcp delay_max_ms")},
		check{"lost-hello", "drop-packets 1", wide + "delay 50ms, count 1", differing(report.CoarseTimer, -10, 135, "tcp connect_ms")},
		check{"lost-hello", "drop-packets 1,2", wide + "delay 50ms, count 1", differing(report.LinearSYN, -1010, 385, "tcp connect_ms")},
	)
	for by := 1; by <= 5; by++ {
		list = append(list, check{"late-not-lost", fmt.Sprintf("hold 30:%d", by), wide + "delay 50ms, count 60, rate 100/s", all(
			figures(equal, "tcp retransmitted", "udp reordered", "udp lost"),
			figures(tenMs, "tcp delay_max_ms"),
		)})
	}
	for _, rate := range []string{"115/s", "140/s", "191/s"} { // the link carries 127.4 stones/s: 0.9, 1.1 and 1.5 times that
		list = append(list, check{"too-fast", "rate " + rate, narrow + "count 500", all(
			figures(nearQueue, "udp lost"),
			figures(tenMs, "udp delay_p50_ms", "tcp done_ms"),
		)})
	}
	for _, pattern := range []string{"steady", "burst:50", "burst:60"} {
		list = append(list, check{"burst", "pattern " + pattern, narrow + "count 120, rate 100/s", all(
			figures(equal, "udp lost"),
			figures(tenMs, "udp delay_max_ms", "tcp done_ms"),
		)})
	}
	for _, size := range []string{"1472", "1473", "4000", "8000"} { // 1, 2, 3 and 6 pieces
		list = append(list, check{"big-stones", "size " + size, lossy + "count 200, rate 50/s", figures(sigmas, "udp lost")})
	}
	return list
}

// A bout is an experiment over one transport. It is thrown on both paths.
type bout struct {
	check
	transport  string
	sim, netns *lab.Result
}

// maxAgain is how often what is outside is thrown again.
const maxAgain = 3

// throwAgain throws once more what is outside of what is allowed, until it is not
// or has been thrown often enough, and returns of how many bouts that was. What is
// wrong with an engine stays wrong; what came of this computer's other work does
// not.
func throwAgain(ctx context.Context, bouts []bout) (again int, err error) {
	for i := range bouts {
		b := &bouts[i]
		for tries := 0; tries < maxAgain && b.outside() > 0; tries++ {
			if tries == 0 {
				again++
			} else if !rest(ctx, time.Duration(tries)*breather) {
				return again, ctx.Err()
			}
			results, err := runLight(ctx, []lab.Experiment{b.netns.Experiment}, nil) // alone: they may have disturbed each other
			if err != nil {
				return again, err
			}
			b.netns = results[0]
		}
	}
	return again, nil
}

// breather is how long to wait, and then twice as long, for what else the
// computer does to be done.
const breather = time.Second

// rest waits, and reports whether it was left to.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// compare writes the figures of the bouts side by side.
func (c *crosscheck) compare(bouts []bout, again int, err error) error {
	var (
		results     []*lab.Result
		comparisons []report.Comparison
		outside     int
	)
	for i := range bouts {
		b := &bouts[i]
		results = append(results, b.sim, b.netns)
		comparisons = append(comparisons, b.comparisons()...)
		outside += b.outside()
	}
	err = c.finish(results, err, func(w io.Writer, doc lab.Document) error {
		return report.Crosscheck(w, doc, comparisons, again)
	})
	if err == nil && outside > 0 {
		err = &failure{exitUnfinished, fmt.Errorf("%d of %d figures are outside of what is allowed", outside, len(comparisons))}
	}
	return err
}

// bouts returns all bouts, and their experiments: of each, that on sim and that on
// netns.
func (c *crosscheck) bouts() (bouts []bout, es []lab.Experiment, err error) {
	for _, k := range checks() {
		e, err := c.experiment(k.rest + ", " + k.turned)
		if err != nil {
			return nil, nil, err
		}
		for _, transport := range e.Transports() {
			over := func(f figure) bool { return f.transport == transport }
			if !slices.ContainsFunc(k.figures, over) {
				continue
			}
			one := e
			if transport == lab.TCP {
				one.UDP = nil
			} else {
				one.TCP = nil
			}
			bouts = append(bouts, bout{check: k, transport: transport})
			es = append(es, one, onKernel(one))
		}
	}
	return bouts, es, nil
}

// experiment is what the flags mean, which are as on the command line, but
// without dashes and with commas between them.
func (c *crosscheck) experiment(flags string) (lab.Experiment, error) {
	args := []string{fmt.Sprintf("--seed=%d", c.seed)}
	for word := range strings.SplitSeq(flags, ", ") {
		args = append(args, "--"+strings.Replace(word, " ", "=", 1))
	}
	es, err := knobs{c.program}.Experiments(args)
	if err != nil {
		return lab.Experiment{}, err
	}
	return es[0], nil
}

// onKernel is the experiment on the path netns, in real time.
func onKernel(e lab.Experiment) lab.Experiment {
	e.Path, e.Recovery, e.GiveUp = lab.Netns, "", time.Minute
	return e
}

// outside counts the figures that are outside of what is allowed.
func (b *bout) outside() int {
	n := 0
	for _, x := range b.comparisons() {
		if x.Outside {
			n++
		}
	}
	return n
}

// comparisons holds the figures of the two paths against each other. There are
// none if one of them is not known.
func (b *bout) comparisons() []report.Comparison {
	if b.sim == nil || b.netns == nil {
		return nil
	}
	var list []report.Comparison
	for _, f := range b.figures {
		if f.transport != b.transport {
			continue
		}
		sim, kernel := &b.sim.Flows[0], &b.netns.Flows[0]
		x := report.Comparison{
			Lesson: b.lesson, Turned: b.turned, Transport: f.transport, Key: f.key,
			Sim: report.Value(sim, f.key), Netns: report.Value(kernel, f.key),
		}
		m := f.usual.around(x.Sim.Value, sim.Thrown)
		apart := x.Netns.Value - x.Sim.Value
		if f.known != "" && !m.holds(apart) {
			m, x.Known = f.further, f.known
		}
		x.Least, x.Most, x.Sigma = m.least, m.most, m.sigma
		x.Outside = !m.holds(apart) || !x.Sim.Known() || !x.Netns.Known()
		list = append(list, x)
	}
	return list
}

// Of the table of goodput.
var (
	losses     = []string{"0.1%", "0.5%", "1%", "2%", "5%"}
	roundTrips = []time.Duration{20 * time.Millisecond, 40 * time.Millisecond, 100 * time.Millisecond}
	recoveries = []string{"rack", "sack"}
)

// maxRaces is how many runs of each are within the limits of one call.
func maxRaces() int {
	return maxExperiments / (len(losses) * len(roundTrips) * (len(recoveries) + 1))
}

// races returns the experiments of the table of goodput.
func (c *crosscheck) races() ([]lab.Experiment, error) {
	var es []lab.Experiment
	for _, loss := range losses {
		for _, rtt := range roundTrips {
			e, err := c.experiment("only tcp, rate max, reorder 0%, bandwidth 10Mbit, queue 100" +
				", loss " + loss + ", delay " + quantity.FormatDuration(rtt/2) + ", time " + quantity.FormatDuration(c.time))
			if err != nil {
				return nil, err
			}
			e.Buffer = c.buffer
			e.Interval = c.time // the goodput is that of the first one
			if err := e.Validate(); err != nil {
				return nil, err
			}
			for range c.runs {
				for _, recovery := range recoveries {
					e.Recovery = recovery
					es = append(es, e)
				}
				es = append(es, onKernel(e))
				e.Seed++
			}
		}
	}
	return es, nil
}

// finish writes the results that there are, and says what was not as it should be
// with them, or with getting them.
func (c *crosscheck) finish(results []*lab.Result, err error, write report.Writer) error {
	doc := lab.Document{Version: version}
	for _, r := range results {
		if r != nil {
			doc.Results = append(doc.Results, *r)
		}
	}
	if c.json {
		write = report.JSON
	}
	if len(doc.Results) > 0 {
		if err := write(c.stdout, doc); err != nil && !errors.Is(err, syscall.EPIPE) {
			return &failure{exitUnfinished, fmt.Errorf("write the result: %w", err)}
		}
	}
	return outcome(doc.Results, err)
}

// atOnce is how many experiments run side by side in real time. They must all be
// light: a few thousand packets a second together.
const atOnce = 8

// runLight runs the experiments, first those in virtual time and then, many at
// once, those in real time. The results are those of the experiments in their
// order; nil is one that was not finished. The error says of the first one why.
func runLight(ctx context.Context, es []lab.Experiment, done func(finished int)) ([]*lab.Result, error) {
	results := make([]*lab.Result, len(es))
	errs := make([]error, len(es))
	var (
		mu       sync.Mutex
		finished int
	)
	paths := paths()
	for _, virtual := range []bool{true, false} {
		var tasks errgroup.Group
		tasks.SetLimit(atOnce)
		if virtual {
			tasks.SetLimit(runtime.GOMAXPROCS(0))
		}
		for i, e := range es {
			if paths[e.Path].Virtual != virtual {
				continue
			}
			tasks.Go(func() error {
				if ctx.Err() != nil {
					return nil
				}
				r, err := run.Run(ctx, e, paths[e.Path])
				if err != nil || ctx.Err() != nil {
					errs[i] = err
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				results[i] = &r
				finished++
				if done != nil {
					done(finished)
				}
				return nil
			})
		}
		_ = tasks.Wait() // errors stand in errs
	}
	return results, cmp.Or(ctx.Err(), cmp.Or(errs...))
}
