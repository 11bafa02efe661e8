package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/quantity"
	"stones/lab/reference"
	"stones/lab/report"
	"stones/lab/run"
)

// hold takes figures of the kernel, or of sim with the seeds of a reference, and
// compares them with the reference.
func (c *crosscheck) hold(ctx context.Context) error {
	for _, name := range []string{"goodput", "time", "window", "json"} {
		if c.flags.Changed(name) {
			return fmt.Errorf("--%s cannot be combined with --take and --against: they have a table and cells of their own", name)
		}
	}
	if !c.flags.Changed("runs") {
		c.runs = reference.MaxRuns
	}
	var words []string
	if c.cells != "" {
		words = strings.Split(c.cells, ",")
	}
	cells, unknown := reference.Select(words)
	if unknown != "" {
		return &quantity.InvalidError{Word: "cells", Value: unknown, Why: "neither a cell nor a kind of cells; the kinds are stream, event, bulk, window, drawn"}
	}
	ref := &reference.File{}
	if c.against != "" {
		var err error
		if ref, err = readReference("against", c.against); err != nil {
			return err
		}
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	if c.take == "" {
		f, err := c.takeSim(ctx, cells, ref)
		return c.compare(f, ref, cells, err)
	}
	if entered, err := c.enter(lab.Netns, c.stdin); entered || err != nil {
		return err
	}
	f, err := c.takeKernel(ctx, cells)
	if c.against == "" || f == nil {
		return err
	}
	return c.compare(f, ref, cells, err)
}

// compare writes how near the figures are to the reference.
func (c *crosscheck) compare(f, ref *reference.File, cells []reference.Cell, err error) error {
	rows := reference.Compare(f, ref, cells)
	if writeErr := report.Reference(c.stdout, f.About, ref.About, rows, c.page); writeErr != nil {
		return &failure{exitUnfinished, fmt.Errorf("write the result: %w", writeErr)}
	}
	return err
}

// readReference reads a file of figures that a flag names.
func readReference(flag, name string) (*reference.File, error) {
	r, err := os.Open(name)
	if err != nil {
		return nil, &quantity.InvalidError{Word: flag, Value: name, Why: reason(err)}
	}
	defer r.Close()
	f, err := reference.Read(r)
	if err != nil {
		return nil, &quantity.InvalidError{Word: flag, Value: name, Why: "no file of figures: " + err.Error()}
	}
	return f, nil
}

// A taking is one run of one cell.
type taking struct {
	cell reference.Cell
	seed uint64
}

// takeSim runs the cells on sim, with the seeds in the reference.
func (c *crosscheck) takeSim(ctx context.Context, cells []reference.Cell, ref *reference.File) (*reference.File, error) {
	var list []taking
	for _, cell := range cells {
		for i, r := range ref.Runs(cell) {
			if i < c.runs {
				list = append(list, taking{cell, r.Seed})
			}
		}
	}
	f := &reference.File{About: map[string]string{"stack": lab.Sim}}
	return f, side(ctx, runtime.GOMAXPROCS(0), list, func(t taking) (reference.Run, error) {
		return c.runCell(ctx, t, paths()[lab.Sim], nil)
	}, func(t taking, r reference.Run) error {
		f.Add(t.cell, r)
		return nil
	})
}

// side runs the takings, atOnce of them at a time, and calls keep with each result, one
// after the other. The error is the first one.
func side(ctx context.Context, atOnce int, list []taking, take func(taking) (reference.Run, error), keep func(taking, reference.Run) error) error {
	var (
		mu    sync.Mutex
		tasks errgroup.Group
		first error
	)
	tasks.SetLimit(atOnce)
	for _, t := range list {
		tasks.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			r, err := take(t)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				err = keep(t, r)
			}
			if first == nil && ctx.Err() == nil {
				first = err
			}
			return nil
		})
	}
	_ = tasks.Wait() // the error is first
	return cmp.Or(context.Cause(ctx), first)
}

// runCell runs one cell with one seed. counters is called after the run; it may be nil.
func (c *crosscheck) runCell(ctx context.Context, t taking, p run.Path, counters func() map[string]uint64) (reference.Run, error) {
	e, err := cellExperiment(t)
	if err != nil {
		return reference.Run{}, err
	}
	if !p.Virtual {
		e = onKernel(e)
	}
	r, err := run.Run(ctx, e, p)
	if err != nil {
		return reference.Run{}, err
	}
	x := &r.Flows[0]
	if why := cmp.Or(x.Broken, x.Error); why != "" {
		return reference.Run{}, &failure{exitUnfinished, fmt.Errorf("%s with --seed %d: %s", t.cell.Name, t.seed, why)}
	}
	var counts map[string]uint64
	if counters != nil {
		counts = counters()
	}
	return reference.NewRun(t.seed, x, e.Plan(lab.TCP).Size, counts), nil
}

// kernelTick is the timer tick of the kernels of which the figures were taken.
const kernelTick = "4ms"

// cellExperiment is the experiment of a taking on the path sim.
func cellExperiment(t taking) (lab.Experiment, error) {
	var s knob.Settings
	flags := fmt.Sprintf("only tcp, per-stone, tick %s, seed %d, %s", kernelTick, t.seed, t.cell.Flags)
	for flag := range strings.SplitSeq(flags, ", ") {
		word, value, valued := strings.Cut(flag, " ")
		if !valued {
			value = "true"
		}
		if err := s.Set(word, value); err != nil {
			return lab.Experiment{}, err
		}
	}
	if !s.Given("size") { // as the figures were taken
		if err := s.Set("size", "1000"); err != nil {
			return lab.Experiment{}, err
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		return lab.Experiment{}, err
	}
	return es[0], nil
}
