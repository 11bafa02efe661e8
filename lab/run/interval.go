package run

import (
	"cmp"
	"slices"
	"time"

	"stones/lab"
	"stones/lab/tally"
)

// interval returns the number, from 0, of the interval that a time since the
// beginning lies in. The last one takes all that is later.
func (x *flow) interval(at time.Duration) int {
	return int(min(at/x.step, lab.MaxIntervals-1))
}

// noteDue records when the next stone is due. Stones are due in the order of their
// numbers, so it is enough to know the last one of each interval.
func (x *flow) noteDue(number uint64, at time.Duration) {
	if x.step == 0 {
		return
	}
	for i := x.interval(at); len(x.lastDue) <= i; {
		x.lastDue = append(x.lastDue, number-1)
	}
	x.lastDue[len(x.lastDue)-1] = number
}

// intervals divides the flow into its intervals.
func (x *flow) intervals(t tally.Tally, deadline time.Duration) []lab.Interval {
	rows := make([]lab.Interval, len(x.lastDue))
	row, delays := 0, []tally.Delay(nil)
	finish := func() {
		rows[row].P50 = middle(delays)
		row, delays = row+1, delays[:0]
	}
	for f := range t.Fates() {
		for f.Number > x.lastDue[row] {
			finish()
		}
		delays = append(delays, f.Delay)
		rows[row].Thrown++
		switch {
		case f.Delay.Kind == tally.Infinite:
			rows[row].Lost++
		case deadline > 0 && f.Delay.D > deadline:
			rows[row].Late++
		}
	}
	for row < len(rows) {
		finish()
	}
	end := x.throws.Last - x.began
	for a := range t.Catches.Arrivals() {
		at := a.At - x.began
		i := x.interval(at)
		for len(rows) <= i {
			rows = append(rows, lab.Interval{P50: middle(nil)})
		}
		rows[i].Delivered++
		end = max(end, at)
	}
	for i := range rows {
		from, to := time.Duration(i)*x.step, time.Duration(i+1)*x.step
		if i == len(rows)-1 {
			to = max(from, end)
		}
		rows[i].From, rows[i].To = lab.Milliseconds(from), lab.Milliseconds(to)
		rows[i].Goodput = rate(int64(rows[i].Delivered)*int64(x.Plan.Size), to-from)
	}
	return rows
}

// middle is the 50th percentile (RFC 2330 section 11.3) of the delays that are known.
// It sorts them.
func middle(delays []tally.Delay) lab.Figure {
	known := slices.DeleteFunc(delays, func(d tally.Delay) bool { return d.Kind == tally.None })
	switch {
	case len(delays) == 0:
		return lab.NA(lab.CauseNoneThrown)
	case len(known) == 0:
		return lab.Untold(lab.CauseNoReport)
	}
	delays = known
	slices.SortFunc(delays, func(a, b tally.Delay) int { // the infinite ones come last
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.D, b.D))
	})
	return delay(delays[(len(delays)-1)/2])
}
