package wire

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// A cycle changes to one value after the other, exactly at its times. A single change at
// the same time prevails.
func TestCycle(t *testing.T) {
	var c Cycle
	if err := c.UnmarshalText([]byte("10ms:delay=3ms 5ms 4ms")); err != nil {
		t.Fatal(err)
	}
	s := Shape{Delay: 7 * time.Millisecond, Overtake: true, Every: []Cycle{c}, At: []Change{{50 * time.Millisecond, "delay", "9ms"}}}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	w := New(s, 1, Out)
	for _, tt := range []struct{ at, want time.Duration }{
		{0, 7 * time.Millisecond},
		{10*time.Millisecond - 1, 7 * time.Millisecond},
		{10 * time.Millisecond, 3 * time.Millisecond},
		{20*time.Millisecond - 1, 3 * time.Millisecond},
		{20 * time.Millisecond, 5 * time.Millisecond},
		{30 * time.Millisecond, 4 * time.Millisecond},
		{40 * time.Millisecond, 3 * time.Millisecond},
		{50 * time.Millisecond, 9 * time.Millisecond},
		{60 * time.Millisecond, 4 * time.Millisecond},
		{10 * time.Second, 3 * time.Millisecond}, // the 1000th
	} {
		w.Send(tt.at, Packet{Size: 100})
		at, _ := w.Next()
		if _, ok := w.Arrive(at); !ok || at-tt.at != tt.want {
			t.Errorf("what enters at %v takes %v; want %v", tt.at, at-tt.at, tt.want)
		}
	}
}

// If the run begins later than time 0, all times count from its beginning.
func TestBegin(t *testing.T) {
	const begun = 123456789 * time.Nanosecond
	trace := read(t, "5\n12\n")
	s := Shape{Bandwidth: trace.Mean(), Trace: trace, At: []Change{{20 * time.Millisecond, "delay", "7ms"}}, Outage: []Outage{{30 * time.Millisecond, 40 * time.Millisecond}}}
	w := New(s, 1, Out)
	w.Begin(begun)
	for _, tt := range []struct{ at, want time.Duration }{ // both in ms from the beginning; 0 means lost
		{0, 5}, {18, 24}, {20, 36}, {29, 43}, {30, 0}, {39, 0}, {40, 48},
	} {
		w.Send(begun+tt.at*time.Millisecond, Packet{Size: 1500})
		at, ok := w.Next()
		if _, came := w.Arrive(at); came != (tt.want > 0) || ok && at != begun+tt.want*time.Millisecond {
			t.Errorf("what enters at %d ms comes at %v, %t; want %d ms", tt.at, at-begun, came, tt.want)
		}
	}
}

func TestWrongCycles(t *testing.T) {
	for text, want := range map[string]string{
		"15s":                                    "not a cycle; write how often and what, as in 15s:delay=30ms 60ms 45ms",
		"15s:delay=":                             "not a cycle; write how often and what, as in 15s:delay=30ms 60ms 45ms",
		"15:delay=30ms":                          "add a unit, e.g. 15ms or 15s",
		"1us:delay=30ms":                         "out of range; allowed 1ms to 24h",
		"15s:delay=30ms 60":                      `delay "60": add a unit, e.g. 60ms or 60s`,
		"15s:dealy=30ms":                         `"dealy" cannot change; did you mean delay?`,
		"1s:loss=gemodel 1% 25%":                 `loss "gemodel": not a gemodel; write gemodel P [R [1-H [1-K]]], e.g. gemodel 1% 25%`,
		"1s:loss=" + strings.Repeat("1% ", 1001): "1001 values; allowed 1 to 1000",
	} {
		var c Cycle
		if err := c.UnmarshalText([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v; want %s", text, err, want)
		}
	}
	s := Shape{Delay: 20 * time.Millisecond, Jitter: Jitter{Max: 10 * time.Millisecond}, Every: []Cycle{{time.Second, "delay", []string{"30ms", "5ms"}}}}
	want := `every "1s:delay=30ms 5ms": at 2s:delay=5ms: out of range; allowed 0s to 5ms, the delay`
	if err := s.Validate(); err == nil || err.Error() != want {
		t.Errorf("%v; want %s", err, want)
	}
}

// In JSON consecutive numbers stand as first and last, others as single numbers.
func TestNumbersJSON(t *testing.T) {
	for text, want := range map[string]Numbers{
		`[]`:                         {},
		`[50,51]`:                    {50, 51},
		`[3,"5-7",9]`:                {3, 5, 6, 7, 9},
		`[9,1,18446744073709551615]`: {9, 1, 18446744073709551615},
	} {
		var n Numbers
		if err := json.Unmarshal([]byte(text), &n); err != nil || !slices.Equal(n, want) {
			t.Errorf("%s is read as %v, %v", text, n, err)
		}
		if data, err := json.Marshal(want); err != nil || string(data) != text {
			t.Errorf("%v is written %s, %v", want, data, err)
		}
	}
	for _, text := range []string{`["5-4"]`, `["1-10001"]`, `["5"]`, `["5-7 "]`, `["-1-7"]`, `[-1]`, `[1.5]`, `7`, `["1-10000"` + strings.Repeat(`,"1-10000"`, 100) + `]`} {
		var n Numbers
		if err := json.Unmarshal([]byte(text), &n); err == nil {
			t.Errorf("%.30s is read as %d numbers", text, len(n))
		}
	}
}
