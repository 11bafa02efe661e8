package wire

import (
	"testing"
	"testing/quick"
	"time"
)

// A policer passes a burst, and then exactly what the rate allows.
func TestPolicer(t *testing.T) {
	w := New(Shape{Policer: Bucket{Rate: 1 * Mbit, Burst: 3000}}, 1, Out)
	fates := ""
	send := func(at time.Duration) {
		w.Send(at, Packet{Size: 1000})
		if e, ok := w.Event(); ok && e.Fate == Policed && e.At == at {
			fates += "x"
			return
		}
		fates += "."
	}
	for range 5 {
		send(0)
	}
	send(8*time.Millisecond - 1) // a packet takes 8 ms of the rate
	send(8 * time.Millisecond)
	send(8 * time.Millisecond)
	send(time.Hour) // the bucket is full again, but not more than full
	for range 3 {
		send(time.Hour)
	}
	if want := "...xxx.x...x"; fates != want {
		t.Errorf("%s; want %s", fates, want)
	}
	if c := w.Counts(); c.Policed != 5 || c.Arrived+c.InFlight != 7 || c.Check() != nil {
		t.Errorf("%+v", c)
	}
}

// A shaper sends a burst at once, and then a packet whenever there are tokens for it. With
// a bandwidth too, the burst is sent at that bandwidth.
func TestShaper(t *testing.T) {
	for _, tt := range []struct {
		bandwidth Bandwidth
		want      []time.Duration // in µs
	}{
		{0, []time.Duration{0, 0, 0, 8000, 16000, 24000}},
		{8 * Mbit, []time.Duration{1000, 2000, 3000, 9000, 17000, 25000}},
	} {
		w := New(Shape{Shaper: Bucket{Rate: 1 * Mbit, Burst: 3000}, Bandwidth: tt.bandwidth, Queue: Queue{Packets: 6}}, 1, Out)
		lost := 0
		for range 8 {
			w.Send(0, Packet{Size: 1000})
			if e, ok := w.Event(); ok && e.Fate == Overflowed {
				lost++
			}
		}
		var got []time.Duration
		for at, ok := w.Next(); ok; at, ok = w.Next() {
			if _, out := w.Arrive(at); out {
				got = append(got, at/time.Microsecond)
			}
		}
		want := tt.want
		if tt.bandwidth == 0 { // three leave at once and make room
			if len(got) != 8 || lost != 0 {
				t.Errorf("%d came, %d were lost", len(got), lost)
			}
		} else if lost != 2 {
			t.Errorf("%d were lost; want 2", lost)
		}
		for i := range want {
			// Tokens also come while the link sends the burst.
			if d := got[i] - want[i]; d < -3000 || d > 1000 {
				t.Errorf("bandwidth %v: packet %d comes at %d µs; want %d", tt.bandwidth, i+1, got[i], want[i])
			}
		}
	}
}

// However packets come, no more leaves a bucket within a time than its burst and what is
// filled in meanwhile, and no packet waits longer than necessary.
func TestBucketIsTight(t *testing.T) {
	check := func(gaps []uint16, rate uint32, burst uint16) bool {
		b := Bucket{Rate: Bandwidth(rate%100_000_000) + 1000, Burst: int(burst) + MinMTU}
		w := newTokens(b)
		now, left, sent := time.Duration(0), time.Duration(0), uint64(0)
		for _, gap := range gaps {
			now = max(now+time.Duration(gap)*time.Microsecond, left)
			size := int(gap)%b.Burst + 1
			left = w.wait(now, size)
			sent += 8 * uint64(size)
			allowed := 8*uint64(b.Burst) + uint64(float64(left)*float64(b.Rate)/1e9) + 1
			if sent > allowed || left < now {
				return false
			}
		}
		return true
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
}

func TestBucketText(t *testing.T) {
	for text, want := range map[string]string{
		"5Mbit:64kB": "", "none": "", "1Gbit:1.5kB": "",
		"5Mbit":           "not a bucket; write a rate and a burst, e.g. 5Mbit:64kB; or none",
		"5Mbit:64":        "not a burst in bytes; write a rate and a burst, e.g. 5Mbit:64kB; or none",
		"unlimited:64kB":  "not a bucket: its rate is not limited; write a rate and a burst, e.g. 5Mbit:64kB; or none",
		"5Mbit:10B":       "out of range; allowed 68 to 1073741824 bytes of burst",
		"5Mbit:99999GB":   "out of range; allowed 68 to 1073741824 bytes of burst",
		"fast:64kB":       "*",
		"5Mbit:64kB:64kB": "not a burst in bytes; write a rate and a burst, e.g. 5Mbit:64kB; or none",
		"":                "not a bucket; write a rate and a burst, e.g. 5Mbit:64kB; or none",
	} {
		var b Bucket
		err := b.UnmarshalText([]byte(text))
		switch {
		case want == "" && (err != nil || b.String() != text):
			t.Errorf("%q is read as %v, %v", text, b, err)
		case want != "" && (err == nil || want != "*" && err.Error() != want):
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

func FuzzBucket(f *testing.F) {
	f.Add("5Mbit:64kB")
	f.Fuzz(func(t *testing.T, text string) {
		var b, again Bucket
		if b.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(b.String())); err != nil || again != b || !b.valid() {
			t.Errorf("%q became %v, then %v, %v", text, b, again, err)
		}
	})
}
