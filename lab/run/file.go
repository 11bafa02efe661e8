package run

import (
	"errors"
	"fmt"
	"strings"

	"stones/lab"
	"stones/lab/stone"
)

// errNoContent is the error of a file that a document describes without its content.
var errNoContent = errors.New("lab: the bytes of the file are not here; only its name is kept with a result")

// takes records what a stone carried, and reports whether that is what was thrown. A
// number outside the plan is rejected elsewhere.
func (x *flow) takes(s stone.Stone) bool {
	if x.cargo == nil || s.Number < 1 || s.Number > uint64(x.schedule.Count()) && x.schedule.Count() > 0 {
		return true
	}
	if x.got != nil {
		return x.got.Add(s.Number, s.Carries)
	}
	return s.Carries == x.cargo(s.Number)
}

// takeReported records what the stones in the other end's report carried. The report
// has only a sum of it.
func (x *flow) takeReported() error {
	if x.cargo == nil {
		return nil
	}
	var sum stone.Sum
	seen := make([]bool, x.schedule.Count())
	for _, s := range x.report.Stones {
		if !seen[s.Number-1] {
			seen[s.Number-1] = true
			sum.Add(s.Number, x.cargo(s.Number))
		}
	}
	if sum != x.report.Carried {
		return errors.New("it tells of stones that carried something else than was thrown")
	}
	for i, came := range seen {
		if n := uint64(i) + 1; came && x.got != nil {
			x.got.Add(n, x.cargo(n))
		}
	}
	return nil
}

// load returns the whole content that the other end's stones are to carry.
func (x *flow) load() (string, error) {
	room := x.Plan.Size - stone.HeaderLen
	if x.cargo == nil || !x.reverse {
		return "", nil
	}
	if room*x.schedule.Count() > lab.MaxFile+room {
		return "", fmt.Errorf("the other end can be told no more than %d bytes to throw, and these are %d", lab.MaxFile, room*x.schedule.Count())
	}
	var all strings.Builder
	for n := range uint64(x.schedule.Count()) {
		all.WriteString(x.cargo(n + 1))
	}
	return all.String(), nil
}

// fileFigures fills in what arrived of the file.
func (x *flow) fileFigures(r *lab.Outcome) {
	if x.got != nil {
		r.Caught = x.got.Caught()
	}
}
