package knob

import (
	"fmt"
	"iter"
	"slices"

	"stones/lab"
)

// flows yields the flows over the transports, each with its place in the JSON.
func flows(e *lab.Experiment, transports []string) iter.Seq2[string, *lab.Flow] {
	return func(yield func(string, *lab.Flow) bool) {
		for i := range e.Flows {
			f := &e.Flows[i]
			if slices.Contains(transports, f.Transport) && !yield(fmt.Sprintf("/flows/%d", i), f) {
				return
			}
		}
	}
}

// congestion is the knob of TCP's congestion control.
func congestion() Knob {
	k := Knob{Word: "congestion", Letter: "C", Group: Ends, Example: "cubic"}
	k = general(k, "/congestion", Word(), func(e *lab.Experiment) *string { return &e.Congestion })
	k.own = func(f *lab.Flow) string { return f.Congestion }
	return k
}

// reverse is the knob that has the other end throw. A single flow may be reversed too.
func reverse() Knob {
	k := Knob{Word: "reverse", Letter: "R", Group: Far, Switch: true, Example: "true"}
	k = general(k, "/reverse", Toggle(), func(e *lab.Experiment) *bool { return &e.Reverse })
	k.own = func(f *lab.Flow) string {
		if f.Reverse {
			return "true"
		}
		return ""
	}
	return k
}

// only is the knob that leaves out the flows over other transports.
func only() Knob {
	transports := append(lab.UsualNames(), lab.Own)
	k := Knob{Word: "only", Base: "only", Group: Overall, Single: true, Choices: transports, Example: lab.TCP}
	k.read = func(s string) (any, error) { return OneOf(transports).Read(s) }
	k.set = func(e *lab.Experiment, value any) { *e = e.Only(value.(string)) }
	k.spots = func(e *lab.Experiment) []spot {
		left := e.Transports()
		if len(left) != 1 {
			return nil
		}
		return []spot{{place: "/flows/0/transport", text: left[0]}}
	}
	return k
}

// settle drops the count of each plan that has a time: a time decides.
func settle(e *lab.Experiment) {
	for i := range e.Flows {
		if p := &e.Flows[i].Plan; p.Time > 0 {
			p.Count = 0
		}
	}
}

// parallel is the knob of how many flows there are over each transport.
func parallel() Knob {
	form := Whole(1, lab.MaxFlows/2)
	k := Knob{Word: "parallel", Letter: "P", Base: "parallel", Group: Overall, Example: "2"}
	k.read = func(s string) (any, error) { return form.Read(s) }
	k.set = func(e *lab.Experiment, value any) { multiply(e, value.(int)) }
	k.spots = func(e *lab.Experiment) []spot { return []spot{{place: "/flows", text: form.Write(e.Parallel())}} }
	return k
}

// multiply replaces each flow by n of its kind.
func multiply(e *lab.Experiment, n int) {
	if n == 1 {
		return
	}
	var all []lab.Flow
	for _, f := range e.Flows {
		for i := range n {
			one := f
			one.Name = fmt.Sprintf("%s-%d", f.Name, i+1)
			all = append(all, one)
		}
	}
	e.Flows = all
}
