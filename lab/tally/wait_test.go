package tally_test

import (
	"testing"
	"time"

	"stones/lab/tally"
)

// The waits of a stone always add up to its delay above the least one.
func TestSplit(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name       string
		way        tally.Way
		due, delay time.Duration
		want       tally.Waits
	}{
		{"nothing", tally.Way{Left: 100 * ms, Sent: 100 * ms, Came: 120 * ms, Whole: 120 * ms}, 100 * ms, 20 * ms, tally.Waits{}},
		{"the window", tally.Way{Left: 130 * ms, Sent: 130 * ms, Came: 150 * ms, Whole: 150 * ms}, 100 * ms, 50 * ms, tally.Waits{ToLeave: 30 * ms}},
		{"it was lost", tally.Way{Left: 100 * ms, Sent: 160 * ms, Came: 180 * ms, Whole: 180 * ms}, 100 * ms, 80 * ms, tally.Waits{Again: 60 * ms}},
		{"an earlier one was lost", tally.Way{Left: 100 * ms, Sent: 100 * ms, Came: 120 * ms, Whole: 170 * ms}, 100 * ms, 70 * ms, tally.Waits{Earlier: 50 * ms}},
		{"a queue", tally.Way{Left: 100 * ms, Sent: 100 * ms, Came: 150 * ms, Whole: 150 * ms}, 100 * ms, 50 * ms, tally.Waits{Road: 30 * ms}},
		{"all of it", tally.Way{Left: 110 * ms, Sent: 150 * ms, Came: 175 * ms, Whole: 200 * ms}, 100 * ms, 102 * ms, tally.Waits{ToLeave: 10 * ms, Again: 40 * ms, Earlier: 25 * ms, Road: 7 * ms}},
		{"all stones wait to leave, so the least delay holds that too", tally.Way{Left: 105 * ms, Sent: 105 * ms, Came: 115 * ms, Whole: 115 * ms}, 100 * ms, 22 * ms, tally.Waits{ToLeave: 2 * ms}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const least = 20 * ms
			got := tt.way.Split(tt.due, tt.delay, least)
			if got != tt.want {
				t.Errorf("%+v; want %+v", got, tt.want)
			}
			if sum := got.ToLeave + got.Again + got.Earlier + got.Road; sum != tt.delay-least {
				t.Errorf("they add up to %v; want %v", sum, tt.delay-least)
			}
		})
	}
}
