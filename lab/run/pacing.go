package run

import (
	"math/bits"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/tally"
)

// pacing says how well the thrower kept the schedule. Drops is how many stones
// the catcher's socket had no room for, if that is known.
func (x *flow) pacing(asleep time.Duration, s tally.Score, drops lab.Figure) lab.Pacing {
	p := lab.Pacing{
		Policy:   pace.CatchUp,
		Asked:    lab.NA(lab.CauseNotPaced),
		Offered:  perSecondOver(s.DueBefore, s.LastThrow-s.FirstThrow),
		Met:      true,
		Late:     s.Slipped,
		ErrorP50: lab.NA(lab.CauseNotPaced), ErrorP99: lab.NA(lab.CauseNotPaced), ErrorMax: lab.NA(lab.CauseNotPaced),
		GapP50: gap(s.Gap.P50), GapP99: gap(s.Gap.P99),
		BackToBack: lab.NA(lab.CauseNotPaced),
	}
	if x.schedule.Paced() {
		p.Asked = lab.Number(x.Plan.PerSecond())
		p.ErrorP50, p.ErrorP99, p.ErrorMax = slip(s.Slip.P50), slip(s.Slip.P99), slip(s.Slip.Max)
		p.BackToBack = lab.Number(s.BackToBack)
		planned, took := s.LastDue-s.FirstDue, s.LastThrow-s.FirstThrow
		lag := took - planned
		p.Met = 99*lag <= planned || lag <= time.Millisecond
		if !p.Met {
			p.Limit = x.heldBy(asleep, lag, s.Waited)
		}
	}
	if p.Met && !x.is.Again && drops.Value > 0 {
		p.Limit = lab.LimitReceiver
	}
	return p
}

// heldBy names what made the thrower lag behind, which waited so long for the socket.
func (x *flow) heldBy(asleep, lag, waited time.Duration) lab.Limit {
	switch {
	case !x.is.Again || waited < lag/2:
		return lab.LimitSender
	case asleep > 0:
		return lab.LimitReceiver
	}
	return lab.LimitTCP
}

// perSecondOver is a rate in stones a second, rounded down to a millionth.
func perSecondOver(stones int, over time.Duration) lab.Figure {
	if stones == 0 || over <= 0 {
		return lab.NA(lab.CauseNoTime)
	}
	hi, lo := bits.Mul64(uint64(stones)*1e6, uint64(time.Second))
	if hi >= uint64(over) {
		return lab.NA(lab.CauseNoTime)
	}
	millionths, _ := bits.Div64(hi, lo, uint64(over))
	return lab.Number(float64(millionths) / 1e6)
}

// slip is how late a stone was thrown, as a figure.
func slip(d tally.Delay) lab.Figure {
	if d.Kind == tally.None {
		return lab.NA(lab.CauseNoneThrown)
	}
	return lab.Milliseconds(d.D)
}

// gap is the time between two throws, as a figure.
func gap(d tally.Delay) lab.Figure {
	if d.Kind == tally.None {
		return lab.NA(lab.CauseNoTwoThrown)
	}
	return lab.Milliseconds(d.D)
}
