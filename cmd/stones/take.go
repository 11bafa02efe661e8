package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"time"

	"stones/lab"
	"stones/lab/path/netns"
	"stones/lab/reference"
	"stones/lab/run"
)

const (
	// soundMs is how many milliseconds late packets may leave the wire, at the 99th
	// percentile, in a good run on the kernel.
	soundMs = 0.3

	// attempts is how often a run is tried until it is good.
	attempts = 3

	// sideBySide is how many worlds of the kernel run at once. They and their catchers
	// share two processors.
	sideBySide = 2
)

// takeKernel adds to the file the runs that it does not have, or has only with packets
// that were late. It writes the file after every run, so that it may be stopped at any
// time and go on later.
func (c *crosscheck) takeKernel(ctx context.Context, cells []reference.Cell) (*reference.File, error) {
	f := &reference.File{About: map[string]string{}}
	if _, err := os.Stat(c.take); !errors.Is(err, fs.ErrNotExist) {
		if f, err = readReference("take", c.take); err != nil {
			return nil, err
		}
	}
	maps.Copy(f.About, about())
	var err error
	for range attempts {
		err = side(ctx, sideBySide, c.missing(f, cells), func(t taking) (reference.Run, error) {
			w := &countedPath{}
			return c.runCell(ctx, t, run.Path{Open: w.open}, w.counters)
		}, func(t taking, r reference.Run) error {
			if have, ok := f.Run(t.cell, t.seed); ok && have.Late() <= r.Late() {
				return nil
			}
			f.Add(t.cell, r)
			return replace(c.take, f.Write)
		})
	}
	return f, err
}

// missing lists the runs that are missing or not good, in rounds of one seed for each
// cell, so that the file is of use at any time.
func (c *crosscheck) missing(f *reference.File, cells []reference.Cell) []taking {
	var list []taking
	for round := range c.runs {
		for _, cell := range cells {
			seed := c.seed + uint64(round)
			have, ok := f.Run(cell, seed)
			if round < cell.Runs && (!ok || have.Late() > soundMs) {
				list = append(list, taking{cell, seed})
			}
		}
	}
	return list
}

// about describes the origin of the figures.
func about() map[string]string {
	return map[string]string{
		"stack": netns.Kernel(),
		"taken": time.Now().UTC().Format(time.DateOnly),
		"by":    "stones " + version,
	}
}

// replace replaces a file by a complete new one, or leaves it.
func replace(name string, write func(io.Writer) error) error {
	w, err := os.Create(name + ".new")
	if err != nil {
		return err
	}
	if err := errors.Join(write(w), w.Close()); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// A countedPath opens one world of the kernel, and has its counters once that is
// closed.
type countedPath struct{ counts map[string]uint64 }

func (c *countedPath) open(e lab.Experiment) (run.World, error) {
	w, err := netns.Open(netnsConfig(e, nil))
	if err != nil {
		return nil, err
	}
	return &countedWorld{w, c}, nil
}

func (c *countedPath) counters() map[string]uint64 { return c.counts }

type countedWorld struct {
	*netns.World
	counted *countedPath
}

func (w *countedWorld) Close() error {
	thrower, catcher, err := w.Counters()
	w.counted.counts = reference.Counters(thrower, catcher)
	return errors.Join(err, w.World.Close())
}
