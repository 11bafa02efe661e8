package knob

import (
	"time"

	"stones/lab"
	"stones/lab/pace"
)

// Start returns the experiment that is run on a path if nothing else is said.
func Start(path string) lab.Experiment {
	plan := pace.Plan{Count: 1000, Size: 200, Rate: pace.StonesPerSecond(200)}
	e := lab.Experiment{
		Path:     path,
		Seed:     1,
		Flows:    []lab.Flow{lab.Over(lab.TCP, plan), lab.Over(lab.UDP, plan)},
		Deadline: 60 * time.Millisecond,
		GiveUp:   15 * time.Second,
	}
	switch path {
	case lab.Sim:
		e.GiveUp = time.Hour // of virtual time
	case lab.Remote:
		e.GiveUp = lab.MaxFarGiveUp
	}
	if AWire.Met(path) {
		usual := usual()
		e.Out, e.Back = usual.out, usual.back
	}
	return e
}

// nothing is an experiment in which nothing was chosen.
func nothing() lab.Experiment {
	return lab.Experiment{Flows: []lab.Flow{lab.Over(lab.TCP, pace.Plan{}), lab.Over(lab.UDP, pace.Plan{})}}
}
