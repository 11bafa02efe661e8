// Package worlds makes the emulated world that an experiment asks for. It is where
// every program meets the path sim: the command line and the page's engine.
package worlds

import (
	"stones/lab"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/path/sim"
	"stones/lab/run"
)

// A Tap makes what is shown every packet of an experiment's world; nil means nothing.
type Tap func(lab.Experiment) func(path.Frame)

// Of is what the tap makes for an experiment.
func (t Tap) Of(e lab.Experiment) func(path.Frame) {
	if t == nil {
		return nil
	}
	return t(e)
}

// Sim is the path sim, whose packets are shown to the tap.
func Sim(t Tap) run.Path {
	return run.Path{Virtual: true, Open: func(e lab.Experiment) (run.World, error) { return sim.Open(Config(e, t)) }}
}

// ErrTooMuch is why an experiment along a bounded path has no result.
var ErrTooMuch = sim.ErrTooMuch

// Bounded is the path sim for experiments of strangers: a world ends with [ErrTooMuch]
// once most turns of its throwers, catchers and packets are over, on every computer at
// the same one.
func Bounded(most int) run.Path {
	return run.Path{Virtual: true, Open: func(e lab.Experiment) (run.World, error) {
		c := Config(e, nil)
		c.Most = most
		return sim.Open(c)
	}}
}

// Config is how the world of an experiment on the path sim is set.
func Config(e lab.Experiment, t Tap) sim.Config {
	return sim.Config{
		Flows:      Flows(e),
		Seed:       e.Seed,
		IPv6:       e.IPv6,
		Out:        e.Out,
		Back:       e.Back,
		Congestion: e.Congestion,
		Recovery:   e.Recovery,
		Tuning:     Tuning(e),
		Tick:       e.Tuning.Tick,
		Buffer:     e.Buffer,
		Counters:   e.Counters,
		Packets:    e.Packets || e.Overhear,
		Tap:        t.Of(e),
	}
}

// Tuning is how an experiment sets the stacks.
func Tuning(e lab.Experiment) path.Tuning {
	return path.Tuning{
		NoSACK:        e.Tuning.SACK == lab.Off,
		NoDelayedACK:  e.Tuning.DelayedACK == lab.Off,
		Nagle:         e.Tuning.Nagle,
		ECN:           e.Tuning.ECN,
		InitialWindow: e.Tuning.InitialWindow,
		NoUDPChecksum: e.Tuning.UDPChecksum == lab.Off,
	}
}

// Flows are those that meet in the world of an experiment.
func Flows(e lab.Experiment) path.Flows {
	var flows path.Flows
	for _, f := range e.Flows {
		flows = append(flows, path.Flow{Name: f.Name, Transport: f.Is().Over, Congestion: f.Congestion, ExtraDelay: f.ExtraDelay, Drop: f.DropPackets, DropBack: f.DropPacketsBack, Stones: stones(f), Reverse: f.Reverse})
	}
	return flows
}

// stones is how many a flow has that has a protocol of its own.
func stones(f lab.Flow) int {
	if f.Transport != lab.Own {
		return 0
	}
	f.Plan.Pattern = pace.Pattern{} // which does not change how many there are by much
	s, err := pace.NewSchedule(f.Plan, 0)
	if err != nil {
		return 0
	}
	return s.Count()
}
