package lab

import (
	"math/bits"
	"time"

	"stones/lab/pace"
	"stones/lab/tally"
)

// pacing says how well the thrower kept the schedule. Drops is how many stones
// the catcher's socket had no room for, if that is known.
func (x *exchange) pacing(asleep time.Duration, s tally.Score, drops Figure) Pacing {
	p := Pacing{
		Policy:   pace.CatchUp,
		Asked:    NA("not paced"),
		Offered:  perSecondOver(s.DueBefore, s.LastThrow-s.FirstThrow),
		Met:      true,
		Late:     s.Slipped,
		ErrorP50: NA("not paced"), ErrorP99: NA("not paced"), ErrorMax: NA("not paced"),
		GapP50: gap(s.Gap.P50), GapP99: gap(s.Gap.P99),
		BackToBack: NA("not paced"),
	}
	if x.schedule.Paced() {
		p.Asked = Number(perSecond(&x.plan))
		p.ErrorP50, p.ErrorP99, p.ErrorMax = slip(s.Slip.P50), slip(s.Slip.P99), slip(s.Slip.Max)
		p.BackToBack = Number(s.BackToBack)
		planned, took := s.LastDue-s.FirstDue, s.LastThrow-s.FirstThrow
		lag := took - planned
		p.Met = 99*lag <= planned || lag <= time.Millisecond
		if !p.Met {
			p.Limit = x.heldBy(asleep, lag, s.Waited)
		}
	}
	if p.Met && x.transport == UDP && drops.Value > 0 {
		p.Limit = LimitReceiver
	}
	return p
}

// heldBy says what made the thrower come to lag behind, that waited so long for
// the socket.
func (x *exchange) heldBy(asleep, lag, waited time.Duration) string {
	switch {
	case x.transport == UDP || waited < lag/2:
		return LimitSender
	case asleep > 0:
		return LimitReceiver
	}
	return LimitTCP
}

// perSecondOver is a rate in stones a second, rounded down to a millionth.
func perSecondOver(stones int, over time.Duration) Figure {
	if stones == 0 || over <= 0 {
		return NA("no time passed")
	}
	hi, lo := bits.Mul64(uint64(stones)*1e6, uint64(time.Second))
	if hi >= uint64(over) {
		return NA("no time passed")
	}
	millionths, _ := bits.Div64(hi, lo, uint64(over))
	return Number(float64(millionths) / 1e6)
}

// slip is how late a stone was thrown, as a figure.
func slip(d tally.Delay) Figure {
	if d.Kind == tally.None {
		return NA("none was thrown")
	}
	return Milliseconds(d.D)
}

// gap is the time between two throws, as a figure.
func gap(d tally.Delay) Figure {
	if d.Kind == tally.None {
		return NA("no two were thrown")
	}
	return Milliseconds(d.D)
}
