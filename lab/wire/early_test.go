package wire

import (
	"errors"
	"math"
	"testing"
	"time"

	"stones/lab/quantity"
)

// The weight follows from the burst as in tc. The first vector is the example of tc-red(8),
// which tc prints as ewma 5.
func TestREDWeight(t *testing.T) {
	for text, want := range map[string]uint{
		"400kB:red min=30kB max=90kB burst=55": 5,
		"300:red":                              5,  // min 25, max 75, burst 41: 17 <= 32 (1 - (31/32)^41) = 23.3, and 16 (1 - (15/16)^41) = 14.9 is less
		"1000:red min=50 max=150":              6,  // burst 83: 34 <= 46.7, not 29.7
		"1000:red min=5 burst=100":             11, // 96 <= 97.6, not 95.3
		"4:red":                                1,
	} {
		var q Queue
		if err := q.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		w := New(Shape{Bandwidth: 10 * Mbit, Queue: q}, 1, Out)
		if got := w.manager.(*red).weight; got != want {
			t.Errorf("%s: weight %d; want %d", text, got, want)
		}
	}
	for burst := 2; burst < 2000; burst += 7 { // compared with floating point
		for low := 2; low <= burst; low += 5 {
			want, share, even := uint(1), 0.5, false
			for ; ; want, share = want+1, share/2 {
				above := (1-math.Pow(1-share, float64(burst)))/share - float64(burst+1-low)
				if even = even || math.Abs(above) < 1e-6; above >= 0 {
					break
				}
			}
			if even {
				continue // too close for floating point
			}
			if got := redWeight(uint64(burst), uint64(low), 1); got != want {
				t.Fatalf("burst %d, min %d: weight %d; want %d", burst, low, got, want)
			}
		}
	}
}

// RED's mean and its number of drops agree with a simple model.
func TestREDMean(t *testing.T) {
	w := New(Shape{Bandwidth: 10 * Mbit, Queue: Queue{Packets: 1000, Manager: RED, Min: 50, Max: 150, Probability: 10 * Percent}}, 1, Out)
	r := w.manager.(*red)
	mean, drops, expected := 0.0, 0, 0.0
	for i := range 20_000 {
		now := time.Duration(i) * 1150 * time.Microsecond // 1.2 ms on the link
		for at, ok := w.Next(); ok && at <= now; at, ok = w.Next() {
			w.Arrive(at)
		}
		for _, ok := w.Event(); ok; _, ok = w.Event() {
		}
		if idle := now - r.since; !r.idle || idle < 0 {
			mean += (float64(r.queue.len()) - mean) / 64
		} else {
			mean *= math.Pow(1-1.0/64, float64(idle/(800*time.Microsecond)))
		}
		w.Send(now, Packet{Size: 1500, Stone: uint64(i + 1)})
		if got := float64(r.mean) / (1 << redShift); math.Abs(got-mean) > 0.001 {
			t.Fatalf("packet %d: the mean is %.3f; the model has %.3f", i+1, got, mean)
		}
		if e, ok := w.Event(); ok && e.Fate == Managed {
			drops++
		}
		if mean >= 50 && mean < 150 {
			expected += 0.1 * (mean - 50) / 100
		}
	}
	// Spread evenly, about 2 p_b of the packets are dropped where p_b is small (Floyd and
	// Jacobson, section 7: uniform between 1 and 1/p_b).
	if want := 2 * expected; math.Abs(float64(drops)-want) > 0.15*want || drops < 100 {
		t.Errorf("%d drops; the model has about %.0f", drops, want)
	}
	if err := w.Counts().Check(); err != nil {
		t.Error(err)
	}
}

// While the mean stays, from one drop to the next there are 1 to 1/p_b packets, all
// equally likely (Floyd and Jacobson, section 7), and so from where the mean has crossed
// the lower threshold.
func TestREDCount(t *testing.T) {
	w := New(Shape{Bandwidth: 10 * Mbit, Queue: Queue{Packets: 100, Manager: RED, Min: 10, Max: 20, Probability: 20 * Percent}}, 1, Out)
	r := w.manager.(*red)
	r.mean = 15 << redShift // p_b is a tenth
	const drops = 20_000
	var gaps [11]int
	gap, seen := 0, 0
	for id := identity(1); seen < drops; id++ {
		gap++
		if gap > 10 {
			t.Fatal("more than 10 packets pass")
		}
		if r.early(id * scatter) {
			gaps[gap]++
			gap = 0
			seen++
		}
	}
	for n, count := range gaps[1:] {
		if math.Abs(float64(count)-drops/10) > 5*math.Sqrt(drops*0.1*0.9) {
			t.Errorf("%d of %d gaps are of %d packets; want a tenth", count, drops, n+1)
		}
	}
	first := 0
	for id := identity(1); id <= drops; id++ {
		r.passed = 0
		if r.early(id * scatter) {
			first++
		}
	}
	if math.Abs(float64(first)-drops/10) > 5*math.Sqrt(drops*0.1*0.9) {
		t.Errorf("the first packet above the threshold is dropped %d times of %d; want a tenth", first, drops)
	}
	r.mean = 20 << redShift // from the upper threshold on none passes, and the count begins anew
	if r.passed = 7; !r.early(1) || r.passed != 0 {
		t.Errorf("at the upper threshold %d have passed", r.passed)
	}
}

// While the queue is idle the mean forgets it: by a packet of 1000 bytes each 0.8 ms,
// from when the last one has left the link, and once even if all that comes is dropped.
func TestREDIdle(t *testing.T) {
	w := New(Shape{Bandwidth: 10 * Mbit, Queue: Queue{Packets: 100, Manager: RED}}, 1, Out)
	r := w.manager.(*red)
	w.Send(0, Packet{Size: 1500}) // on the link until 1.2 ms
	r.mean = 80 << redShift
	mean := func() float64 { return float64(r.mean) / (1 << redShift) }
	near := func(want float64) {
		t.Helper()
		if math.Abs(mean()-want) > 1e-6 {
			t.Errorf("the mean is %.6f; want %.6f", mean(), want)
		}
	}
	keep := 1 - 1/math.Pow(2, float64(r.weight))
	w.Send(1*time.Millisecond, Packet{Size: 1500}) // not idle yet: one step towards 0
	near(80 * keep)
	w.Send(2*time.Millisecond, Packet{Size: 1500}) // idle for one usual packet
	near(80 * keep * keep)
	w.Send(2*time.Millisecond, Packet{Size: 1500})
	near(80 * keep * keep)
	w.Send(3600*time.Microsecond, Packet{Size: 1500}) // and for two more
	near(80 * math.Pow(keep, 4))
	if c := w.Counts(); c.Managed != 4 {
		t.Errorf("%d were dropped; want all 4 that came while the mean was high", c.Managed)
	}
	w.Send(time.Hour, Packet{Size: 1500})
	near(0)
}

// What finds no room is not marked first.
func TestFullIsNotMarked(t *testing.T) {
	for _, queue := range []string{"20:red probability=100%", "20:pie target=1ms"} {
		_, arrived, w := overload(t, queue, 20*time.Second, func(_ int, p *Packet) { p.Capable = true })
		marked := 0
		for _, p := range arrived {
			if p.Marked {
				marked++
			}
		}
		if c := w.Counts(); c.Marked != marked || c.Overflowed == 0 {
			t.Errorf("%s: %d marks are counted, %d came, %d found no room", queue, c.Marked, marked, c.Overflowed)
		}
	}
}

// A new limit leaves the queue's manager as it was.
func TestRelimit(t *testing.T) {
	for _, tt := range []struct{ queue, to, wrong string }{
		{"100:codel target=7ms noecn", "3", ""},
		{"100:red min=5", "20", ""},
		{"100:red min=5", "20kB", "red keeps its thresholds; write the limit in what they are in, packets or bytes"},
		{"100:codel", "3:pie", `only its limit can change; write "3" alone`},
		{"unlimited", "3", ""},
	} {
		var q Queue
		if err := q.UnmarshalText([]byte(tt.queue)); err != nil {
			t.Fatal(err)
		}
		s := Shape{Bandwidth: 1 * Mbit, Queue: q, At: []Change{{5 * time.Millisecond, "queue", tt.to}}}
		err := s.Validate()
		if invalid := new(quantity.InvalidError); tt.wrong != "" && (!errors.As(err, &invalid) || invalid.Why != tt.wrong) || tt.wrong == "" && err != nil {
			t.Errorf("%s to %s: %v; want %q", tt.queue, tt.to, err, tt.wrong)
		}
		if err != nil {
			continue
		}
		w := New(s, 1, Out)
		for range 10 {
			w.Send(0, Packet{Size: 1500})
		}
		w.Send(6*time.Millisecond, Packet{Size: 1500})
		want := q
		if want.Packets = w.shape.Queue.Packets; w.shape.Queue != want {
			t.Errorf("%s to %s: %v", tt.queue, tt.to, w.shape.Queue)
		}
		if room := tt.to != "20"; room != (w.Counts().Overflowed == 1) {
			t.Errorf("%s to %s: %d found no room", tt.queue, tt.to, w.Counts().Overflowed)
		}
	}
}

// PIE's probability, worked by hand from RFC 8033 section 4.2, in 10^-12.
func TestPIEUpdates(t *testing.T) {
	p := &pie{target: pieTarget, burst: 0}
	// 125 per ns above the target, 1250 per ns of growth; divided by 2048 below 10^-6, by
	// 128 from 10^-5, by 32 from 10^-4; bounded by 0.
	for i, tt := range []struct {
		delay time.Duration
		want  int64
	}{
		{25 * time.Millisecond, (125*10_000_000 + 1250*25_000_000) / 2048},
		{25 * time.Millisecond, 15_869_140 + 125*10_000_000/128},
		{35 * time.Millisecond, 25_634_765 + (125*20_000_000+1250*10_000_000)/128},
		{15 * time.Millisecond, 142_822_265 - 1250*20_000_000/32},
		{5 * time.Millisecond, 0},
		{250 * time.Millisecond, (125*235_000_000 + 1250*245_000_000) / 2048},
	} {
		before := p.probability
		p.set(tt.delay)
		if p.probability != max(tt.want, 0) {
			t.Errorf("update %d: from %d to %d; want %d", i+1, before, p.probability, tt.want)
		}
	}
	// A step up is at most 2 % where the probability is 10 % or more (section 5.5), and it
	// decays by a fiftieth while nothing waits.
	p = &pie{target: pieTarget, probability: certain / 5}
	p.set(time.Second)
	if want := int64(certain/5 + certain/50); p.probability != want {
		t.Errorf("a step to %d; want %d", p.probability, want)
	}
	p = &pie{target: pieTarget, probability: certain / 2}
	p.set(0)
	half := int64(certain/2 - pieAlpha*15_000_000)
	if want := half - half/50; p.probability != want {
		t.Errorf("it decays to %d; want %d", p.probability, want)
	}
}

// Under constant overload PIE lets a burst of 150 ms in. Then it drops the excess, and
// holds the delay near its target.
func TestPIEHoldsTheTarget(t *testing.T) {
	since := map[uint64]time.Duration{}
	events, arrived, _ := overload(t, "1000:pie", 20*time.Second, func(i int, p *Packet) { since[p.Stone] = time.Duration(i) * time.Millisecond })
	if len(events) == 0 || events[0].At < pieBurst {
		t.Fatalf("%d drops, the first at %v; want it after %v", len(events), events[0].At, pieBurst)
	}
	late := 0
	for _, e := range events {
		if e.At > 10*time.Second {
			late++
		}
	}
	// The excess is a sixth: 1000 packets a second come, and 833 leave.
	if share := float64(late) / 10_000; math.Abs(share-1.0/6) > 0.02 {
		t.Errorf("%.3f is dropped in the end; want about a sixth", share)
	}
	// The link is never idle: packet n of those that come leaves at 1.2 n ms.
	waited, n := time.Duration(0), 0
	for i, p := range arrived {
		if left := time.Duration(i+1) * 1200 * time.Microsecond; left > 10*time.Second && since[p.Stone] > 0 {
			waited += left - since[p.Stone]
			n++
		}
	}
	if mean := waited / time.Duration(max(n, 1)); mean < pieTarget/2 || mean > 2*pieTarget {
		t.Errorf("packets wait for %v on average; want about %v", mean, pieTarget)
	}
	if len(arrived) < 16_000 {
		t.Errorf("only %d came", len(arrived))
	}
}

// RED and PIE mark ECN-capable packets instead of dropping them, unless noecn is set.
func TestEarlyMarks(t *testing.T) {
	for _, queue := range []string{"1000:red", "1000:red noecn", "1000:pie", "1000:pie noecn"} {
		events, arrived, _ := overload(t, queue, 5*time.Second, func(_ int, p *Packet) { p.Capable = true })
		marked := 0
		for _, p := range arrived {
			if p.Marked {
				marked++
			}
		}
		if never := queue[len(queue)-5:] == "noecn"; never != (marked == 0) || never && len(events) == 0 {
			t.Errorf("%s: %d marked, %d dropped", queue, marked, len(events))
		}
	}
}
