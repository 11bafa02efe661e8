package main

import (
	"math"

	"stones/lab"
	"stones/lab/report"
	"stones/lab/theory"
)

// A bout is an experiment over one transport, on both paths.
type bout struct {
	check
	transport  string
	sim, netns *lab.Result
}

// A margin is the range of the value on netns minus that on sim.
type margin struct {
	least, most float64
	sigma       bool    // 4 sigma of a count that chance decides
	share       float64 // in addition, a share of the stones thrown
}

// around is the margin if sim has the value v, of n stones.
func (m margin) around(v float64, n int) margin {
	if m.sigma {
		m.most = theory.Sigmas * math.Sqrt(v*(1-v/float64(n)))
	}
	m.most += m.share * float64(n)
	if m.sigma || m.share > 0 {
		m.least = -m.most
	}
	return m
}

// holds reports whether the difference is within the margin.
func (m margin) holds(apart float64) bool { return m.least <= apart && apart <= m.most }

// The usual margins.
var (
	tenMs     = margin{least: -10, most: 10}
	equal     = margin{}
	sigmas    = margin{sigma: true}
	nearQueue = margin{share: 0.005} // the drops of a full queue depend on exact arrival times
)

// outside counts the figures that are outside their margins.
func (b *bout) outside() int {
	n := 0
	for _, x := range b.comparisons() {
		if x.Outside {
			n++
		}
	}
	return n
}

// comparisons compares the figures of the two paths. There are none if a result is
// missing.
func (b *bout) comparisons() []report.Comparison {
	if b.sim == nil || b.netns == nil {
		return nil
	}
	var list []report.Comparison
	for _, f := range b.figures {
		if f.transport != b.transport {
			continue
		}
		sim, kernel := &b.sim.Flows[0], &b.netns.Flows[0]
		x := report.Comparison{
			Lesson: b.lesson, Turned: b.label(), Transport: f.transport, Key: f.key,
			Sim: report.Value(sim, f.key), Netns: report.Value(kernel, f.key),
		}
		m := f.usual.around(x.Sim.Value, sim.Thrown)
		apart := x.Netns.Value - x.Sim.Value
		if f.known != "" && !m.holds(apart) {
			m, x.Known = f.further, f.known
		}
		x.Least, x.Most, x.Sigma = m.least, m.most, m.sigma
		x.Outside = !m.holds(apart) || !x.Sim.Known() || !x.Netns.Known()
		list = append(list, x)
	}
	return list
}
