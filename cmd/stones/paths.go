package main

import (
	"stones/lab"
	"stones/lab/path"
	"stones/lab/path/host"
	"stones/lab/path/sim"
)

// paths holds every path by the name that --path takes. This is the only place
// where an experiment meets a path.
func paths() map[string]lab.Path {
	return map[string]lab.Path{
		"sim":  {Open: openSim, Virtual: true},
		"host": {Open: openHost},
	}
}

func openSim(e lab.Experiment) (lab.World, error) { return sim.Open(simConfig(e)) }

// tapped is the path sim, whose packets are shown to a tap for each world.
func tapped(tap func(lab.Experiment) func(path.Frame)) lab.Path {
	return lab.Path{Virtual: true, Open: func(e lab.Experiment) (lab.World, error) {
		cfg := simConfig(e)
		cfg.Tap = tap(e)
		return sim.Open(cfg)
	}}
}

func simConfig(e lab.Experiment) sim.Config {
	return sim.Config{
		Seed:     e.Seed,
		IPv6:     e.IPv6,
		Out:      e.Out,
		Back:     e.Back,
		Recovery: e.Recovery,
		Buffer:   e.Buffer,
		Packets:  e.Packets,
	}
}

func openHost(e lab.Experiment) (lab.World, error) {
	return host.Open(host.Config{
		IPv6:       e.IPv6,
		Congestion: e.Congestion,
		Buffer:     e.Buffer,
	})
}
