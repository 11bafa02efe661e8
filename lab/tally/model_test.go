package tally

import (
	"maps"
	"math/big"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stones/lab/stone"
)

// A model is the same flow kept as plain lists, and counted by the
// definitions, however long that takes.
type model struct {
	planned  int
	offset   func(n uint64) time.Duration // nil without a schedule
	deadline time.Duration

	thrown  []stone.Stone
	at      []time.Duration // when each of these was
	refused int
	came    []arrival // everything that came, in order
}

type arrival struct {
	what  string // "stone", "damaged", "foreign" or "after drain"
	stone stone.Stone
	at    time.Duration
}

func (a arrival) delay() time.Duration { return a.at - a.stone.Due }

// drawModel draws a flow: which stones are thrown, and which copies come, in any order.
func drawModel(t *rapid.T) (model, Tally) {
	m := model{deadline: time.Duration(rapid.IntRange(0, 60).Draw(t, "deadline")) * ms}
	count := rapid.IntRange(0, 24).Draw(t, "count")
	gap := rapid.IntRange(0, 30).Draw(t, "gap")
	base := time.Duration(rapid.IntRange(-50, 50).Draw(t, "base")) * ms
	scheduled := rapid.Bool().Draw(t, "scheduled")
	if scheduled {
		m.offset = every(time.Duration(gap) * ms)
	}
	if rapid.Bool().Draw(t, "planned") {
		m.planned = count + rapid.IntRange(0, 2).Draw(t, "not attempted")
	}
	y := Tally{Throws: &Throws{Planned: m.planned}, Catches: NewCatches(m.planned, m.offset)}

	due := base
	for n := range uint64(count) {
		s := stone.Stone{Number: n + 1, Due: due, Size: 100}
		if scheduled {
			s.Due = base + m.offset(n+1)
		}
		if rapid.IntRange(0, 3).Draw(t, "odd size") == 0 {
			s.Size = rapid.IntRange(32, 200).Draw(t, "size")
		}
		due += time.Duration(rapid.IntRange(0, 3*gap).Draw(t, "pause")) * ms
		cause := rapid.SampledFrom([]string{"", "", "", "", "", "refused", "too big"}).Draw(t, "cause")
		at := s.Due + time.Duration(rapid.IntRange(0, 2_000_000).Draw(t, "slip"))
		y.Throws.Add(s, at, cause)
		if cause != "" {
			m.refused++
			continue
		}
		m.thrown, m.at = append(m.thrown, s), append(m.at, at)
	}

	// Either any stone at any time, or stones that a few others overtake.
	var order []int
	if len(m.thrown) > 0 && rapid.Bool().Draw(t, "wild") {
		order = rapid.SliceOfN(rapid.IntRange(0, len(m.thrown)-1), 0, 60).Draw(t, "order")
	} else {
		type ahead struct{ i, place int }
		var places []ahead
		for i := range m.thrown {
			for range rapid.SampledFrom([]int{0, 1, 1, 1, 1, 2}).Draw(t, "copies") {
				places = append(places, ahead{i, i + rapid.SampledFrom([]int{0, 0, 0, 0, 1, 3, 6}).Draw(t, "held back")})
			}
		}
		slices.SortStableFunc(places, func(a, b ahead) int { return a.place - b.place })
		for _, p := range places {
			order = append(order, p.i)
		}
	}
	at := base - 10*ms
	for _, i := range order {
		at += time.Duration(rapid.Int64Range(0, 30_000_000).Draw(t, "wait"))
		a := arrival{"stone", m.thrown[i], at}
		switch rapid.IntRange(0, 30).Draw(t, "what") {
		case 0:
			a.what = "damaged"
			y.Catches.Damaged()
		case 1:
			a.what = "foreign"
			y.Catches.Foreign()
		case 2:
			a.what = "after drain"
			y.Catches.AfterDrain()
		default:
			y.Catches.Add(a.stone, at)
		}
		m.came = append(m.came, a)
	}
	return m, y
}

func (m model) count(what string) int {
	n := 0
	for _, a := range m.came {
		if a.what == what {
			n++
		}
	}
	return n
}

// firsts returns the first copies, in the order they came.
func (m model) firsts() []arrival {
	var firsts []arrival
	for _, a := range m.came {
		if a.what == "stone" && !slices.ContainsFunc(firsts, func(f arrival) bool { return f.stone.Number == a.stone.Number }) {
			firsts = append(firsts, a)
		}
	}
	return firsts
}

func (m model) copies(n uint64) int {
	copies := 0
	for _, a := range m.came {
		if a.what == "stone" && a.stone.Number == n {
			copies++
		}
	}
	return copies
}

func (m model) lost() []uint64 {
	var lost []uint64
	for _, s := range m.thrown {
		if m.copies(s.Number) == 0 {
			lost = append(lost, s.Number)
		}
	}
	return lost
}

func (m model) reordered() []Reordered {
	var out []Reordered
	firsts := m.firsts()
	run := 0
	for i, a := range firsts {
		higher := func(b arrival) bool { return b.stone.Number > a.stone.Number }
		j := slices.IndexFunc(firsts[:i], higher)
		if j < 0 {
			run++
			continue
		}
		r := Reordered{Number: a.stone.Number, Position: i + 1, Extent: i - j, Late: a.at - firsts[j].at, Run: run}
		for _, b := range firsts[:i] {
			if higher(b) {
				r.Bytes += int64(b.stone.Size)
			}
		}
		for n := 1; n <= i && !slices.ContainsFunc(firsts[i-n:i], func(b arrival) bool { return !higher(b) }); n++ {
			r.N = n
		}
		out = append(out, r)
		run = 0
	}
	return out
}

func (m model) discontinuities() []Discontinuity {
	var out []Discontinuity
	var expected uint64
	for i, a := range m.firsts() {
		n := a.stone.Number
		if i > 0 && n > expected {
			out = append(out, Discontinuity{n, i + 1, n - expected})
		}
		if i == 0 || n >= expected {
			expected = n + 1
		}
	}
	return out
}

func (m model) losses() []Loss {
	var out []Loss
	for i, s := range m.thrown {
		if m.copies(s.Number) > 0 {
			continue
		}
		l := Loss{Number: s.Number, Period: 1}
		if len(out) > 0 {
			last := out[len(out)-1]
			l.Distance = i - slices.IndexFunc(m.thrown, func(s stone.Stone) bool { return s.Number == last.Number })
			l.Period = last.Period
			if l.Distance > 1 {
				l.Period++
			}
		}
		out = append(out, l)
	}
	return out
}

func (m model) percentile(p, whole int) Delay {
	var delays []time.Duration
	for _, a := range m.firsts() {
		delays = append(delays, a.delay())
	}
	slices.Sort(delays)
	n := len(delays) + len(m.lost())
	for i, d := range delays {
		if (i+1)*whole >= p*n { // F(d) >= p/whole
			return finite(d)
		}
	}
	if n > 0 {
		return Delay{Kind: Infinite}
	}
	return Delay{}
}

// jitter returns J as a fraction.
func (m model) jitter() *big.Rat {
	j := new(big.Rat)
	firsts := m.firsts()
	for i := 1; i < len(firsts); i++ {
		r := firsts[i].at - firsts[i-1].at
		s := firsts[i].stone.Due - firsts[i-1].stone.Due
		d := new(big.Rat).SetInt64(int64((r - s).Abs()))
		j.Add(j, d.Sub(d, j).Quo(d, big.NewRat(16, 1)))
	}
	return j
}

func (m model) standstill() time.Duration {
	var worst time.Duration
	var highest uint64
	firsts := m.firsts()
	for i, a := range firsts {
		switch {
		case m.offset == nil && i > 0:
			worst = max(worst, a.at-firsts[i-1].at)
		case m.offset != nil && (m.planned == 0 || highest < uint64(m.planned)):
			since := a.stone.Due + m.offset(highest+1) - m.offset(a.stone.Number)
			if i > 0 {
				since = max(since, firsts[i-1].at)
			}
			worst = max(worst, a.at-since)
		}
		highest = max(highest, a.stone.Number)
	}
	if len(firsts) == 0 || len(m.thrown) == 0 {
		return worst
	}
	// The ends: until the first, and until the last one could have come.
	if m.offset == nil {
		worst = max(worst, firsts[0].at-m.at[0])
	}
	return max(worst, m.end(firsts)-firsts[len(firsts)-1].at)
}

// end is when the last one came, or could have come.
func (m model) end(firsts []arrival) time.Duration {
	first, last := firsts[0], firsts[len(firsts)-1]
	least := first.at - first.stone.Due
	for _, a := range firsts {
		least = min(least, a.at-a.stone.Due)
	}
	due := m.at[len(m.at)-1]
	if m.offset != nil {
		attempted := uint64(len(m.thrown) + m.refused)
		due = first.stone.Due + m.offset(attempted) - m.offset(first.stone.Number)
	}
	return max(last.at, due+least)
}

// reorderDensity takes the steps of RFC 5236's algorithm, one by one.
func (m model) reorderDensity(threshold int) map[int]int {
	out := map[int]int{}
	coming := m.firsts()
	var window, buffer []int
	index := 1
	for {
		for len(coming) > 0 && len(window) < threshold+1 {
			if s := int(coming[0].stone.Number); s >= index {
				window = append(window, s)
			}
			coming = coming[1:]
		}
		if len(window) == 0 {
			return out
		}
		known := slices.Concat(window, buffer)
		if !slices.Contains(known, index) {
			index = max(index+1, slices.Min(known)) // lost
			continue
		}
		s := window[0]
		window = window[1:]
		if d := index - s; -threshold <= d && d <= threshold {
			out[d]++
			buffer = slices.DeleteFunc(buffer, func(b int) bool { return b == index })
			if d < 0 {
				buffer = append(buffer, s)
			}
			index++
		}
	}
}

func (m model) bufferDensity(threshold int) map[int]int {
	out := map[int]int{}
	var buffer []int
	expected := 1
	for _, a := range m.firsts() {
		s := int(a.stone.Number)
		if s < expected {
			continue
		}
		buffer = append(buffer, s)
		if len(buffer) > threshold && !slices.Contains(buffer, expected) {
			expected = slices.Min(buffer)
		}
		for slices.Contains(buffer, expected) {
			buffer = slices.DeleteFunc(buffer, func(b int) bool { return b == expected })
			expected++
		}
		out[len(buffer)]++
	}
	return out
}

// score counts what is a count.
func (m model) score() Score {
	firsts := m.firsts()
	s := Score{
		Counts: stone.Counts{
			Arrivals:   len(m.came),
			Delivered:  len(firsts),
			Duplicated: m.count("stone") - len(firsts),
			Damaged:    m.count("damaged"),
			Foreign:    m.count("foreign"),
			AfterDrain: m.count("after drain"),
			Thrown:     len(m.thrown),
			Attempted:  len(m.thrown) + m.refused,
			Lost:       len(m.lost()),
		},
		Standstill: m.standstill(),
		Deadline:   m.deadline,
	}
	s.Planned = max(m.planned, s.Attempted)
	s.NotAttempted = s.Planned - s.Attempted
	for i, a := range m.thrown {
		s.ThrownBytes += int64(a.Size)
		if i == 0 {
			s.FirstThrow, s.FirstDue = m.at[0], a.Due
		}
		s.LastThrow, s.LastDue = m.at[i], a.Due
		if a.Due < m.thrown[len(m.thrown)-1].Due {
			s.DueBefore++
		}
		if m.at[i]-a.Due > ms {
			s.Slipped++
		}
		ready := a.Due
		if i > 0 {
			ready = max(ready, m.at[i-1])
		}
		if took := m.at[i] - ready; took > ms {
			s.Waited += took
		}
		s.BackToBack = max(s.BackToBack, m.backToBack(i))
	}
	if len(firsts) > 0 && len(m.thrown) > 0 {
		s.End = m.end(firsts)
	}
	for i, a := range firsts {
		if i == 0 {
			s.FirstArrival = a.at
			s.Delay.Min, s.Delay.Max = finite(a.delay()), finite(a.delay())
		}
		s.LastArrival = a.at
		s.DeliveredBytes += int64(a.stone.Size)
		s.Delay.Min.D, s.Delay.Max.D = min(s.Delay.Min.D, a.delay()), max(s.Delay.Max.D, a.delay())
		if m.copies(a.stone.Number) > 1 {
			s.Replicated++
		}
		if m.deadline > 0 && a.delay() > m.deadline {
			s.Late++
		}
	}
	for _, a := range firsts {
		if a.delay() > s.Delay.Min.D+ms {
			s.HeldUp++
		}
	}
	s.Delay.P50, s.Delay.P95, s.Delay.P99 = m.percentile(50, 100), m.percentile(95, 100), m.percentile(99, 100)

	for _, r := range m.reordered() {
		s.Reordered++
		s.Reordering.MaxExtent = max(s.Reordering.MaxExtent, r.Extent)
		if r.N >= 3 {
			s.Reordering.Three++
		}
		s.Reordering.Runs++
		s.Reordering.RunStones += r.Run
		s.Reordering.RunSquares += int64(r.Run * r.Run)
	}
	s.Reordered3, s.Extent = s.Reordering.Three, s.Reordering.MaxExtent
	for _, d := range m.discontinuities() {
		s.Reordering.Discontinuities++
		s.Reordering.MaxLeap = max(s.Reordering.MaxLeap, d.Size)
	}
	lengths := map[int]int{}
	for _, l := range m.losses() {
		lengths[l.Period]++
		s.LongestLoss = max(s.LongestLoss, lengths[l.Period])
	}
	s.LossPeriods = len(lengths)
	return s
}

// backToBack is how many stones, up to the i-th thrown, make a run. Those of one
// burst do not count apart.
func (m model) backToBack(i int) int {
	run := 1
	for ; i > 0; i-- {
		planned := m.thrown[i].Due - m.thrown[i-1].Due
		switch gap := m.at[i] - m.at[i-1]; {
		case planned == 0:
		case float64(gap) < float64(planned)/2:
			run++
		default:
			return run
		}
	}
	return run
}

// ipdv returns the variation by number, for the stones where it is defined.
func (m model) ipdv() map[uint64]time.Duration {
	out := map[uint64]time.Duration{}
	for _, a := range m.firsts() {
		for _, b := range m.firsts() {
			if b.stone.Number == a.stone.Number-1 {
				out[a.stone.Number] = a.delay() - b.delay()
			}
		}
	}
	return out
}

// equal takes nothing for the same as an empty list or map.
func equal(a, b any) bool {
	v, w := reflect.ValueOf(a), reflect.ValueOf(b)
	if k := v.Kind(); (k == reflect.Slice || k == reflect.Map) && v.Len() == 0 && w.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a, b)
}

// Whatever comes, the tally agrees with the definitions.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, y := drawModel(t)
		c := y.Catches
		got := y.Score(m.deadline)

		if err := got.Check(); err != nil {
			t.Errorf("Check: %v", err)
		}
		same := func(what string, got, want any) {
			t.Helper()
			if !equal(got, want) {
				t.Errorf("%s: %+v, want %+v", what, got, want)
			}
		}
		same("lost", slices.Collect(y.LostNumbers()), m.lost())
		same("losses", slices.Collect(y.Losses()), m.losses())
		same("reordered", slices.Collect(c.Reordered()), m.reordered())
		same("discontinuities", slices.Collect(c.Discontinuities()), m.discontinuities())
		same("IPDV", maps.Collect(c.IPDV()), m.ipdv())

		var arrivals []Arrival
		for _, a := range m.firsts() {
			arrivals = append(arrivals, Arrival{a.stone.Number, a.at, a.delay()})
		}
		same("arrivals", slices.Collect(c.Arrivals()), arrivals)

		var fates []Fate
		for _, s := range m.thrown {
			f := Fate{Number: s.Number, Copies: m.copies(s.Number), Delay: Delay{Kind: Infinite}}
			for _, a := range m.firsts() {
				if a.stone.Number == s.Number {
					f.Delay = finite(a.delay())
				}
			}
			fates = append(fates, f)
		}
		same("fates", slices.Collect(y.Fates()), fates)

		for threshold := range 8 {
			density := c.ReorderDensity(threshold)
			same("reorder density", density.Counts, m.reorderDensity(threshold))
			same("reorder density's N", density.N, total(density.Counts))
			density = c.BufferDensity(threshold)
			same("buffer density", density.Counts, m.bufferDensity(threshold))
		}
		for p := range 21 {
			same("percentile", y.Percentile(p, 20), m.percentile(p, 20))
		}

		// J is rounded; the mean is checked by its sum.
		j := new(big.Rat).SetInt64(int64(got.Jitter.Last))
		if diff := j.Sub(j, m.jitter()); diff.Abs(diff).Cmp(big.NewRat(1, 1)) > 0 {
			t.Errorf("jitter %v, which is off by %v ns", got.Jitter.Last, diff.FloatString(3))
		}

		want := m.score()
		want.PDV = want.Delay.less(want.Delay.Min.D)
		// What the model leaves out is told apart from what it counts.
		want.NotThrown, want.Slip, want.Gap = got.NotThrown, got.Slip, got.Gap
		want.IPDV, want.Jitter = got.IPDV, got.Jitter
		same("score", got, want)

		// Law 5, and that it finds one stone that is different.
		reordered := map[uint64]bool{}
		for _, r := range m.reordered() {
			reordered[r.Number] = true
		}
		isReordered := func(n uint64) bool { return reordered[n] }
		if err := y.Compare(m.copies, isReordered); err != nil {
			t.Errorf("Compare: %v", err)
		}
		if len(m.thrown) > 0 {
			other := m.thrown[len(m.thrown)/2].Number
			if y.Compare(func(n uint64) int {
				if n == other {
					return m.copies(n) + 1
				}
				return m.copies(n)
			}, nil) == nil {
				t.Errorf("Compare does not see that stone %d has one copy more", other)
			}
		}
	})
}
