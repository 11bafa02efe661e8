package main

import (
	"io"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/path/host"
	"stones/lab/path/netns"
	"stones/lab/path/sim"
	"stones/lab/run"
)

// A tap makes what is shown every packet of an experiment's world; nil is
// nothing.
type tap func(lab.Experiment) func(path.Frame)

// of is what the tap makes for an experiment.
func (t tap) of(e lab.Experiment) func(path.Frame) {
	if t == nil {
		return nil
	}
	return t(e)
}

// paths holds every path by the name that --path takes. This is the only place
// where an experiment meets a path.
func paths() map[string]run.Path { return tapped(nil) }

// tapped holds the paths, of which those that know their packets show them.
func tapped(t tap) map[string]run.Path {
	return map[string]run.Path{
		lab.Sim:   {Open: func(e lab.Experiment) (run.World, error) { return sim.Open(simConfig(e, t)) }, Virtual: true},
		lab.Host:  {Open: func(e lab.Experiment) (run.World, error) { return host.Open(hostConfig(e)) }},
		lab.Netns: {Open: func(e lab.Experiment) (run.World, error) { return netns.Open(netnsConfig(e, t)) }},
	}
}

// flowsOf are the flows that meet in the world of an experiment.
func flowsOf(e lab.Experiment) path.Flows {
	var flows path.Flows
	for _, f := range e.Flows {
		flows = append(flows, path.Flow{Name: f.Name, Transport: f.Transport, Congestion: f.Congestion, ExtraDelay: f.ExtraDelay, Stones: stonesOf(f)})
	}
	return flows
}

// stonesOf is how many stones a flow has that has a protocol of its own.
func stonesOf(f lab.Flow) int {
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

func simConfig(e lab.Experiment, t tap) sim.Config {
	return sim.Config{
		Flows:         flowsOf(e),
		Seed:          e.Seed,
		IPv6:          e.IPv6,
		Out:           e.Out,
		Back:          e.Back,
		Congestion:    e.Congestion,
		Recovery:      e.Recovery,
		NoSACK:        e.Tuning.SACK == lab.Off,
		NoDelayedACK:  e.Tuning.DelayedACK == lab.Off,
		Nagle:         e.Tuning.Nagle,
		ECN:           e.Tuning.ECN,
		NoUDPChecksum: e.Tuning.UDPChecksum == lab.Off,
		InitialWindow: e.Tuning.InitialWindow,
		Tick:          e.Tuning.Tick,
		Buffer:        e.Buffer,
		Packets:       e.Packets,
		Tap:           t.of(e),
	}
}

func hostConfig(e lab.Experiment) host.Config {
	return host.Config{
		Flows:      flowsOf(e),
		IPv6:       e.IPv6,
		Congestion: e.Congestion,
		Buffer:     e.Buffer,
	}
}

func netnsConfig(e lab.Experiment, t tap) netns.Config {
	return netns.Config{
		Flows:      flowsOf(e),
		Seed:       e.Seed,
		IPv6:       e.IPv6,
		Out:        e.Out,
		Back:       e.Back,
		Congestion: e.Congestion,
		Buffer:     e.Buffer,
		Packets:    e.Packets,
		Tap:        t.of(e),
	}
}

// enter sees to it that worlds of a path can be opened. It may run the program
// again, with the rights that the path needs; then it has entered, and all is
// done but for the exit code.
func (p program) enter(path string, stdin io.Reader) (entered bool, err error) {
	if path != lab.Netns {
		return false, nil
	}
	code, entered, err := netns.Enter(p.args, stdin)
	switch {
	case err != nil:
		return false, &failure{exitUnfinished, err}
	case entered && code != 0:
		return true, &failure{code, nil}
	}
	return entered, nil
}
