package glossary

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stones/lab/stone"
	"stones/lab/tally"
	"stones/lab/theory"
)

func TestEntries(t *testing.T) {
	seen := make(map[string]bool)
	for _, e := range All() {
		id := string(e.Kind) + " " + e.Key
		if seen[id] {
			t.Errorf("%s is explained twice", id)
		}
		seen[id] = true
		if strings.ContainsAny(e.Short, "\n\t") || strings.ContainsAny(e.Unit+e.Source, "\n\t`") {
			t.Errorf("%s: more than a line: %+v", id, e)
		}
		for _, text := range append(e.Text, e.Example) {
			if text == "" || strings.ContainsAny(text, "\n\t`") {
				t.Errorf("%s: not one paragraph: %q", id, text)
			}
		}
		found := false
		for _, f := range Find(e.Name()) {
			found = found || f.Kind == e.Kind && f.Key == e.Key
		}
		if !found {
			t.Errorf("%s is not found by its name %q", id, e.Name())
		}
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"held up", "figure held_up"},
		{"Held-Up", "figure held_up"},
		{"held_up", "figure held_up"},
		{"held up (over 1 ms)", "figure held_up"},
		{"delay p50", "figure delay_p50_ms"},
		{"delay_p50_ms", "figure delay_p50_ms"},
		{"of these late", "figure late"},
		{"dropped by the wire", "figure wire_dropped"},
		{"jitter", "figure jitter_ms, flag jitter"},
		{"--jitter", "flag jitter"},
		{"--held-up", ""},
		{"loss", "flag loss"},
		{"~", "mark ~"},
		{"overload", "warning overload"},
		{"RTT", "word RTT"},
		{"round-trip time", "word RTT"},
		{"cwnd", "word congestion-window"},
		{"Percentile", "word percentile"},
		{"--RTT", ""},
		{"", ""},
		{"nothing", ""},
	} {
		var got []string
		for _, e := range Find(tt.name) {
			got = append(got, string(e.Kind)+" "+e.Key)
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("Find(%q) = %q, want %q", tt.name, text, tt.want)
		}
	}
}

// There are at least 40 words, and no synonym belongs to two entries.
func TestWords(t *testing.T) {
	of, words := make(map[string]string), 0
	for _, e := range All() {
		if e.Kind == Word {
			words++
		}
		for _, name := range e.names() {
			if e.Kind == Word && of[name] != "" && of[name] != e.Key {
				t.Errorf("%q is one of %s and of %s", name, of[name], e.Key)
			}
			if e.Kind == Word {
				of[name] = e.Key
			}
		}
	}
	if words < 40 {
		t.Errorf("%d words", words)
	}
}

func TestParse(t *testing.T) {
	const head, body = "short\nunit: ms\nsource: own\n\n", "text\n\nmore\n\nExample: 1 + 1 = 2."
	e, err := parse(head + body)
	if err != nil || e.Short != "short" || len(e.Text) != 2 || e.Example != "1 + 1 = 2." {
		t.Errorf("parse = %+v, %v", e, err)
	}
	for _, text := range []string{
		"", head, "short\n\n" + body, "short\nunit: ms\nsource: \n\n" + body, "short\nsource: own\nunit: ms\n\n" + body,
		head + "text\n\nmore", head + "Example: 1", "\nunit: ms\nsource: own\n\n" + body,
	} {
		if e, err := parse(text); err == nil {
			t.Errorf("parse(%q) = %+v, want an error", text, e)
		}
	}
}

// came is the tally of stones that were all thrown at 0, and came in the given order, a
// millisecond apart.
func came(thrown int, order ...uint64) tally.Tally {
	throws, catches := new(tally.Throws), tally.NewCatches(thrown, nil)
	for n := range thrown {
		throws.Add(stone.Stone{Number: uint64(n + 1), Size: 100}, 0, "")
	}
	for i, n := range order {
		catches.Add(stone.Stone{Number: n, Size: 100}, time.Duration(i+1)*time.Millisecond)
	}
	return tally.Tally{Throws: throws, Catches: catches}
}

// took is the tally of stones due every gap milliseconds that took so many
// milliseconds each, in the order in which they came; below 0 is lost.
func took(gap int, delays ...int) tally.Tally {
	offset := func(n uint64) time.Duration { return time.Duration(n-1) * time.Duration(gap) * time.Millisecond }
	throws, catches := new(tally.Throws), tally.NewCatches(len(delays), offset)
	for i := range delays {
		n := uint64(i + 1)
		throws.Add(stone.Stone{Number: n, Due: offset(n), Size: 100}, offset(n), "")
	}
	for at := time.Duration(0); at < 10*time.Second; at += time.Millisecond {
		for i, d := range delays {
			n := uint64(i + 1)
			if d >= 0 && offset(n)+time.Duration(d)*time.Millisecond == at {
				catches.Add(stone.Stone{Number: n, Due: offset(n), Size: 100}, at)
			}
		}
	}
	return tally.Tally{Throws: throws, Catches: catches}
}

// threw is the tally of stones due every 10 ms that were thrown at these times,
// in milliseconds.
func threw(at ...float64) tally.Tally {
	throws := new(tally.Throws)
	for i, at := range at {
		due := time.Duration(i) * 10 * time.Millisecond
		throws.Add(stone.Stone{Number: uint64(i + 1), Due: due, Size: 100}, time.Duration(at*1e6), "")
	}
	return tally.Tally{Throws: throws}
}

// The figures in the examples are those that the code computes.
func TestExamples(t *testing.T) {
	lossy := came(10, 1, 3, 4, 6, 8).Score(0)                   // 2, 5, 7, 9 and 10 are lost
	late := came(10, 1, 2, 3, 5, 6, 7, 8, 4, 9, 10).Score(0)    // RFC 4737 section 7.1
	far := came(11, 1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11).Score(0) // section 7.3
	near := came(10, 1, 2, 3, 4, 7, 5, 6, 8, 9, 10).Score(0)    // section 7.2
	twins := came(4, 1, 1, 1, 2, 3, 3, 3, 4).Score(0)           // RFC 5560 section 5.3
	five := took(1000, 100, 110, -1, 90, 500).Score(0)          // RFC 7679
	slow := took(20, 68, 68, 68, 150, 68, 68, 68, 68, 68, 68)   // the times of RFC 4737 section 7.1
	gapless := came(6, 1, 2, 3).Score(0)
	traps := came(5, 1, 2, 4, 4, 5).Score(0)
	stalled := threw(0.1, 10.1, 20.1, 30.1, 43, 50.1, 60.1, 70.1, 80.1, 90.1).Score(0)
	bunched := threw(0, 35, 35.1, 35.2, 40).Score(0)
	ms := func(d tally.Delay) string { return fmt.Sprintf("%v ms", d.D.Milliseconds()) }
	micro := func(d time.Duration) string { return fmt.Sprintf("%.3f ms", float64(d.Microseconds())/1000) }
	mbit := func(bits, seconds float64) string { return fmt.Sprintf("%.2f Mbit/s", bits/seconds/1e6) }
	band := func(e theory.Estimate) string { return fmt.Sprintf("%.3g", theory.Sigmas*e.Sigma) }
	const flight = 4.995 + 0.0208224 // of 1000 stones at 200/s, until the last one lands

	for _, tt := range []struct {
		kind Kind
		key  string
		want []string // in the example
	}{
		{Figure, "thrown", []string{fmt.Sprintf("%d are lost", gapless.Lost)}},
		{Figure, "delivered", []string{fmt.Sprintf("%d are delivered, %d is lost and %d is duplicated", traps.Delivered, traps.Lost, traps.Duplicated)}},
		{Figure, "lost", []string{fmt.Sprintf("%d is lost, a share of %.1f%%", came(5, 1, 2, 4, 5).Score(0).Lost, 20.0)}},
		{Figure, "late", []string{fmt.Sprintf("100ms %d is late", slow.Score(100*time.Millisecond).Late), "150ms none"}},
		{Figure, "longest_loss", []string{fmt.Sprintf("of %d stones", lossy.LongestLoss)}},
		{Figure, "loss_periods", []string{fmt.Sprintf("%d stones in %d periods", lossy.Lost, lossy.LossPeriods)}},
		{Figure, "reordered", []string{fmt.Sprintf("%d is reordered", late.Reordered)}},
		{Figure, "reordering_extent", []string{fmt.Sprintf("greatest is %d", far.Reordering.MaxExtent)}},
		{Figure, "duplicated", []string{fmt.Sprintf("%d are duplicated", twins.Duplicated), fmt.Sprintf("only %d stones", twins.Replicated)}},
		{Figure, "delay_min_ms", []string{"least is " + ms(five.Delay.Min)}},
		{Figure, "delay_p50_ms", []string{"p50 is " + ms(five.Delay.P50)}},
		{Figure, "delay_p95_ms", []string{"p95 is " + five.Delay.P95.Kind.String()}},
		{Figure, "delay_max_ms", []string{"greatest is " + ms(five.Delay.Max)}},
		{Figure, "jitter_ms", []string{micro(slow.Score(0).Jitter.Last)}},
		{Figure, "standstill_ms", []string{fmt.Sprintf("for %d ms", slow.Score(0).Standstill.Milliseconds())}},
		{Figure, "goodput_bps", []string{mbit(8e6, flight)}},
		{Figure, "throughput_bps", []string{mbit(8*1_028_000, flight)}},
		{Figure, "wire_overflowed", []string{fmt.Sprintf("= %.0f get through", theory.Overload(1000, 2, 50))}},
		{Figure, "wire_dropped", []string{"give or take " + band(theory.Bernoulli(1000, 0.02))}},
		{Figure, "wire_copied", []string{"give or take " + band(theory.Bernoulli(10_000, 0.1))}},
		{Figure, "wire_packets", []string{fmt.Sprintf("travels in %d packets", theory.Pieces(4008, 1500, 20))}},
		{Figure, "held_up", []string{
			fmt.Sprintf("after %.0f ms", 1000*theory.Missed(0.05, 0.1, 0.05)),
			fmt.Sprintf("%d are held up", theory.HeldUp(theory.Missed(0.05, 0.1, 0.05), 0.05, 0.05, 0.001)),
		}},
		{Figure, "schedule_error_p50_ms", []string{fmt.Sprintf("p50 is %v ms", float64(stalled.Slip.P50.D)/1e6)}},
		{Figure, "schedule_error_p99_ms", []string{fmt.Sprintf("p99 is %v ms", float64(stalled.Slip.P99.D)/1e6)}},
		{Figure, "back_to_back", []string{fmt.Sprintf("they are %d in a row", bunched.BackToBack)}},
		{Mark, "4-sigma", []string{fmt.Sprintf("sigma %.2f", theory.Bernoulli(1000, 0.02).Sigma)}},
		{Flag, "loss", []string{
			fmt.Sprintf("gemodel 1%% 25%% loses %.2f%%", theory.GilbertElliott(1, 0.01, 0.25, 1, 0).Mean*100),
			fmt.Sprintf("gemodel 2%% 50%% loses %.2f%%", theory.GilbertElliott(1, 0.02, 0.5, 1, 0).Mean*100),
		}},
		{Flag, "recovery", []string{
			fmt.Sprintf("%.0f ms with rack", 1000*theory.Missed(0.02, 0.1, 0.05)), fmt.Sprintf("%.0f ms with sack", 1000*theory.MissedSACK(0.02, 0.1, 0.05)),
		}},
		{Flag, "window", []string{mbit(theory.WindowLimit(theory.Window(128<<10), 0.1), 1)}},
		{Flag, "goodput", []string{mbit(theory.Mathis(1448, 0.04, 0.01), 1)}},
		{Flag, "theory", []string{mbit(theory.Mathis(1448, 0.04, 0.01), 1)}},
		{Flag, "queue", []string{fmt.Sprintf("of delay, %.0f", 1000*theory.FullQueue(0.02, 50, 1000, 1e6))}},
		{Warning, "udp-fragments", []string{fmt.Sprintf("4000 B (3) %.1f%%", 100*theory.AnyLost(0.05, 3))}},
		{Warning, "tcp-cannot-sustain", []string{
			fmt.Sprintf("%.0f packets/s at 1%%", theory.Mathis(1, 0.1, 0.01)/8), fmt.Sprintf("%.0f at 5%%", theory.Mathis(1, 0.1, 0.05)/8),
		}},
	} {
		for _, e := range All() {
			for _, want := range tt.want {
				if e.Kind == tt.kind && e.Key == tt.key && !strings.Contains(e.Example, want) {
					t.Errorf("%s %s: the code says %q, the example\n%s", tt.kind, tt.key, want, e.Example)
				}
			}
		}
	}
	if late.Reordering.Three != 1 || near.Reordering.Three != 0 || near.Reordered != 2 {
		t.Errorf("reordered by three: %+v, %+v", late.Reordering, near.Reordering)
	}
}

// The form that --help and the table show, and the whole.
func ExampleFind() {
	for _, e := range Find("held up") {
		fmt.Println(e.Kind, e.Key)
		fmt.Println(e.Short)
		fmt.Println(e.Unit)
	}
	// Output:
	// figure held_up
	// held up (over 1 ms)
	// stones; the share is of those delivered
}
