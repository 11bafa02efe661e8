package pace

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"stones/lab/clock"
	"stones/lab/quantity"
	"stones/lab/stone"
)

const ms = time.Millisecond

// schedule returns the schedule of a plan that is valid.
func schedule(t *testing.T, plan Plan, seed uint64) *Schedule {
	t.Helper()
	s, err := NewSchedule(plan, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rate(t *testing.T, text string) Rate {
	t.Helper()
	var r Rate
	if err := r.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOffset(t *testing.T) {
	for _, tt := range []struct {
		rate    string
		size    int
		pattern Pattern
		n       uint64
		want    time.Duration
	}{
		{"200", 100, Pattern{}, 1, 0},
		{"200", 100, Pattern{}, 2, 5 * ms},
		{"200", 100, Pattern{}, 1001, 5 * time.Second},
		{"0.5", 100, Pattern{}, 11, 20 * time.Second},
		{"3", 100, Pattern{}, 2, 333_333_333},
		{"3", 100, Pattern{}, 3, 666_666_666},
		{"3", 100, Pattern{}, 4, time.Second},
		{"1.6Mbit", 1000, Pattern{}, 201, time.Second},
		{"64bit", 32, Pattern{}, 101, 400 * time.Second},
		{"1GB", 1000, Pattern{}, 2, 1000},
		{"1000000000", 32, Pattern{}, 100_000_000, 99_999_999},
		{"1000Gbit", 32, Pattern{}, 1001, 256},

		{"100", 100, Pattern{Burst: 10}, 10, 0},
		{"100", 100, Pattern{Burst: 10}, 11, 100 * ms},
		{"100", 100, Pattern{Burst: 10}, 20, 100 * ms},
		{"100", 100, Pattern{Burst: 10}, 21, 200 * ms},
		{"100", 100, Pattern{Burst: 1}, 21, 200 * ms},
		{"100", 100, Pattern{Burst: MaxCount}, MaxCount, 0},

		// No drift: the last of a hundred million is exact.
		{"200", 100, Pattern{}, MaxCount, 499_999*time.Second + 995*ms},
		{"3", 100, Pattern{}, MaxCount, 33_333_333 * time.Second},
		{"7", 100, Pattern{}, MaxCount, 14_285_714_142_857_142},
		{"7", 100, Pattern{Burst: 10}, MaxCount, 14_285_712_857_142_857},
		{"33.333333", 100, Pattern{}, MaxCount, 3_000_000 * time.Second},
	} {
		s := schedule(t, Plan{Count: int(tt.n), Size: tt.size, Rate: rate(t, tt.rate), Pattern: tt.pattern}, 1)
		if got := s.Offset(tt.n); got != tt.want {
			t.Errorf("%s, %d bytes, %v: stone %d is due at %d; want %d", tt.rate, tt.size, tt.pattern, tt.n, got, tt.want)
		}
	}
}

// The offset of stone n is floor of (n-1) gaps, whatever the plan.
func TestOffsetIsTheClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(stone.HeaderLen, stone.MaxSize).Draw(t, "size")
		r := StonesPerSecond(rapid.Int64Range(1, 1e9).Draw(t, "stones"))
		if rapid.Bool().Draw(t, "in bits") {
			r = BitsPerSecond(rapid.Int64Range(1, maxBits).Draw(t, "bits"))
		}
		burst := rapid.IntRange(0, 100).Draw(t, "burst")
		s, err := NewSchedule(Plan{Count: rapid.IntRange(1, MaxCount).Draw(t, "count"), Size: size, Rate: r, Pattern: Pattern{Burst: burst}}, 1)
		if err != nil {
			t.Skip(err)
		}
		n := rapid.Uint64Range(1, uint64(s.Count())).Draw(t, "n")
		gaps := int64(n-1) / int64(max(burst, 1)) * int64(max(burst, 1))
		num, den := r.gap(size)
		want := new(big.Int).Mul(big.NewInt(gaps), new(big.Int).SetUint64(num))
		want.Quo(want, new(big.Int).SetUint64(den))
		if got := s.Offset(n); want.Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("stone %d at %v is due at %d; want %d", n, r, got, want)
		}
	})
}

func TestTimeDecides(t *testing.T) {
	for _, tt := range []struct {
		time    time.Duration
		rate    string
		pattern Pattern
		want    int
	}{
		{time.Second, "200", Pattern{}, 200},
		{time.Second + 1, "200", Pattern{}, 201},
		{time.Second - 1, "200", Pattern{}, 200},
		{time.Second - 5*ms, "200", Pattern{}, 199},
		{1, "200", Pattern{}, 1},
		{time.Second, "3", Pattern{}, 3},
		{333_333_333, "3", Pattern{}, 1}, // stone 2 is due at this very nanosecond, rounded down
		{333_333_334, "3", Pattern{}, 2},
		{time.Second, "200", Pattern{Burst: 10}, 200},
		{time.Second, "200", Pattern{Burst: 30}, 210},
		{time.Second, "200", Pattern{Burst: 1000}, 1000},
		{10 * time.Hour, "1000000", Pattern{}, -1},
		{MaxTime, "1000000000", Pattern{}, -1},
	} {
		s, err := NewSchedule(Plan{Time: tt.time, Size: 100, Rate: rate(t, tt.rate), Pattern: tt.pattern}, 1)
		if tt.want < 0 {
			if err == nil {
				t.Errorf("%v at %s: %d stones; want an error", tt.time, tt.rate, s.Count())
			}
			continue
		}
		if err != nil || s.Count() != tt.want {
			t.Errorf("%v at %s, %v: %v stones, %v; want %d", tt.time, tt.rate, tt.pattern, s.Count(), err, tt.want)
			continue
		}
		if last := s.Offset(uint64(tt.want)); last >= tt.time {
			t.Errorf("%v at %s: the last stone is due at %v", tt.time, tt.rate, last)
		}
	}
}

func TestNewScheduleRefuses(t *testing.T) {
	plan := Plan{Count: 10, Size: 100, Rate: StonesPerSecond(200)}
	for _, tt := range []struct {
		turn func(*Plan)
		want string
	}{
		{func(p *Plan) {}, "<nil>"},
		{func(p *Plan) { p.Count = 0 }, `count "0": out of range; allowed 1 to 100000000`},
		{func(p *Plan) { p.Count = -1 }, `count "-1": out of range; allowed 1 to 100000000`},
		{func(p *Plan) { p.Count = MaxCount + 1 }, `count "100000001": out of range; allowed 1 to 100000000`},
		{func(p *Plan) { p.Time = time.Second }, `count "10": does not go with the time 1s; set one of them`},
		{func(p *Plan) { p.Count, p.Time = 0, -1 }, `time "-1ns": out of range; allowed 1ns to 10000h`},
		{func(p *Plan) { p.Count, p.Time = 0, MaxTime+1 }, `time "10000h0m0.000000001s": out of range; allowed 1ns to 10000h`},
		{func(p *Plan) { p.Count, p.Time = 0, 1000*time.Hour }, `time "1000h": too many stones at the rate 200/s; allowed 1 to 100000000`},
		{func(p *Plan) { p.Size = 31 }, `size "31": out of range; allowed 32 to 1048576`},
		{func(p *Plan) { p.Size = stone.MaxSize + 1 }, `size "1048577": out of range; allowed 32 to 1048576`},
		{func(p *Plan) { p.Rate = Rate{} }, `rate "": not a rate; write 200 (stones a second), 1.6Mbit or max; units: bit kbit Mbit Gbit B kB MB GB`},
		{func(p *Plan) { p.Rate = StonesPerSecond(-1) }, `rate "-1/s": out of range; allowed 0.000001/s to 1000000000/s`},
		{func(p *Plan) { p.Rate = BitsPerSecond(0) }, `rate "0bit": out of range; allowed 1bit to 1000Gbit`},
		{func(p *Plan) { p.Rate = BitsPerSecond(1); p.Count = 1e6 }, `count "1000000": takes too long at the rate 1bit; allowed up to 10000h`},
		{func(p *Plan) { p.Rate = BitsPerSecond(1); p.Count = 1e6; p.Pattern.Poisson = true }, `count "1000000": takes too long at the rate 1bit; allowed up to 10000h`},
		{func(p *Plan) { p.Pattern = Pattern{Poisson: true, Burst: 2} }, `pattern "poisson": one pattern at a time: poisson, or burst`},
		{func(p *Plan) { p.Pattern.Burst = -2 }, `pattern "burst:-2": out of range; allowed burst:1 to burst:100000000`},
		{func(p *Plan) { p.Rate = Max(); p.Pattern.Burst = 2 }, `pattern "burst:2": does not go with the rate max, which has no pattern`},
	} {
		p := plan
		tt.turn(&p)
		_, err := NewSchedule(p, 1)
		if got := fmt.Sprint(err); got != tt.want {
			t.Errorf("%+v:\n got %s\nwant %s", p, got, tt.want)
		}
		var invalid *quantity.InvalidError
		if err != nil && !errors.As(err, &invalid) {
			t.Errorf("%v is no quantity.InvalidError", err)
		}
	}
}

// A throwing is a thrower on a clock that moves only while everybody sleeps.
type throwing struct {
	*testing.T
	clock *clock.Real
	start time.Duration
}

// wantStone wants s to be stone n, due and yielded so long after the start.
func (h *throwing) wantStone(s stone.Stone, n uint64, due, now time.Duration) {
	h.Helper()
	got := h.clock.Now() - h.start
	if s.Number != n || s.Due-h.start != due || got != now {
		h.Errorf("stone %d, due at %v, comes at %v; want stone %d, due at %v, at %v", s.Number, s.Due-h.start, got, n, due, now)
	}
}

func TestThrowerIsHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &throwing{T: t, clock: clock.NewReal(), start: 30 * ms}
		s := schedule(t, Plan{Count: 8, Size: 100, Rate: StonesPerSecond(100)}, 1)

		t.Log("# a stone every 10ms; the throw of stone 3 takes 35ms; the others take 1ms")
		now := []time.Duration{0, 10 * ms, 20 * ms, 55 * ms, 56 * ms, 57 * ms, 60 * ms, 70 * ms}
		n := uint64(0)
		for got := range s.Stones(t.Context(), h.clock, h.start, 9) {
			n++
			h.wantStone(got, n, time.Duration(n-1)*10*ms, now[n-1])
			if got.Flow != 9 || got.Size != 100 {
				t.Errorf("stone %+v; want flow 9, 100 bytes", got)
			}
			switch n {
			case 3:
				time.Sleep(35 * ms)
			default:
				time.Sleep(ms)
			}
		}
		t.Log("# 4, 5 and 6 were due already and came at once, none was skipped, and 7 is in time again")
		if n != 8 {
			t.Errorf("%d stones; want 8", n)
		}
	})
}

func TestThrowerThrowsBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &throwing{T: t, clock: clock.NewReal()}
		s := schedule(t, Plan{Count: 7, Size: 100, Rate: StonesPerSecond(100), Pattern: Pattern{Burst: 3}}, 1)
		t.Log("# three at once, every 30ms")
		n := uint64(0)
		for got := range s.Stones(t.Context(), h.clock, 0, 1) {
			n++
			due := time.Duration((n-1)/3) * 30 * ms
			h.wantStone(got, n, due, due)
		}
	})
}

func TestThrowerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.NewReal()
		s := schedule(t, Plan{Count: 1000, Size: 100, Rate: StonesPerSecond(100)}, 1)

		t.Log("# the context ends after 35ms, in the middle of a sleep")
		ctx, cancel := context.WithTimeout(t.Context(), 35*ms)
		defer cancel()
		n := 0
		for range s.Stones(ctx, c, 0, 1) {
			n++
		}
		if n != 4 || c.Now() != 35*ms {
			t.Errorf("%d stones by %v; want 4 by 35ms", n, c.Now())
		}

		t.Log("# a thrower who is held up stops as well, though many stones are due")
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
		n = 0
		for range s.Stones(ctx, c, -time.Second, 1) {
			n++
			if n == 5 {
				cancel()
			}
		}
		if n != 5 {
			t.Errorf("%d stones; want 5", n)
		}

		t.Log("# or it has enough")
		for range s.Stones(t.Context(), c, 0, 1) {
			break
		}
	})
}

func TestThrowerIsNotPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &throwing{T: t, clock: clock.NewReal(), start: 20 * ms}
		s := schedule(t, Plan{Count: 5, Size: 100, Rate: Max()}, 1)
		if s.Paced() || s.Count() != 5 || s.Offset(5) != 0 {
			t.Errorf("Paced, Count, Offset(5) = %v, %d, %v; want false, 5, 0", s.Paced(), s.Count(), s.Offset(5))
		}
		t.Log("# a stone is due when the thrower gets to it: every 3ms, for it takes 3ms to throw one")
		n := uint64(0)
		for got := range s.Stones(t.Context(), h.clock, h.start, 1) {
			n++
			at := time.Duration(n-1) * 3 * ms
			h.wantStone(got, n, at, at)
			time.Sleep(3 * ms)
		}
		if n != 5 {
			t.Errorf("%d stones; want 5", n)
		}

		t.Log("# for 10ms: the one at 9ms is the last, and nobody could know how many there would be")
		s = schedule(t, Plan{Time: 10 * ms, Size: 100, Rate: Max()}, 1)
		if s.Count() != 0 {
			t.Errorf("Count = %d; want 0", s.Count())
		}
		h.start, n = h.clock.Now(), 0
		for got := range s.Stones(t.Context(), h.clock, h.start, 1) {
			n++
			at := time.Duration(n-1) * 3 * ms
			h.wantStone(got, n, at, at)
			time.Sleep(3 * ms)
		}
		if n != 4 {
			t.Errorf("%d stones; want 4", n)
		}
	})
}
