package wire

import (
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// read reads a valid trace.
func read(t *testing.T, lines string) Trace {
	t.Helper()
	trace, err := ReadTrace([]byte(lines))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// along sends packets of size bytes at given times over a wire, and returns when they come
// out.
func along(t *testing.T, s Shape, at []time.Duration, size int) (out []time.Duration) {
	t.Helper()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	w := New(s, 1, Out)
	come := func(now time.Duration) {
		for next, ok := w.Next(); ok && next <= now; next, ok = w.Next() {
			for _, ok := w.Arrive(next); ok; _, ok = w.Arrive(next) {
				out = append(out, next)
			}
		}
	}
	for _, now := range at {
		come(now)
		w.Send(now, Packet{Size: size})
	}
	come(24 * time.Hour)
	return out
}

// When a packet leaves, by hand: two opportunities at 5 ms, one at 12, and so on each 12.
func TestTimetable(t *testing.T) {
	table := newTimetable(read(t, "5\n5\r\n12\n"))
	for i, tt := range []struct {
		from time.Duration
		size int
		want time.Duration // ms
	}{
		{0, 1500, 5},
		{0, 1500, 5},
		{5, 100, 12},
		{12, 1400, 12}, // the rest of the same opportunity
		{12, 1, 17},
		{17, 1499, 17},
		{18, 1500, 24}, // the second at 17 was wasted
		{24, 1500, 29}, // the one at 24 is used up
		{100, 1500, 101},
		{101, 3000, 108}, // the second at 101, and the next
		{120, 1500, 120}, // at exactly that time, at the end of a round
	} {
		if got := table.send(tt.from*time.Millisecond, tt.size); got != tt.want*time.Millisecond {
			t.Errorf("packet %d leaves at %v; want %d ms", i+1, got, tt.want)
		}
	}
}

// A trace at a constant rate equals a bandwidth of that rate, within one packet or one
// millisecond.
func TestConstantTrace(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for lines, bandwidth := range map[string]Bandwidth{"1\n": 12 * Mbit, "1\n1\n1\n": 36 * Mbit, "10\n": 1200 * Kbit, "3\n6\n9\n": 4 * Mbit} {
		trace := read(t, lines)
		if trace.Mean() != bandwidth {
			t.Errorf("%q: %v on average; want %v", lines, trace.Mean(), bandwidth)
		}
		var at []time.Duration
		for now := time.Duration(0); len(at) < 3000; now += time.Duration(random.IntN(int(2 * 12_000_000_000_000 / int64(bandwidth)))) {
			at = append(at, now)
		}
		steady := along(t, Shape{Bandwidth: bandwidth}, at, 1500)
		traced := along(t, Shape{Bandwidth: bandwidth, Trace: trace}, at, 1500)
		for i, j := 0, 0; i < len(steady) || j < len(traced); {
			if j == len(traced) || i < len(steady) && steady[i] <= traced[j] {
				i++
			} else {
				j++
			}
			if most := max(1, strings.Count(lines, "1\n")); i-j > most || j-i > most {
				t.Fatalf("%q: %d have come at the bandwidth, %d along the trace", lines, i, j)
			}
		}
	}
}

// Managed queues send along a trace as others do, and PIE holds its target there.
func TestTraceAndQueues(t *testing.T) {
	var at []time.Duration
	for now := time.Duration(0); now < 20*time.Second; now += time.Millisecond {
		at = append(at, now)
	}
	trace := read(t, "2\n4\n6\n8\n10\n") // 6 Mbit/s for 12
	plain := along(t, Shape{Bandwidth: trace.Mean(), Trace: trace, Queue: Queue{Packets: 100}}, at, 1500)
	for manager, most := range map[string]time.Duration{CoDel: 400 * time.Millisecond, FQCoDel: 400 * time.Millisecond, PIE: 40 * time.Millisecond} {
		s := Shape{Bandwidth: trace.Mean(), Trace: trace, Queue: Queue{Packets: 1000, Manager: manager}}
		out := along(t, s, at, 1500)
		if d := len(plain) - 100 - len(out); d > 20 || d < -1000 {
			t.Errorf("%s: %d came, and %d without it", manager, len(out), len(plain))
		}
		for i, now := range out[:9000] {
			if ms := now / time.Millisecond; ms%2 != 0 || now%time.Millisecond != 0 {
				t.Fatalf("%s: packet %d leaves at %v, which is no opportunity", manager, i+1, now)
			}
		}
		if last := out[len(out)-1] - at[len(at)-1]; manager == PIE && last > most {
			t.Errorf("%s: the last packet left %v behind the last that came", manager, last)
		}
	}
}

// The error for a wrong trace is one line.
func TestWrongTraces(t *testing.T) {
	for lines, want := range map[string]string{
		"":                       "it is empty",
		" \n\n":                  "it is empty",
		"1\n\x00\x01\n":          "it is no text",
		"\x89PNG\r\n1\n":         `line 1 is "`,
		"1\n-5\n":                `line 2 is "-5"; want a millisecond, a whole number from 0`,
		"1\n5\n4\n":              "line 3: 4 ms stands behind 5 ms; times never fall",
		"0\n0\n":                 "it ends at 0 ms; the last line is the length of the trace",
		"1.5\n":                  `line 1 is "1.5"; want`,
		"86400001\n":             "line 1: 86400001 ms is later than 24h",
		"99999999999999999999\n": `line 1 is "99999999999999999999"; want`,
		strings.Repeat("x", 999): `line 1 is "` + strings.Repeat("x", 40) + `"; want`,
	} {
		_, err := ReadTrace([]byte(lines))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.20q: %v; want %s", lines, err, want)
		}
	}
	for text, want := range map[string]string{
		"@":               "no trace has that name; allowed @lte-car, @satellite-handover, @wifi-busy, or a file with a slash in its name, such as @./",
		"@lte":            "no trace has that name; allowed @lte-car, @satellite-handover, @wifi-busy, or a file with a slash in its name, such as @./lte",
		"@1x4294967295":   `"1x4294967295" is not an interval of a trace; allowed 10000000 opportunities within 24h`,
		"@1x9999999 0x99": `"0x99" is not an interval of a trace; allowed 10000000 opportunities within 24h`,
		"@5 86400000":     `"86400000" is not an interval of a trace; allowed 10000000 opportunities within 24h`,
		"@0x5":            "the trace ends at 0 ms; it needs a length",
		"lte-car":         "not a trace; write @ and its name",
		"@1 x":            `"x" is not an interval of a trace; allowed 10000000 opportunities within 24h`,
	} {
		var trace Trace
		if err := trace.UnmarshalText([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
	s := Shape{Bandwidth: Mbit, Trace: read(t, "1\n")}
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "not that of the trace, which is 12Mbit on average") {
		t.Error(err)
	}
	s.Bandwidth, s.At = 12*Mbit, []Change{{time.Second, "bandwidth", "1Mbit"}}
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "cannot be combined with changes of the bandwidth") {
		t.Error(err)
	}
}

// The built-in traces are the same on every machine, and agree with the glossary.
func TestOwnTraces(t *testing.T) {
	var got []string
	for _, name := range TraceNames() {
		trace, _ := ownTrace(name)
		longest := uint32(0)
		for i := range trace.at[1:] {
			longest = max(longest, trace.at[i+1]-trace.at[i])
		}
		written, _ := Trace{at: trace.at}.MarshalText()
		got = append(got, fmt.Sprintf("%s: %v, %v on average, silent for up to %d ms, %d opportunities, checksum %08x", name, trace.length(), trace.Mean(), longest, len(trace.at), crc32.ChecksumIEEE(written)))
		if text, err := trace.MarshalText(); string(text) != "@"+name || err != nil {
			t.Errorf("%s is written %s", name, text)
		}
	}
	want := `lte-car: 2m0s, 5.4334Mbit on average, silent for up to 277 ms, 54334 opportunities, checksum 24ee98ce
satellite-handover: 1m0s, 41.058Mbit on average, silent for up to 196 ms, 205290 opportunities, checksum 17bff922
wifi-busy: 30s, 6.5496Mbit on average, silent for up to 151 ms, 16374 opportunities, checksum 6ff710f7`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// Whatever a file or a text holds is refused or is a trace. A trace is the same after
// writing and reading, and a link can follow it.
func FuzzTrace(f *testing.F) {
	for _, text := range []string{"1\n2\n2\n", "@5 0x2 1x100", "@wifi-busy", "0\n\n7", "-1", "@0x0", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		trace, err := ReadTrace([]byte(text))
		if err != nil && trace.UnmarshalText([]byte(text)) != nil {
			return
		}
		written, _ := trace.MarshalText()
		var again Trace
		if err := again.UnmarshalText(written); err != nil {
			t.Fatalf("%q is not read again: %v", written, err)
		}
		if rewritten, _ := again.MarshalText(); string(rewritten) != string(written) || again.Mean() != trace.Mean() || trace.Mean() < 1 {
			t.Errorf("%q became %q", written, rewritten)
		}
		table, before := newTimetable(trace), time.Duration(0)
		for i := range 50 {
			from := before + time.Duration(i*i)*time.Millisecond/7
			left := table.send(from, 100*i)
			if left < from || left > from+time.Duration(i+2)*trace.length() {
				t.Fatalf("a packet that may leave from %v leaves at %v", from, left)
			}
			before = left
		}
	})
}
