package knob

import (
	"time"

	"stones/lab"
	"stones/lab/pace"
)

// Start returns the default experiment on a path.
func Start(path string) lab.Experiment {
	plan := pace.Plan{Count: 1000, Size: 200, Rate: pace.StonesPerSecond(200)}
	e := lab.Experiment{
		Path:     path,
		Seed:     1,
		Flows:    usualFlows(plan),
		Deadline: 60 * time.Millisecond,
		GiveUp:   15 * time.Second,
	}
	switch path {
	case lab.Sim:
		e.GiveUp = time.Hour // of virtual time
	case lab.Remote:
		e.GiveUp = lab.MaxFarGiveUp
	}
	if lab.AWire.Met(path) {
		usual := usual()
		e.Out, e.Back = usual.out, usual.back
	}
	return e
}

// usualFlows returns one flow over each transport that is thrown over by default.
func usualFlows(plan pace.Plan) []lab.Flow {
	var flows []lab.Flow
	for _, transport := range lab.UsualNames() {
		flows = append(flows, lab.Over(transport, plan))
	}
	return flows
}

// Nothing is an experiment in which nothing was chosen.
func Nothing() lab.Experiment { return lab.Experiment{Flows: usualFlows(pace.Plan{})} }
