package wire

import (
	"math"
	"testing"
	"time"
)

// RED's mean follows the queue as the simple model has it, and what it drops comes as
// often as the model says.
func TestREDMean(t *testing.T) {
	w := New(Shape{Bandwidth: 10 * Mbit, Queue: Queue{Packets: 1000, Manager: RED, Min: 50, Max: 150, Probability: 10 * Percent}}, 1, Out)
	r := w.manager.(*red)
	mean, drops, expected, passed := 0.0, 0, 0.0, -1.0
	for i := range 20_000 {
		now := time.Duration(i) * 1150 * time.Microsecond // 1.2 ms on the link
		for at, ok := w.Next(); ok && at <= now; at, ok = w.Next() {
			w.Arrive(at)
		}
		for _, ok := w.Event(); ok; _, ok = w.Event() {
		}
		mean += (float64(r.queue.len()) - mean) / 512
		w.Send(now, Packet{Size: 1500, Stone: uint64(i + 1)})
		if got := float64(r.mean) / (1 << redShift); math.Abs(got-mean) > 0.01*mean+0.05 {
			t.Fatalf("packet %d: the mean is %.3f; the model has %.3f", i+1, got, mean)
		}
		if e, ok := w.Event(); ok && e.Fate == Managed {
			drops++
			passed = 0
		} else if mean >= 50 {
			passed++
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

// While the queue is idle the mean forgets it.
func TestREDIdle(t *testing.T) {
	w := New(Shape{Bandwidth: 10 * Mbit, Queue: Queue{Packets: 100, Manager: RED}}, 1, Out)
	r := w.manager.(*red)
	r.mean, r.idle, r.since, r.airtime = 40<<redShift, true, 0, 1200*time.Microsecond
	r.average(512 * 1200 * time.Microsecond) // 512 packets could have passed
	if got, want := float64(r.mean)/(1<<redShift), 40*math.Pow(1-1.0/512, 513); math.Abs(got-want) > 0.05 {
		t.Errorf("the mean is %.3f; want %.3f", got, want)
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

// Under constant overload PIE lets a burst of 150 ms in, then comes to drop what is too
// much, and holds the delay near its target.
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
	// A sixth is too much: 1000 packets a second come, and 833 leave.
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

// Both mark instead of dropping, if they may.
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
