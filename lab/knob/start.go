package knob

import (
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/wire"
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
		e.Back = wire.Shape{
			Delay:     20 * time.Millisecond,
			Bandwidth: 10 * wire.Mbit,
			Queue:     wire.Queue{Packets: 100},
			MTU:       1500,
		}
		e.Out = e.Back
		e.Out.Loss = wire.Loss{Random: wire.Percent / 2}
		e.Out.Reorder = wire.Reorder{Share: wire.Percent}
	}
	return e
}

// nothing is an experiment in which nothing was chosen.
func nothing() lab.Experiment {
	return lab.Experiment{Flows: []lab.Flow{lab.Over(lab.TCP, pace.Plan{}), lab.Over(lab.UDP, pace.Plan{})}}
}
