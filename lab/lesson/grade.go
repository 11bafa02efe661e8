package lesson

import (
	"fmt"
	"slices"

	"stones/lab"
	"stones/lab/prose"
)

// A Grade is what came of one task.
type Grade struct {
	Task   *Task
	Points int
	Faults []Fault // none if it has all points
}

// A Fault is one thing that is not as it must be.
type Fault struct {
	Seed   uint64
	What   string // with what was asked, and what came
	Stone  uint64 // the first stone that went wrong; 0 if none did
	Flags  []string
	Failed bool // the flow did not come to its end
}

// GradeTask holds the results of a task, of one seed or of several, to what must come:
// the points are given for all of it, in every run.
func GradeTask(t *Task, with string, results []lab.Result) Grade {
	g := Grade{Task: t, Points: t.Points}
	for _, r := range results {
		for _, x := range t.Expect {
			if x.OfMany() {
				continue
			}
			if err := x.Check(r); err != nil {
				g.Faults = append(g.Faults, newFault(t, with, r, err))
				break // one is enough to know of a run
			}
		}
	}
	for _, x := range t.Expect {
		if !x.OfMany() || len(results) == 0 {
			continue
		}
		if err := x.Check(results...); err != nil {
			g.Faults = append(g.Faults, newFault(t, with, results[0], err))
		}
	}
	if len(g.Faults) > 0 {
		g.Points = 0
	}
	return g
}

// newFault says what went wrong in a run.
func newFault(t *Task, with string, r lab.Result, err error) Fault {
	f := Fault{Seed: r.Experiment.Seed, What: err.Error(), Flags: t.Flags(with, r.Experiment)}
	i := slices.IndexFunc(r.Flows, func(x lab.Outcome) bool { return x.Transport == lab.Own })
	if i < 0 {
		return f
	}
	x := r.Flows[i]
	if !x.Complete {
		f.Failed = true
		f.What = fmt.Sprintf("seed %d: %s", f.Seed, prose.Safe(x.Error))
	}
	for _, s := range x.Stones {
		if s.Copies != 1 {
			f.Stone = s.Number
			break
		}
	}
	return f
}
