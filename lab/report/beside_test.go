package report

import (
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/quantity"
	"stones/lab/stone"
)

// sideOf is a side of so many runs of UDP at a loss, whose i-th run delivers what
// delivered says.
func sideOf(name string, loss quantity.Share, runs int, delivered func(i int) int) Side {
	s := Side{name, NewSideGist()}
	s.throw(loss, runs, delivered)
	return s
}

// throw adds such runs.
func (s Side) throw(loss quantity.Share, runs int, delivered func(i int) int) {
	for i := range runs {
		e := lab.Experiment{Path: lab.Sim, Seed: uint64(i + 1), Flows: []lab.Flow{lab.Over(lab.UDP, pace.Plan{Count: 1000})}}
		e.Out.Loss.Random = loss
		s.Gist.Add(&lab.Result{Experiment: e, Flows: []lab.Outcome{{
			Name: "udp", Transport: lab.UDP, Complete: true, Counts: stone.Counts{Thrown: 1000, Delivered: delivered(i), Lost: 1000 - delivered(i)},
		}}})
	}
}

// besideOf is what is shown of two sides, with one blank between words.
func besideOf(t *testing.T, a, b Side) string {
	t.Helper()
	var out strings.Builder
	if err := Beside["table"](&out, a, b, View{Width: 200}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

// What differs has its interval, what may be chance is ~, and each row has the medians
// of both sides.
func TestBeside(t *testing.T) {
	base := func(i int) int { return 900 + i%5 }
	for _, tt := range []struct {
		name string
		b    Side
		want []string
	}{
		{"higher", sideOf("b", 2*quantity.Percent, 8, func(i int) int { return 950 + i%5 }), []string{"\nUDP delivered 901.5 951.5 +50 (+5.55%) +48..+52\n", "\nUDP lost 98.5 48.5 -50 (-50.8%) -52..-48\n"}},
		{"lower", sideOf("b", 2*quantity.Percent, 8, func(i int) int { return 850 + i%5 }), []string{"\nUDP delivered 901.5 851.5 -50 (-5.55%) -52..-48\n"}},
		{"the same", sideOf("b", 2*quantity.Percent, 8, base), []string{"\nUDP delivered 901.5 901.5 ~ -2..+2\n"}},
		{"few", sideOf("b", 2*quantity.Percent, 1, func(int) int { return 950 }), []string{"\nUDP delivered 901.5 950 +48.5 (+5.38%) too few\n", "So few runs have no interval"}},
	} {
		got := besideOf(t, sideOf("a", 1*quantity.Percent, 8, base), tt.b)
		for _, want := range append(tt.want, "\nA: a, 8 runs a cell, with loss 1%.\n", "with loss 2%.\n") {
			if !strings.Contains("\n"+got, want) {
				t.Errorf("%s: no %q in\n%s", tt.name, want, got)
			}
		}
	}
}

// In a sweep, what has the same parameters is compared, and what is in one alone is
// named.
func TestBesideSweep(t *testing.T) {
	all := func(int) int { return 1000 }
	a := sideOf("a", 1*quantity.Percent, 4, all)
	a.throw(2*quantity.Percent, 4, func(int) int { return 700 })
	b := sideOf("b", 2*quantity.Percent, 4, all)
	b.throw(3*quantity.Percent, 4, all)
	b.throw(4*quantity.Percent, 4, all)
	got := besideOf(t, a, b)
	for _, want := range []string{"2% UDP delivered 700 1000 +300 (+42.9%) +300..+300\n", "only in a: UDP, loss 1%", "only in b: UDP, loss 3% (and 1 more like this)"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "1% UDP delivered") {
		t.Errorf("1%% is compared with something:\n%s", got)
	}
}
