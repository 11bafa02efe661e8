package picture

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

// sweep has several runs, a lost figure, and one that is not known.
func sweep() Sweep {
	return Sweep{
		Setting: "loss", Values: []string{"0%", "1%", "5%", "20%"}, Label: "delay p99", Unit: "ms",
		TCP: [][]float64{{20, 20, 20}, {80, 60, 100}, {400, 250, 300}, {}},
		UDP: [][]float64{{20, 20, 20}, {20, 20, math.Inf(1)}, {math.Inf(1), math.Inf(1), math.Inf(1)}, {math.Inf(1)}},
	}
}

func TestSweep(t *testing.T) {
	var out bytes.Buffer
	if err := (View{}).SweepText(&out, sweep()); err != nil {
		t.Fatal(err)
	}
	plain(t, out.String())
	golden(t, "sweep.txt", out.Bytes())
	for _, v := range []View{{}, {Dark: true}} {
		var svg, png bytes.Buffer
		if err := v.SweepSVG(&svg, sweep()); err != nil {
			t.Fatal(err)
		}
		if err := v.SweepPNG(&png, sweep()); err != nil || png.Len() == 0 {
			t.Fatal(err)
		}
		name := "sweep.light.svg"
		if v.Dark {
			name = "sweep.dark.svg"
		}
		golden(t, name, svg.Bytes())
	}
}

// Protocols of one's own have a line each.
func TestSweepOfOwn(t *testing.T) {
	s := sweep()
	s.Own = []OwnSweep{{"mine.py", [][]float64{{25}, {90}, {310}, {600}}}, {"go-back-n", [][]float64{{22}, {70}, {200}, {400}}}}
	var text, svg bytes.Buffer
	if err := errors.Join((View{}).SweepText(&text, s), (View{}).SweepSVG(&svg, s)); err != nil {
		t.Fatal(err)
	}
	plain(t, text.String())
	golden(t, "owned.sweep.txt", text.Bytes())
	golden(t, "owned.sweep.svg", svg.Bytes())
}

// The medians are marks; a lost one is a cross at the top, and the line is interrupted
// there.
func TestSweepLine(t *testing.T) {
	s := sweep()
	got := make(map[look][]point)
	for _, one := range sweepLine(s.UDP, 0, 440, udpLine, udpBand, udpStone) {
		got[one.look] = append(got[one.look], one.points...)
	}
	if len(got[udpStone]) != 2 || got[udpStone][1] != (point{1, 20}) {
		t.Errorf("medians: %v", got[udpStone])
	}
	if len(got[lost]) != 2 || got[lost][0] != (point{2, 440}) {
		t.Errorf("lost: %v", got[lost])
	}
	if len(got[udpBand]) != 4 || got[udpBand][3] != (point{1, 440}) {
		t.Errorf("from the least to the most: %v", got[udpBand])
	}
}

// A sweep without figures says so.
func TestSweepOfNothing(t *testing.T) {
	for _, s := range []Sweep{
		{Label: "lost", Values: []string{"1"}},
		{Label: "lost", Values: []string{"1"}, TCP: [][]float64{{}}},
		{Label: "lost", Values: []string{"1", "2"}, UDP: [][]float64{{math.MaxFloat64}, {0}}},
	} {
		var out, svg bytes.Buffer
		if err := (View{}).SweepText(&out, s); err != nil {
			t.Fatal(err)
		}
		plain(t, out.String())
		if err := (View{}).SweepSVG(&svg, s); err != nil {
			t.Fatal(err)
		}
	}
}
