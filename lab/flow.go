package lab

import (
	"iter"
	"slices"
	"time"

	"stones/lab/pace"
	"stones/lab/wire"
)

// A Flow is one run of a plan over one transport.
type Flow struct {
	Name      string    `json:"name"`      // tells it from the others: the transport's, if there is only one of that
	Transport string    `json:"transport"` // the name of a [Transport]
	Plan      pace.Plan `json:",embed"`

	Start      Start         `json:"start,omitzero"`       // when it begins, since the run did
	Congestion string        `json:"congestion,omitzero"`  // TCP's congestion control, if not that of the experiment
	ExtraDelay time.Duration `json:"extra_delay,omitzero"` // what its packets take each way besides
	Own        string        `json:"own,omitzero"`         // of the transport [Own]: the protocol's name, or a program's, and its parameters
	Reverse    bool          `json:"reverse,omitzero"`     // the catcher's side throws: the stones take the way back

	// Which of its packets are lost, whatever is in them: 1 is the first on that way.
	DropPackets     wire.Numbers `json:"drop_packets,omitzero"`
	DropPacketsBack wire.Numbers `json:"drop_packets_back,omitzero"`
}

// A Listed is a list of a flow's packets that are lost on one way, and the word that sets
// it, behind that of a transport.
type Listed struct {
	Word   string
	Places *wire.Numbers
}

// Listed are the lists out and back. They can be written to.
func (f *Flow) Listed() [2]Listed {
	return [2]Listed{{"drop-packets", &f.DropPackets}, {"drop-packets-back", &f.DropPacketsBack}}
}

// Over is the flow of a plan over a transport, named after that.
func Over(transport string, plan pace.Plan) Flow {
	return Flow{Name: transport, Transport: transport, Plan: plan}
}

// MaxFlows is how many flows an experiment may have.
const MaxFlows = 256

// Flow is the flow of that name, or nil. It can be written to.
func (e Experiment) Flow(name string) *Flow {
	for i := range e.Flows {
		if e.Flows[i].Name == name {
			return &e.Flows[i]
		}
	}
	return nil
}

// Facing is the experiment as a flow meets it: with the way that its stones take as the
// way out.
func (e Experiment) Facing(f *Flow) *Experiment {
	if f != nil && f.Reverse {
		e.Out, e.Back = e.Back, e.Out
	}
	return &e
}

// Number is that of the flow of that name, from 1; 0 if there is none.
func (e Experiment) Number(name string) int {
	return 1 + slices.IndexFunc(e.Flows, func(f Flow) bool { return f.Name == name })
}

// kind is what flows have in common that are several of one: the transport, or the
// protocol over it.
func (f Flow) kind() string { return f.Transport + " " + f.Own }

// kinds are those of the flows, in their order.
func (e Experiment) kinds() []string {
	var kinds []string
	for _, f := range e.Flows {
		if !slices.Contains(kinds, f.kind()) {
			kinds = append(kinds, f.kind())
		}
	}
	return kinds
}

// ofKind is the experiment with its flows of one kind alone.
func (e Experiment) ofKind(kind string) Experiment {
	return e.With(slices.DeleteFunc(slices.Clone(e.Flows), func(f Flow) bool { return f.kind() != kind })...)
}

// SeedOf is what all chance in the plan of the flow of that name comes from: the
// same for the first flow over each transport, which throw the same stones at the
// same times.
func (e Experiment) SeedOf(name string) uint64 {
	nth := uint64(0)
	for _, f := range e.Flows {
		if f.Name == name {
			break
		}
		if f.kind() == e.Flow(name).kind() {
			nth++
		}
	}
	return e.Seed + nth<<32
}

// Plan is the plan of the flow of that name, or nil. It can be written to.
func (e Experiment) Plan(name string) *pace.Plan {
	if f := e.Flow(name); f != nil {
		return &f.Plan
	}
	return nil
}

// Over yields the flows whose packets are those of TCP, of UDP or of [Own]. They can be
// written to.
func (e Experiment) Over(carrier string) iter.Seq[*Flow] {
	return func(yield func(*Flow) bool) {
		for i := range e.Flows {
			if e.Flows[i].Is().Over == carrier && !yield(&e.Flows[i]) {
				return
			}
		}
	}
}

// Has reports whether a flow of the experiment is over the transport.
func (e Experiment) Has(transport string) bool {
	return slices.ContainsFunc(e.Flows, func(f Flow) bool { return f.Transport == transport })
}

// Transports are the names of those that the flows are over, in their order.
func (e Experiment) Transports() []string {
	var names []string
	for _, f := range e.Flows {
		if !slices.Contains(names, f.Transport) {
			names = append(names, f.Transport)
		}
	}
	return names
}

// carriers are what carries the packets of the flows, each once.
func (e Experiment) carriers() []string {
	var carriers []string
	for _, f := range e.Flows {
		if over := f.Is().Over; !slices.Contains(carriers, over) {
			carriers = append(carriers, over)
		}
	}
	return carriers
}

// Parallel is how many flows there are of the kind that has the most.
func (e Experiment) Parallel() int {
	most := 0
	for _, kind := range e.kinds() {
		most = max(most, len(e.ofKind(kind).Flows))
	}
	return most
}

// With is the experiment with these flows alone.
func (e Experiment) With(flows ...Flow) Experiment {
	e.Flows = slices.Clone(flows)
	return e
}

// Only is the experiment with its flows over one transport alone.
func (e Experiment) Only(transport string) Experiment {
	return e.With(slices.DeleteFunc(slices.Clone(e.Flows), func(f Flow) bool { return f.Transport != transport })...)
}

// Groups are the flows that meet on one wire, one experiment for each wire: all
// of them if they are thrown together, else those of each kind.
func (e Experiment) Groups() []Experiment {
	if e.Together {
		return []Experiment{e}
	}
	var groups []Experiment
	for _, kind := range e.kinds() {
		groups = append(groups, e.ofKind(kind))
	}
	return groups
}
