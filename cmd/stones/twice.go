package main

import (
	"context"
	"errors"
	"fmt"

	"stones/lab"
	"stones/lab/knob"
)

// twice runs the experiments two more times, and returns an error that says where the
// two runs differ, if they do: a program that is a protocol may use the wall clock, or
// random numbers of its own.
func (t *throw) twice(ctx context.Context, es []lab.Experiment) error {
	if path := es[0].Path; path != lab.Sim {
		return &knob.ConflictError{One: "--check", Other: fmt.Sprintf("--path %q", path), Why: "time is real there, and no two runs are the same"}
	}
	whole := make([]lab.Experiment, len(es))
	for i, e := range es {
		e.Packets, e.PerStone = true, true
		whole[i] = e
	}
	var runs [2][]lab.Result
	for n := range runs {
		results, err := t.run(ctx, whole, func(int) {})
		if err != nil {
			return &failure{exitUnfinished, err}
		}
		runs[n] = results
	}
	for i, one := range runs[0] {
		if err := parting(one, runs[1][i]); err != nil {
			return &failure{exitUnfinished, fmt.Errorf("seed %d: %w", one.Experiment.Seed, err)}
		}
	}
	return nil
}

// parting returns an error that says where two runs of an experiment differ, or nil.
func parting(one, two lab.Result) error {
	for i, x := range one.Flows {
		y := two.Flows[i]
		for k := range max(len(x.Packets), len(y.Packets)) {
			a, b := "nothing", "nothing"
			if k < len(x.Packets) {
				a = sentAs(&x.Packets[k])
			}
			if k < len(y.Packets) {
				b = sentAs(&y.Packets[k])
			}
			if a != b {
				return fmt.Errorf("%s: two runs part at packet %d: %s, and %s", x.Name, k+1, a, b)
			}
		}
		if x.Delivered != y.Delivered || x.Foreign != y.Foreign || x.Damaged != y.Damaged || x.Duplicated != y.Duplicated || x.Error != y.Error {
			return errors.New(x.Name + ": two runs send the same packets, but what is delivered differs")
		}
	}
	return nil
}

// sentAs says when a packet was sent, by whom, and how large it is.
func sentAs(p *lab.Packet) string {
	end := "thrower"
	if p.Back {
		end = "catcher"
	}
	return fmt.Sprintf("%d B by the %s at %v ms", p.Bytes, end, p.Sent.Value)
}
