package tally

import (
	"maps"
	"testing"
	"time"

	"stones/lab/stone"
)

const ms = time.Millisecond

// every is the schedule of a plan with a stone every gap.
func every(gap time.Duration) func(n uint64) time.Duration {
	return func(n uint64) time.Duration { return time.Duration(n-1) * gap }
}

// A flow is one of stones of 100 bytes, one due every 20 ms from 0.
type flow struct {
	Tally
	offset func(n uint64) time.Duration
}

// throw starts a flow whose stones 1 to count are all thrown when they are due.
func throw(count int) flow {
	offset := every(20 * ms)
	f := flow{Tally{Throws: &Throws{Planned: count}, Catches: NewCatches(count, offset)}, offset}
	for n := range count {
		s := f.stone(uint64(n) + 1)
		f.Throws.Add(s, s.Due, "")
	}
	return f
}

func (f flow) stone(n uint64) stone.Stone {
	return stone.Stone{Number: n, Due: f.offset(n), Size: 100}
}

// catch lets the stones come in this order, a millisecond apart.
func (f flow) catch(numbers ...uint64) flow {
	for _, n := range numbers {
		f.Catches.Add(f.stone(n), time.Duration(f.Catches.arrivals)*ms)
	}
	return f
}

// upTo returns the numbers from first to last.
func upTo(first, last uint64) []uint64 {
	var numbers []uint64
	for n := first; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return numbers
}

// Mistakes of other programs' counters: a lower number taken for the end of a loss, a
// gap taken for a loss, a duplicate taken for a latecomer.
func TestCounts(t *testing.T) {
	for _, tt := range []struct {
		name                        string
		sent                        int
		caught                      []uint64
		lost, reordered, duplicated int
	}{
		{name: "a late stone gives back its loss", sent: 6, caught: []uint64{1, 2, 4, 5, 3, 6}, reordered: 1},
		{name: "reordered by the highest, not by the one before", sent: 8, caught: []uint64{1, 2, 3, 7, 4, 5, 6, 8}, reordered: 3},
		{name: "a duplicate does not cancel a loss", sent: 5, caught: []uint64{1, 2, 4, 4, 5}, lost: 1, duplicated: 1},
		{name: "duplicates are not reordering", sent: 4, caught: []uint64{1, 2, 2, 3, 3, 4}, duplicated: 2},
		{name: "loss at the end", sent: 6, caught: []uint64{1, 2, 3}, lost: 3},
		{name: "nothing comes", sent: 6, lost: 6},
		{name: "nothing is sent"},
		{name: "loss and duplicate, which iperf3 calls out of order", sent: 3, caught: []uint64{1, 3, 3}, lost: 1, duplicated: 1},
		{name: "duplicate of a stone that first came late", sent: 4, caught: []uint64{1, 3, 2, 4, 2}, reordered: 1, duplicated: 1},
		{name: "duplicate of a late stone, at once", sent: 4, caught: []uint64{1, 3, 2, 2, 4}, reordered: 1, duplicated: 1},
		{name: "duplicate of the last stone", sent: 3, caught: []uint64{1, 2, 3, 3}, duplicated: 1},
		{name: "late stone after a long while", sent: 100, caught: append(upTo(2, 100), 1), reordered: 1},
		{name: "only the highest number comes", sent: 100, caught: []uint64{100}, lost: 99},
		{name: "the highest number comes first", sent: 4, caught: []uint64{4, 1, 2, 3}, reordered: 3},
		{name: "late duplicate after the highest", sent: 3, caught: []uint64{1, 3, 1}, lost: 1, duplicated: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := throw(tt.sent).catch(tt.caught...).Score(0)
			if s.Lost != tt.lost || s.Reordered != tt.reordered || s.Duplicated != tt.duplicated || s.Delivered != tt.sent-tt.lost {
				t.Errorf("sent %d, caught %v: lost %d, reordered %d, duplicated %d, delivered %d; want %d, %d, %d, %d",
					tt.sent, tt.caught, s.Lost, s.Reordered, s.Duplicated, s.Delivered,
					tt.lost, tt.reordered, tt.duplicated, tt.sent-tt.lost)
			}
			if err := s.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// RFC 5560 section 5.3: duplication fraction and replicated rate. Both shares
// are of the stones delivered.
func TestDuplication(t *testing.T) {
	for _, tt := range []struct {
		caught                 []uint64
		duplicated, replicated int
	}{
		{[]uint64{1, 2, 3, 4}, 0, 0},                         // 0 %, 0 %
		{[]uint64{1, 1, 2, 2, 3, 3, 4, 4}, 4, 4},             // 100 %, 100 %
		{[]uint64{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}, 8, 4}, // 200 %, 100 %
		{[]uint64{1, 1, 1, 2, 3, 3, 3, 4}, 4, 2},             // 100 %, 50 %
		{[]uint64{3, 1, 4, 1, 3, 2, 3, 1}, 4, 2},             // the order does not matter
	} {
		s := throw(4).catch(tt.caught...).Score(0)
		if s.Delivered != 4 || s.Duplicated != tt.duplicated || s.Replicated != tt.replicated {
			t.Errorf("caught %v: delivered %d, duplicated %d, replicated %d; want 4, %d, %d",
				tt.caught, s.Delivered, s.Duplicated, s.Replicated, tt.duplicated, tt.replicated)
		}
	}
}

func TestMoreCopiesThanAByteHolds(t *testing.T) {
	f := throw(3).catch(1, 3)
	for range 1000 {
		f.catch(2)
	}
	s := f.Score(0)
	if got := f.Catches.Copies(2); got != 1000 || s.Duplicated != 999 || s.Replicated != 1 {
		t.Errorf("copies %d, duplicated %d, replicated %d; want 1000, 999, 1", got, s.Duplicated, s.Replicated)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestArrivalsThatAreNoStones(t *testing.T) {
	f := throw(3).catch(0, 1, 4, 2, 1<<63)
	f.Catches.Damaged()
	f.Catches.Foreign()
	f.Catches.AfterDrain()
	s := f.Score(0)
	if s.Arrivals != 8 || s.Delivered != 2 || s.Foreign != 4 || s.Damaged != 1 || s.AfterDrain != 1 || s.Lost != 1 {
		t.Errorf("score %+v", s)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

// The catcher of an open-ended plan takes any number up to a limit.
func TestOpenEnded(t *testing.T) {
	c := NewCatches(0, nil)
	for _, n := range []uint64{0, 1, 500, 3, MaxNumber + 1} {
		c.Add(stone.Stone{Number: n, Size: 100}, 0)
	}
	var throws Throws
	for _, n := range upTo(1, 500) {
		throws.Add(stone.Stone{Number: n, Size: 100}, 0, "")
	}
	s := Tally{Throws: &throws, Catches: c}.Score(0)
	if s.Planned != 500 || s.Delivered != 3 || s.Lost != 497 || s.Foreign != 2 {
		t.Errorf("planned %d, delivered %d, lost %d, foreign %d; want 500, 3, 497, 2", s.Planned, s.Delivered, s.Lost, s.Foreign)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestThrows(t *testing.T) {
	t.Log("# five stones are planned, one every 20ms")
	throws := &Throws{Planned: 5}
	add := func(n uint64, at time.Duration, cause string) {
		t.Helper()
		throws.Add(stone.Stone{Number: n, Due: every(20 * ms)(n), Size: 100}, at, cause)
	}
	t.Log("# the first leaves in time, the second exactly 1ms behind, the third 7ms behind")
	add(1, 0, "")
	add(2, 21*ms, "")
	add(3, 47*ms, "")
	t.Log("# the fourth is refused, and then the flow is stopped")
	add(4, 60*ms, "refused")

	s := Tally{Throws: throws}.Score(0)
	if s.Planned != 5 || s.Attempted != 4 || s.NotAttempted != 1 || s.Thrown != 3 || s.ThrownBytes != 300 {
		t.Errorf("score %+v", s)
	}
	if want := map[string]int{"refused": 1}; !maps.Equal(s.NotThrown, want) {
		t.Errorf("not thrown %v, want %v", s.NotThrown, want)
	}
	if s.FirstThrow != 0 || s.LastThrow != 47*ms || s.Slipped != 1 || s.Slip.Max != finite(7*ms) {
		t.Errorf("thrown from %v to %v, %d slipped, worst %v; want 0s to 47ms, 1, 7ms", s.FirstThrow, s.LastThrow, s.Slipped, s.Slip.Max)
	}

	t.Log("# nobody knows what was caught: that is neither caught nor lost")
	if s.Unknown != 3 || s.Delivered != 0 || s.Lost != 0 || s.Delay != (Delays{}) {
		t.Errorf("unknown %d, delivered %d, lost %d, delay %v; want 3, 0, 0, none", s.Unknown, s.Delivered, s.Lost, s.Delay)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	for f := range (Tally{Throws: throws}).Fates() {
		if f.Copies != 0 || f.Delay.Kind != None {
			t.Errorf("fate %+v, want none", f)
		}
	}
}

// A stone that was not thrown is not lost, wherever it stands.
func TestNotThrownIsNotLost(t *testing.T) {
	f := flow{Tally{Throws: &Throws{Planned: 6}, Catches: NewCatches(6, every(20*ms))}, every(20 * ms)}
	for i, cause := range []string{"", "", "buffer full", "", "", "buffer full"} {
		s := f.stone(uint64(i) + 1)
		f.Throws.Add(s, s.Due, cause)
	}
	f.catch(1, 5)

	var lost []Loss
	for l := range f.Losses() {
		lost = append(lost, l)
	}
	if want := []Loss{{2, 0, 1}, {4, 1, 1}}; len(lost) != 2 || lost[0] != want[0] || lost[1] != want[1] {
		t.Errorf("losses %v, want %v: no stone was thrown between them", lost, want)
	}
	s := f.Score(0)
	if s.Lost != 2 || s.NotThrown["buffer full"] != 2 || s.LossPeriods != 1 {
		t.Errorf("lost %d, not thrown %v, loss periods %d; want 2, 2, 1", s.Lost, s.NotThrown, s.LossPeriods)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestStandstill(t *testing.T) {
	for _, tt := range []struct {
		name   string
		offset func(uint64) time.Duration
		caught []Arrival
		want   time.Duration
	}{
		{name: "nothing comes", offset: every(20 * ms)},
		{
			name:   "the first stone is waited for since it is due",
			offset: every(20 * ms),
			caught: []Arrival{{Number: 1, At: 50 * ms}},
			want:   50 * ms,
		},
		{
			name:   "a stone before the first due time",
			offset: every(20 * ms),
			caught: []Arrival{{Number: 1, At: -5 * ms}},
			want:   0,
		},
		{
			name:   "no waiting for a stone that is not yet due",
			offset: every(100 * ms),
			caught: []Arrival{{Number: 1, At: 10 * ms}, {Number: 2, At: 110 * ms}},
			want:   10 * ms,
		},
		{
			name:   "stones 2 to 4 come together, when 2 has been thrown again",
			offset: every(20 * ms),
			caught: []Arrival{{Number: 1, At: 10 * ms}, {Number: 2, At: 200 * ms}, {Number: 3, At: 200 * ms}, {Number: 4, At: 200 * ms}, {Number: 5, At: 200 * ms}},
			want:   180 * ms, // since 20 ms, when stone 2 was due
		},
		{
			name:   "a duplicate does not end it, a late stone does",
			offset: every(20 * ms),
			caught: []Arrival{{Number: 2, At: 30 * ms}, {Number: 2, At: 50 * ms}, {Number: 1, At: 70 * ms}, {Number: 3, At: 90 * ms}},
			want:   30 * ms,
		},
		{
			name:   "after the highest of all nothing is due",
			offset: every(20 * ms),
			caught: []Arrival{{Number: 5, At: 80 * ms}, {Number: 1, At: 900 * ms}},
			want:   80 * ms,
		},
		{
			name:   "without a schedule, the longest gap",
			caught: []Arrival{{Number: 1, At: 50 * ms}, {Number: 2, At: 60 * ms}, {Number: 4, At: 95 * ms}, {Number: 3, At: 100 * ms}},
			want:   35 * ms,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := NewCatches(5, tt.offset)
			for _, a := range tt.caught {
				s := stone.Stone{Number: a.Number, Size: 100}
				if tt.offset != nil {
					s.Due = tt.offset(a.Number)
				}
				c.Add(s, a.At)
			}
			if got := (Tally{Throws: &Throws{}, Catches: c}).Score(0).Standstill; got != tt.want {
				t.Errorf("standstill %v, want %v", got, tt.want)
			}
		})
	}
}

// The same arrival times whether the schedule gives them or they are kept.
func TestArrivals(t *testing.T) {
	const count = 2*blockLen + 17 // two full blocks and an open one
	for name, offset := range map[string]func(uint64) time.Duration{"schedule": every(20 * ms), "none": nil} {
		t.Run(name, func(t *testing.T) {
			c := NewCatches(count, offset)
			var want []Arrival
			for i := range count {
				n := uint64(i ^ 1)
				if n == 0 || n > count {
					continue
				}
				delay := time.Duration(i%7) * ms
				s := stone.Stone{Number: n, Due: every(20 * ms)(n), Size: 100}
				c.Add(s, s.Due+delay)
				want = append(want, Arrival{n, s.Due + delay, delay})
			}
			i := 0
			for a := range c.Arrivals() {
				if a != want[i] || c.at(i) != a.At {
					t.Fatalf("arrival %d: %+v, at %v; want %+v", i, a, c.at(i), want[i])
				}
				i++
			}
			if i != len(want) {
				t.Errorf("%d arrivals, want %d", i, len(want))
			}
		})
	}
}
