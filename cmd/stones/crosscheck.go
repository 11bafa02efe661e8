package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/run"
)

// A crosscheck is the command that compares the path sim with the path netns.
type crosscheck struct {
	program
	flags *pflag.FlagSet

	take    string // the file of the kernel's figures to write
	against string // the file of the kernel's figures to compare with
	cells   string // names and kinds, with commas between them
	goodput bool
	runs    int
	time    time.Duration
	buffer  int // bytes of each socket buffer; 0 means the path's own choice
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
--time and --window are for it. Nothing is outside there.

With --take the kernel's figures of some hundred roads are kept in a file, with
several seeds each; that takes an hour and more, and may stop and go on. With
--against sim is held against such a file, without Linux and in some seconds.`,
		Example: `  stones crosscheck                                all figures, side by side
  stones crosscheck --goodput                      how fast TCP is
  stones crosscheck --goodput --runs 2 --time 2s   the same, roughly
  stones crosscheck --take new.txt --cells loss1   the kernel's figures of a road
  stones crosscheck --against new.txt              how near sim is to them`,
		Args: noWords,
	}
	c := &crosscheck{program: p, flags: cmd.Flags(), runs: 10, time: 10 * time.Second, seed: 1}
	c.flags.SortFlags = false
	plain(c.flags, "take", "", knob.Word(), &c.take)
	plain(c.flags, "against", "", knob.Word(), &c.against)
	plain(c.flags, "cells", "", knob.Word(), &c.cells)
	plain(c.flags, "goodput", "", knob.Toggle(), &c.goodput)
	plain(c.flags, "runs", "", knob.Whole(1, maxRaces()), &c.runs)
	plain(c.flags, "time", "t", knob.During(lab.MinTime, lab.MaxTime), &c.time)
	plain(c.flags, "window", "w", knob.Size(lab.MinBuffer, lab.MaxBuffer), &c.buffer)
	plain(c.flags, "seed", "", knob.Seed(), &c.seed)
	plain(c.flags, "json", "J", knob.Toggle(), &c.json)
	cmd.InitDefaultHelpFlag()
	c.flags.VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return c.do(cmd.Context()) }
	return cmd
}

// do runs what the flags ask for.
func (c *crosscheck) do(ctx context.Context) error {
	if c.take != "" || c.against != "" {
		return c.hold(ctx)
	}
	if c.flags.Changed("cells") {
		return errors.New("--cells: only with --take or --against")
	}
	for _, name := range []string{"runs", "time", "window"} {
		if !c.goodput && c.flags.Changed(name) {
			return fmt.Errorf("--%s: only with --goodput", name)
		}
	}
	if c.goodput && c.seed > math.MaxUint64-uint64(c.runs-1) {
		return &quantity.InvalidError{Word: "seed", Value: fmt.Sprint(c.seed), Why: fmt.Sprintf("no %d --runs from there; the last seed is %d", c.runs, uint64(math.MaxUint64))}
	}
	var (
		bouts []bout // none for goodput
		es    []lab.Experiment
	)
	if c.goodput {
		es = races(c.seed, c.runs, c.time, c.buffer)
	} else {
		bouts, es = c.bouts()
	}
	if entered, err := c.enter(lab.Netns, c.stdin); entered || err != nil {
		return err
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
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
	return c.compareBouts(bouts, again, err)
}

// maxAgain is how often a bout that is outside is run again.
const maxAgain = 3

// throwAgain runs each bout that is outside again on netns, until it is inside or was
// run maxAgain times. It returns how many bouts it ran again. A fault of an engine
// stays; a disturbance by other work of this computer does not.
func throwAgain(ctx context.Context, bouts []bout) (again int, err error) {
	for i := range bouts {
		b := &bouts[i]
		for tries := 0; tries < maxAgain && b.outside() > 0; tries++ {
			if tries == 0 {
				again++
			} else if !rest(ctx, time.Duration(tries)*breather) {
				return again, ctx.Err()
			}
			results, err := runLight(ctx, []lab.Experiment{b.netns.Experiment}, nil) // alone, because bouts may disturb each other
			if err != nil {
				return again, err
			}
			b.netns = results[0]
		}
	}
	return again, nil
}

// breather is the pause before the second try, and twice that before the third, for
// other work of the computer to end.
const breather = time.Second

// rest waits, and reports whether it waited to the end.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// compareBouts writes the figures of the bouts side by side.
func (c *crosscheck) compareBouts(bouts []bout, again int, err error) error {
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
	err = c.finish(results, err, func(w io.Writer, doc lab.Document, v report.View) error {
		return report.Crosscheck(w, doc, comparisons, again, v)
	})
	if err == nil && outside > 0 {
		err = &failure{exitUnfinished, fmt.Errorf("%d of %d figures are outside of what is allowed", outside, len(comparisons))}
	}
	return err
}

// bouts returns all bouts and their experiments: for each bout the one on sim, followed
// by the one on netns.
func (c *crosscheck) bouts() (bouts []bout, es []lab.Experiment) {
	for _, k := range checks() {
		k.experiment.Seed = c.seed
		for _, transport := range k.experiment.Transports() {
			over := func(f figure) bool { return f.transport == transport }
			if !slices.ContainsFunc(k.figures, over) {
				continue
			}
			one := k.experiment.Only(transport)
			bouts = append(bouts, bout{check: k, transport: transport})
			es = append(es, one, onKernel(one))
		}
	}
	return bouts, es
}

// onKernel returns the experiment on the path netns, in real time.
func onKernel(e lab.Experiment) lab.Experiment {
	e.Path, e.Recovery, e.Tuning, e.GiveUp = lab.Netns, "", lab.Tuning{}, time.Minute
	return e
}

// finish writes the results that there are, and returns what went wrong.
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
		if err := write(c.stdout, doc, c.page); err != nil && !errors.Is(err, syscall.EPIPE) {
			return &failure{exitUnfinished, fmt.Errorf("write the result: %w", err)}
		}
	}
	return outcome(doc.Results, err)
}

// atOnce is how many experiments run side by side in real time. They must all be
// light: a few thousand packets a second together.
const atOnce = 8

// runLight runs the experiments: first those in virtual time, then those in real time,
// many at once. The results are in the order of the experiments; nil means not
// finished. The error is the first one.
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
