package knob

import (
	"fmt"
	"slices"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/protocol"
	"stones/lab/quantity"
)

// AddOwn adds a flow with a protocol of its own beside the others. text is the
// protocol's name, followed by its parameters.
func (s *Settings) AddOwn(text string) error {
	if _, err := protocol.Name(text); err != nil {
		return quantity.Invalid("with", text, err.Error())
	}
	s.own = append(s.own, text)
	return nil
}

// Owns returns the protocols that were added, as they were written.
func (s *Settings) Owns() []string { return slices.Clone(s.own) }

// besides adds the flows that have a protocol of their own.
func (s *Settings) besides(e *lab.Experiment) error {
	for _, text := range s.own {
		name, err := protocol.Name(text)
		if err != nil {
			return quantity.Invalid("with", text, err.Error())
		}
		if e.Flow(name) != nil {
			return quantity.Invalid("with", text, fmt.Sprintf("another flow is called %s; give this one a name of its own, e.g. name=%s-2", name, name))
		}
		e.Flows = append(e.Flows, lab.Flow{Name: name, Transport: lab.Own, Own: text, Plan: e.Flows[0].Plan})
	}
	return nil
}

// spoken returns an error if a protocol cannot carry the plan of its flow.
func spoken(e *lab.Experiment) error {
	for _, f := range e.Flows {
		if f.Transport != lab.Own {
			continue
		}
		plan := f.Plan
		plan.Pattern = pace.Pattern{}
		s, err := pace.NewSchedule(plan, e.Seed)
		if err != nil {
			return err
		}
		largest, _ := e.Datagrams()
		if err := protocol.Check(f.Own, protocol.Plan{Count: s.Count(), Size: f.Plan.Size, Datagram: largest}); err != nil {
			return quantity.Invalid("with", f.Own, err.Error())
		}
	}
	return nil
}
