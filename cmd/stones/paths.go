package main

import (
	"io"

	"stones/lab"
	"stones/lab/path/host"
	"stones/lab/path/netns"
	"stones/lab/run"
	"stones/lab/worlds"
)

// paths holds every path by the name that --path takes. This is the only place
// where an experiment meets a path.
func paths() map[string]run.Path { return tapped(nil) }

// tapped returns the paths; those that see their packets show them to t.
func tapped(t worlds.Tap) map[string]run.Path {
	return map[string]run.Path{
		lab.Sim:   worlds.Sim(t),
		lab.Host:  {Open: func(e lab.Experiment) (run.World, error) { return host.Open(hostConfig(e)) }},
		lab.Netns: {Open: func(e lab.Experiment) (run.World, error) { return netns.Open(netnsConfig(e, t)) }},
	}
}

func hostConfig(e lab.Experiment) host.Config {
	return host.Config{
		Flows:      worlds.Flows(e),
		IPv6:       e.IPv6,
		Congestion: e.Congestion,
		Nagle:      e.Tuning.Nagle,
		Buffer:     e.Buffer,
	}
}

func netnsConfig(e lab.Experiment, t worlds.Tap) netns.Config {
	return netns.Config{
		Flows:      worlds.Flows(e),
		Seed:       e.Seed,
		IPv6:       e.IPv6,
		Out:        e.Out,
		Back:       e.Back,
		Congestion: e.Congestion,
		Tuning:     worlds.Tuning(e),
		Buffer:     e.Buffer,
		Counters:   e.Counters,
		Packets:    e.Packets || e.Overhear,
		Tap:        t.Of(e),
	}
}

// enter makes sure that worlds of a path can be opened. It may run the program again
// with the rights that the path needs. Then entered is true, and only the exit code is
// left to return.
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
