package knob

import (
	"iter"

	"stones/lab"
	"stones/lab/pace"
)

// plans yields the plans of the flows over the transports, by their place in the
// JSON.
func plans(e *lab.Experiment, transports []string) iter.Seq2[string, *pace.Plan] {
	return func(yield func(string, *pace.Plan) bool) {
		for _, transport := range transports {
			if p := e.Plan(transport); p != nil && !yield("/"+transport, p) {
				return
			}
		}
	}
}

// congestion is the knob of TCP's congestion control.
func congestion() Knob {
	k := Knob{Word: "congestion", Letter: "C", Group: Ends, Example: "cubic"}
	return general(k, "/congestion", Word(), func(e *lab.Experiment) *string { return &e.Congestion })
}

// only is the knob that leaves out the flows over other transports.
func only() Knob {
	transports := []string{lab.TCP, lab.UDP}
	k := Knob{Word: "only", Base: "only", Group: Overall, Single: true, Choices: transports, Example: lab.TCP}
	k.read = func(s string) (any, error) { return OneOf(transports).Read(s) }
	k.set = func(e *lab.Experiment, value any) { *e = e.Over([]string{value.(string)}) }
	k.spots = func(e *lab.Experiment) []spot {
		left := e.Transports()
		if len(left) != 1 {
			return nil
		}
		return []spot{{"/" + left[0], left[0]}}
	}
	return k
}

// settle draws the conclusions from what was asked for.
func settle(e *lab.Experiment) {
	for _, p := range plans(e, []string{lab.TCP, lab.UDP}) {
		if p.Time > 0 {
			p.Count = 0
		}
	}
}
