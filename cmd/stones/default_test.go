package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/report"
)

// What the default experiment must teach, on every road: both transports deliver half
// of the stones equally fast; UDP loses and reorders some; what TCP adds is mostly
// waiting for an earlier stone, and some of that is too late.
func TestDefaultTeaches(t *testing.T) {
	const roads = 20
	near, lossy := 0, 0
	for seed := range uint64(roads) {
		e := asked(t)
		e.Seed = seed + 1
		r := ran(t, e)
		tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
		if d := tcp.Delay.P50.Value - udp.Delay.P50.Value; tcp.Delay.P50.Known() && udp.Delay.P50.Known() && -1 < d && d < 1 {
			near++
		}
		if udp.Lost > 0 && udp.Reordered > 0 {
			lossy++
		}
		w := tcp.Waiting
		all := w.ToLeave.Sum.Value + w.Again.Sum.Value + w.Earlier.Sum.Value
		if w.Earlier.Sum.Value < 0.6*all {
			t.Errorf("seed %d: waited %v ms for an earlier stone, of %v ms; want 60 %%", e.Seed, w.Earlier.Sum, all)
		}
		if tcp.Late == 0 {
			t.Errorf("seed %d: no TCP stone is late", e.Seed)
		}
		if tcp.Delay.Max.Value < 3*tcp.Delay.P50.Value {
			t.Errorf("seed %d: worst delay %v ms, p50 %v ms; want three times that", e.Seed, tcp.Delay.Max, tcp.Delay.P50)
		}
		if tcp.Done.Value > 10_000 || udp.Done.Value > 10_000 {
			t.Errorf("seed %d: done after %v and %v ms; want 10 s", e.Seed, tcp.Done, udp.Done)
		}
	}
	if near < 18 {
		t.Errorf("p50 within 1 ms on %d of %d roads; want 18", near, roads)
	}
	if lossy < 19 {
		t.Errorf("UDP lost and reordered some on %d of %d roads; want 19", lossy, roads)
	}
}

// The first screen fits a terminal of 80 by 24, its prompt included, and a page is
// never wider than the terminal.
func TestFirstScreen(t *testing.T) {
	results := []lab.Result{ran(t, asked(t))}
	results[0].Warnings = advice.Warnings(&results[0].Experiment, results[0].Flows)
	two, pair := asked(t), asked(t)
	two.Seed, pair.Out.Loss.Random = 2, 0
	runs := []lab.Result{results[0], ran(t, two)}
	sweep := []lab.Result{results[0], ran(t, pair)}
	for _, tt := range []struct {
		name    string
		results []lab.Result
		view    report.View
		lines   int // at most; 0 is any number
	}{
		{"80 columns", results, report.View{}, 23},
		{"80 columns, every row", results, report.View{All: true}, 0},
		{"60 columns", results, report.View{Width: 60}, 0},
		{"120 columns", results, report.View{Width: 120}, 23},
		{"a terminal without a width", results, report.View{Width: 1}, 0},
		{"two runs", runs, report.View{}, 0},
		{"two runs in 60 columns", runs, report.View{Width: 60, All: true}, 0},
		{"a sweep", sweep, report.View{}, 0},
		{"a sweep in 60 columns", sweep, report.View{Width: 60}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			if err := report.Table(&out, lab.Document{Results: tt.results}, tt.view); err != nil {
				t.Fatal(err)
			}
			most := max(tt.view.Width, 60)
			if tt.view.Width == 0 {
				most = 80
			}
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			for _, line := range lines {
				if n := utf8.RuneCountInString(line); n > most {
					t.Errorf("%d columns: %q", n, line)
				}
			}
			if tt.lines > 0 && len(lines) > tt.lines {
				t.Errorf("%d lines; want %d:\n%s", len(lines), tt.lines, &out)
			}
		})
	}
}

// Without colour the page is the same.
func TestColourOnlyAdds(t *testing.T) {
	doc := lab.Document{Results: []lab.Result{ran(t, asked(t))}}
	var plain, colour strings.Builder
	if err := report.Table(&plain, doc, report.View{}); err != nil {
		t.Fatal(err)
	}
	if err := report.Table(&colour, doc, report.View{Colour: true}); err != nil {
		t.Fatal(err)
	}
	bare := colour.String()
	for _, code := range []string{"0", "1", "31", "32", "33", "90"} {
		bare = strings.ReplaceAll(bare, "\x1b["+code+"m", "")
	}
	if bare != plain.String() {
		t.Errorf("without its colours:\n%s\nwant\n%s", bare, &plain)
	}
	if !strings.Contains(colour.String(), "\x1b[31m") {
		t.Error("nothing that was lost is red")
	}
}
