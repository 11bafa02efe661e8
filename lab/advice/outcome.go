package advice

import (
	"stones/lab"
)

// window: a system gives everyone no more than it is set to.
func window(e *lab.Experiment, flows []lab.Outcome) []lab.Warning {
	for _, x := range flows {
		for _, given := range []int{x.Stack.SendBuffer, x.Stack.RecvBuffer} {
			if given > 0 && given < e.Buffer && e.Path != lab.Sim {
				return []lab.Warning{{Word: "window", Value: float64(given), Limit: float64(e.Buffer)}}
			}
		}
	}
	return nil
}

// notInTime: a schedule that was not kept was another experiment. TCP is left
// out: that it makes the thrower wait is what is to be seen. If not even the rate
// was met, that says it all.
func notInTime(_ *lab.Experiment, flows []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for _, x := range flows {
		late, limit := float64(x.Pacing.Late), float64(x.Thrown)/100
		if !x.Is().Again && late > limit && x.Pacing.Met {
			warnings = append(warnings, lab.Warning{Flow: x.Name, Word: "rate", Value: late, Limit: limit})
		}
	}
	return warnings
}

// wireLate: what a busy computer adds to the emulated way, the delays hold too.
func wireLate(_ *lab.Experiment, flows []lab.Outcome) []lab.Warning {
	const limit = 1 // ms, as of what is held up
	var warnings []lab.Warning
	for _, x := range flows {
		if late := x.Wire.LateP99; late.Known() && late.Value > limit {
			warnings = append(warnings, lab.Warning{Flow: x.Name, Word: "path", Value: late.Value, Limit: limit})
		}
	}
	return warnings
}

// rateNotMet: less was thrown than was asked for. In virtual time only TCP can
// be the limit, and that is what is to be seen.
func rateNotMet(e *lab.Experiment, flows []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for _, x := range flows {
		if p := x.Pacing; e.Path != lab.Sim && !p.Met && p.Offered.Known() {
			warnings = append(warnings, lab.Warning{Flow: x.Name, Word: string(p.Limit), Value: p.Offered.Value, Limit: p.Asked.Value})
		}
	}
	return warnings
}

// overflow: stones that the catcher did not fetch in time are no loss of the
// path. If it slept, that was asked for; in virtual time it is never too slow.
func overflow(e *lab.Experiment, flows []lab.Outcome) []lab.Warning {
	var warnings []lab.Warning
	for _, x := range flows {
		if drops := x.ReceiverDrops; e.Path != lab.Sim && e.Asleep == 0 && !x.Is().Again && drops.Value > 0 {
			warnings = append(warnings, lab.Warning{Flow: x.Name, Word: string(lab.LimitReceiver), Value: drops.Value})
		}
	}
	return warnings
}
