package run

import (
	"cmp"
	"slices"
	"time"

	"stones/lab"
	"stones/lab/path"
	"stones/lab/tally"
)

// waiting returns for what the held-up stones waited, if the path saw it.
func (x *flow) waiting(s tally.Score, seen path.Record) lab.Waiting {
	if seen.Way == nil {
		na := lab.Wait{Stones: lab.NA(lab.CauseNoPackets), Sum: lab.NA(lab.CauseNoPackets)}
		return lab.Waiting{ToLeave: na, Again: na, Earlier: na, Road: na}
	}
	var toLeave, again, earlier, road wait
	for a := range x.catches.Arrivals() {
		if a.Delay <= s.Delay.Min.D+tally.Slack {
			continue
		}
		if waits, ok := x.waited(a, s, seen); ok {
			toLeave.add(waits.ToLeave)
			again.add(waits.Again)
			earlier.add(waits.Earlier)
			road.add(waits.Road)
		}
	}
	return lab.Waiting{ToLeave: toLeave.figures(), Again: again.figures(), Earlier: earlier.figures(), Road: road.figures()}
}

// addWaits records for what each stone waited, if the path saw it. The records are in
// order of number.
func (x *flow) addWaits(list []lab.StoneRecord, s tally.Score, seen path.Record) {
	if seen.Way == nil {
		return
	}
	for a := range x.catches.Arrivals() {
		i, found := slices.BinarySearchFunc(list, a.Number, func(r lab.StoneRecord, n uint64) int { return cmp.Compare(r.Number, n) })
		if w, ok := x.waited(a, s, seen); ok && found {
			list[i].Waits = &lab.StoneWaits{
				ToLeave: lab.Milliseconds(w.ToLeave), Again: lab.Milliseconds(w.Again),
				Earlier: lab.Milliseconds(w.Earlier), Road: lab.Milliseconds(w.Road),
			}
		}
	}
}

// waited returns for what a stone waited.
func (x *flow) waited(a tally.Arrival, s tally.Score, seen path.Record) (tally.Waits, bool) {
	way, ok := seen.Way(a.Number)
	if !ok {
		return tally.Waits{}, false
	}
	if x.Transport == lab.Own {
		way.Whole = a.At // what its catcher has kept back waited for earlier ones
	}
	return tally.Way(way).Split(a.At-a.Delay, a.Delay, s.Delay.Min.D), true
}

// A wait is what many stones waited for one thing.
type wait struct {
	stones int
	sum    time.Duration
}

func (w *wait) add(d time.Duration) {
	if d > tally.Slack {
		w.stones++
	}
	w.sum += d
}

func (w wait) figures() lab.Wait {
	return lab.Wait{Stones: lab.Number(w.stones), Sum: lab.Milliseconds(w.sum)}
}
