package run

import (
	"time"

	"stones/lab"
	"stones/lab/tally"
)

// underLoad fills in the median delay of each paced flow before any unpaced flow began,
// and while unpaced flows ran.
func underLoad(flows []*flow, done []lab.Outcome, e lab.Experiment) {
	var from, to time.Duration
	bulk := false
	for _, x := range flows {
		if x.schedule.Paced() {
			continue
		}
		if !bulk {
			from, to, bulk = x.began, x.end, true
		}
		from, to = min(from, x.began), max(to, x.end)
	}
	if !bulk {
		return
	}
	for i, x := range flows {
		if !x.schedule.Paced() || !x.answered {
			continue
		}
		var idle, loaded []tally.Delay
		for f := range x.tally.Fates() {
			switch due := x.connected + x.schedule.Offset(f.Number); {
			case due < from:
				idle = append(idle, f.Delay)
			case due < to:
				loaded = append(loaded, f.Delay)
			}
		}
		l := &lab.Load{Idle: middle(idle), Loaded: middle(loaded)}
		if len(idle) == 0 {
			l.Idle = lab.NA(lab.CauseNeverIdle)
		}
		if len(loaded) == 0 {
			l.Loaded = lab.NA(lab.CauseNeverLoaded)
		}
		l.RoundTrips = roundTrips(l.Loaded, e.Facing(&x.Flow), x.ExtraDelay)
		done[i].Load = l
	}
}

// roundTrips is how many round trips fit in a minute, if each takes the median delay
// under load and the least delay of the way back.
func roundTrips(loaded lab.Figure, e *lab.Experiment, extra time.Duration) lab.Figure {
	back := lab.Milliseconds(e.Back.Delay + extra).Value
	switch {
	case loaded.Why.Kind == lab.IsLost:
		return lab.Number(0)
	case loaded.Why != lab.Reason{}:
		return lab.Figure{Why: loaded.Why}
	case e.Path == lab.Host || e.Path == lab.Remote:
		return lab.Untold(lab.CauseUnseen)
	case loaded.Value+back == 0:
		return lab.NA(lab.CauseNoTime)
	}
	return lab.Number(millionths(60_000 / (loaded.Value + back)))
}
