package quantity

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	const (
		notOne = "not a duration; write a number and a unit, e.g. 20ms, 1.5s, 1h30m"
		once   = "not a duration; write each unit once, the larger one first, e.g. 1h30m"
	)
	for _, tt := range []struct {
		in   string
		want time.Duration
		err  string
	}{
		{in: "20ms", want: 20 * time.Millisecond},
		{in: "1.5s", want: 1500 * time.Millisecond},
		{in: "0.5us", want: 500},
		{in: "1h30m", want: 90 * time.Minute},
		{in: "1h0m1.25s", want: time.Hour + 1250*time.Millisecond},
		{in: "0", want: 0},
		{in: "0s", want: 0},
		{in: "-1s", want: -time.Second}, // for the limits to refuse
		{in: "", err: notOne},
		{in: "-", err: notOne},
		{in: "10", err: "add a unit, e.g. 10ms or 10s"},
		{in: "0.1", err: "add a unit, e.g. 0.1ms or 0.1s"},
		{in: "-10", err: "add a unit, e.g. 10ms or 10s"},
		{in: "abc", err: notOne},
		{in: "s", err: notOne},
		{in: ".5s", err: notOne},
		{in: "1.s", err: notOne},
		{in: ".", err: notOne},
		{in: "1 s", err: notOne},
		{in: "1s ", err: notOne},
		{in: "+1s", err: notOne},
		{in: "1s-1ms", err: notOne},
		{in: "１s", err: notOne},
		{in: "1µs", want: 1000},
		{in: "1S", err: notOne},
		{in: "1d", err: notOne},
		{in: "1h2", err: notOne},
		{in: "1h1h", err: once},
		{in: "1m1h", err: once},
		{in: "1ms1s", err: once},
		{in: "9999999h", err: "out of range; the longest duration is 2562047h"},
	} {
		got, err := ParseDuration(tt.in)
		if got != tt.want || err == nil && tt.err != "" || err != nil && err.Error() != tt.err {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v, %v", tt.in, got, err, tt.want, tt.err)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0s"},
		{20 * time.Millisecond, "20ms"},
		{1500 * time.Nanosecond, "1.5us"},
		{time.Minute, "1m"},
		{10 * time.Minute, "10m"},
		{time.Hour, "1h"},
		{10 * time.Hour, "10h"},
		{90 * time.Minute, "1h30m"},
		{time.Hour + time.Second, "1h0m1s"},
		{-time.Second, "-1s"},
	} {
		if got := FormatDuration(tt.d); got != tt.want {
			t.Errorf("FormatDuration(%d) = %q; want %q", tt.d, got, tt.want)
		}
	}
}

// What is written is read as the same.
func TestDurationRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Min(math.MinInt64+1).Draw(t, "d"))
		if got, err := ParseDuration(FormatDuration(d)); got != d || err != nil {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", FormatDuration(d), got, err, d)
		}
	})
}

func ExampleParseDuration() {
	for _, text := range []string{"1h30m", "1h1h", "90"} {
		d, err := ParseDuration(text)
		fmt.Println(d, err)
	}
	// Output:
	// 1h30m0s <nil>
	// 0s not a duration; write each unit once, the larger one first, e.g. 1h30m
	// 0s add a unit, e.g. 90ms or 90s
}
