package lab

import (
	"cmp"
	"slices"
	"time"

	"stones/lab/tally"
)

// An Interval is one stretch of an exchange's own time, which begins when the
// thrower asks. Its stones are counted in two ways, and over all intervals
// either way comes to the counts of the whole exchange.
type Interval struct {
	From Figure `json:"from_ms"`
	To   Figure `json:"to_ms"` // not included; in the last interval, when the last thing happened

	// Of the stones that were due in it, whenever they came. A lost stone has an
	// infinite delay.
	Thrown int    `json:"thrown"`
	Lost   int    `json:"lost"`
	Late   int    `json:"late"`
	P50    Figure `json:"delay_p50_ms"`

	// Of the stones that came in it, whenever they were due.
	Delivered int    `json:"delivered"`
	Goodput   Figure `json:"goodput_bps"`
}

// interval returns the number, from 0, of the interval that a time since the
// beginning lies in. The last one takes all that is later.
func (x *exchange) interval(at time.Duration) int {
	return int(min(at/x.step, MaxIntervals-1))
}

// noteDue notes when the next stone is due. Stones are due in the order of
// their numbers, so it is enough to know the last one of each interval.
func (x *exchange) noteDue(number uint64, at time.Duration) {
	if x.step == 0 {
		return
	}
	for i := x.interval(at); len(x.lastDue) <= i; {
		x.lastDue = append(x.lastDue, number-1)
	}
	x.lastDue[len(x.lastDue)-1] = number
}

// intervals cuts the exchange into its intervals.
func (x *exchange) intervals(t tally.Tally, deadline time.Duration) []Interval {
	rows := make([]Interval, len(x.lastDue))
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
			rows = append(rows, Interval{P50: middle(nil)})
		}
		rows[i].Delivered++
		end = max(end, at)
	}
	for i := range rows {
		from, to := time.Duration(i)*x.step, time.Duration(i+1)*x.step
		if i == len(rows)-1 {
			to = max(from, end)
		}
		rows[i].From, rows[i].To = Milliseconds(from), Milliseconds(to)
		rows[i].Goodput = rate(int64(rows[i].Delivered)*int64(x.plan.Size), to-from)
	}
	return rows
}

// middle is the 50th percentile (RFC 2330 section 11.3). Delays are put in order.
func middle(delays []tally.Delay) Figure {
	if len(delays) == 0 {
		return NA("none was thrown")
	}
	slices.SortFunc(delays, func(a, b tally.Delay) int { // the infinite ones come last
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.D, b.D))
	})
	return delay(delays[(len(delays)-1)/2])
}
