package run

import (
	"testing"
	"testing/synctest"
	"time"

	"stones/lab"
	"stones/lab/clock"
	"stones/lab/pace"
	"stones/lab/tally"
)

// The pacing of a thrower whose socket takes its time, in the virtual time of a bubble.
func TestPacing(t *testing.T) {
	const ms = time.Millisecond
	steady := pace.Plan{Count: 100, Size: 1000, Rate: pace.StonesPerSecond(100)}
	burst, fast, unpaced, one := steady, steady, steady, steady
	burst.Pattern.Burst = 10
	fast.Rate = pace.BitsPerSecond(20_000_000)
	unpaced.Rate = pace.Max()
	one.Count = 1
	poisson := steady
	poisson.Pattern.Poisson = true

	for _, tt := range []struct {
		name      string
		plan      pace.Plan
		transport string
		takes     func(n uint64) time.Duration // how long stone n is in the socket; nil is no time
		asleep    time.Duration
		drops     int

		asked, offered float64 // stones a second; 0 is none
		limit          lab.Limit
		unmet          bool
		worst          float64 // ms
		row            float64 // back to back
	}{
		{name: "in time", plan: steady, transport: lab.UDP, asked: 100, offered: 100, row: 1},
		{name: "bits a second", plan: fast, transport: lab.UDP, asked: 2500, offered: 2500, row: 1},
		{name: "bursts in time", plan: burst, transport: lab.UDP, asked: 100, offered: 100, row: 1},
		{name: "a single stone", plan: one, transport: lab.UDP, asked: 100, row: 1},
		{
			name: "one is held up, and the others catch up", plan: steady, transport: lab.TCP, asked: 100, offered: 100, worst: 35, row: 4,
			takes: func(n uint64) time.Duration {
				if n == 50 {
					return 35 * ms
				}
				return 0
			},
		},
		{
			name: "not paced", plan: unpaced, transport: lab.UDP, offered: 500,
			takes: func(uint64) time.Duration { return 2 * ms },
		},
		{
			name: "at the rate max the catcher can be the limit too", plan: unpaced, transport: lab.UDP, drops: 3, offered: 500, limit: lab.LimitReceiver,
			takes: func(uint64) time.Duration { return 2 * ms },
		},
		{name: "the rate was offered, but the catcher's socket was full", plan: steady, transport: lab.UDP, drops: 3, asked: 100, offered: 100, limit: lab.LimitReceiver, row: 1},
		{
			name: "each stone takes too long, the first as well", plan: steady, transport: lab.UDP, asked: 100, offered: 80, unmet: true, limit: lab.LimitSender, worst: 260, row: 1,
			takes: func(uint64) time.Duration { return 12500 * time.Microsecond },
		},
		{
			name: "that may be TCP's doing", plan: steady, transport: lab.TCP, asked: 100, offered: 80, unmet: true, limit: lab.LimitTCP, worst: 260, row: 1,
			takes: func(uint64) time.Duration { return 12500 * time.Microsecond },
		},
		{
			name: "or the catcher's, who slept", plan: steady, transport: lab.TCP, asleep: time.Second, asked: 100, offered: 80, unmet: true, limit: lab.LimitReceiver, worst: 260, row: 1,
			takes: func(uint64) time.Duration { return 12500 * time.Microsecond },
		},
		{
			name: "of a TCP that never waits long it is the thrower's", plan: fast, transport: lab.TCP, asked: 2500, offered: 2000, unmet: true, limit: lab.LimitSender, worst: 10.4, row: 1,
			takes: func(uint64) time.Duration { return 500 * time.Microsecond },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := paced(t, tt.transport, tt.plan, tt.takes, tt.asleep, tt.drops)
				if p.Met == tt.unmet || p.Limit != tt.limit {
					t.Errorf("met %t, limit %q; want %t, %q", p.Met, p.Limit, !tt.unmet, tt.limit)
				}
				if p.Asked.Known() != (tt.asked > 0) || p.Asked.Value != tt.asked {
					t.Errorf("asked %v, want %v", p.Asked, tt.asked)
				}
				if p.Offered.Known() != (tt.offered > 0) || p.Offered.Value != tt.offered {
					t.Errorf("offered %v, want %v", p.Offered, tt.offered)
				}
				if p.ErrorMax.Known() != (tt.asked > 0) || p.ErrorMax.Value != tt.worst {
					t.Errorf("worst error %v, want %v", p.ErrorMax, tt.worst)
				}
				if p.BackToBack.Known() != (tt.asked > 0) || p.BackToBack.Value != tt.row {
					t.Errorf("back to back %v, want %v", p.BackToBack, tt.row)
				}
			})
		})
	}

	t.Log("# of a rate by chance, what chance makes of it is not the thrower's fault")
	synctest.Test(t, func(t *testing.T) {
		p := paced(t, lab.UDP, poisson, nil, 0, 0)
		if !p.Met || p.Asked.Value != 100 || p.Offered.Value == 100 || p.ErrorMax.Value != 0 {
			t.Errorf("pacing %+v", p)
		}
	})
}

// paced throws the stones of a plan, and says how that went.
func paced(t *testing.T, transport string, plan pace.Plan, takes func(n uint64) time.Duration, asleep time.Duration, drops int) lab.Pacing {
	t.Helper()
	schedule, err := pace.NewSchedule(plan, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := flow{Flow: lab.Over(transport, plan), is: lab.Over(transport, plan).Is(), schedule: schedule}
	c := clock.NewReal()
	for s := range schedule.Stones(t.Context(), c, 0, 1) {
		if takes != nil {
			time.Sleep(takes(s.Number))
		}
		x.throws.Add(s, c.Now(), "")
	}
	return x.pacing(asleep, tally.Tally{Throws: &x.throws}.Score(0), lab.Number(drops))
}

// Without a throw the pacing has no figures.
func TestPacingOfNothing(t *testing.T) {
	plan := pace.Plan{Count: 100, Size: 1000, Rate: pace.StonesPerSecond(100)}
	schedule, err := pace.NewSchedule(plan, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := flow{Flow: lab.Over(lab.TCP, plan), is: lab.Over(lab.TCP, plan).Is(), schedule: schedule}
	p := x.pacing(0, tally.Tally{Throws: &x.throws}.Score(0), lab.Figure{})
	none, noTwo := lab.NA(lab.CauseNoneThrown), lab.NA(lab.CauseNoTwoThrown)
	want := lab.Pacing{
		Policy: pace.CatchUp, Asked: lab.Number(100), Offered: lab.NA(lab.CauseNoTime), Met: true,
		ErrorP50: none, ErrorP99: none, ErrorMax: none, GapP50: noTwo, GapP99: noTwo,
	}
	if p != want {
		t.Errorf("pacing\n%+v; want\n%+v", p, want)
	}
}
