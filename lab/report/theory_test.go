package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/report/glossary"
	"stones/lab/stone"
	"stones/lab/theory"
	"stones/lab/wire"
)

// Every figure that can be shown, and every rule, is explained, and nothing
// else is.
func TestGlossary(t *testing.T) {
	known := make(map[string]bool)
	for _, m := range measures {
		known["figure "+m.key] = true
	}
	for _, rule := range advice.Rules() {
		known["warning "+rule] = true
	}
	explained := make(map[string]bool)
	for _, e := range glossary.All() {
		id := string(e.Kind) + " " + e.Key
		explained[id] = true
		if (e.Kind == glossary.Figure || e.Kind == glossary.Warning) && !known[id] {
			t.Errorf("the glossary explains the %s, which there is not", id)
		}
	}
	for id := range known {
		if !explained[id] {
			t.Errorf("the glossary does not explain the %s", id)
		}
	}
	for _, line := range []string{designLine, infiniteLine, intervalLine, theoryLine, differenceLine(20)} {
		if line == "" {
			t.Error("a footnote is not in the glossary")
		}
	}
	for _, key := range advice.Keys() {
		find(key)
	}
}

// Every cause for which there is no figure has its words.
func TestCauseWords(t *testing.T) {
	for _, name := range []string{"../advice/cause.go", "../figure.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		causes := 0
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || !strings.HasPrefix(spec.Names[0].Name, "Cause") {
				return true
			}
			causes++
			cause, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			if causeWords[cause] == "" {
				t.Errorf("%s: %s has no words", name, spec.Names[0].Name)
			}
			return false
		})
		if causes < 10 {
			t.Errorf("%s: only %d causes", name, causes)
		}
	}
}

// lesson is the experiment of most lessons: 100 ms there and back, nothing else,
// a stone of 100 bytes every 50 ms.
func lesson() *lab.Experiment {
	way := wire.Shape{Delay: 50 * time.Millisecond, MTU: 1500}
	return &lab.Experiment{
		Path: lab.Sim, Out: way, Back: way,
		Flows: []lab.Flow{
			lab.Over(lab.TCP, pace.Plan{Count: 100, Size: 100, Rate: pace.StonesPerSecond(20)}),
			lab.Over(lab.UDP, pace.Plan{Count: 100, Size: 100, Rate: pace.StonesPerSecond(20)}),
		},
	}
}

// change is e changed.
func change(e *lab.Experiment, how func(e *lab.Experiment)) *lab.Experiment {
	how(e)
	return e
}

// done is a flow that threw all its stones in 1000 packets.
func done(e *lab.Experiment, transport string) *lab.Outcome {
	return &lab.Outcome{
		Name: transport, Transport: transport, Complete: true, Counts: stone.Counts{Planned: e.Plan(transport).Count},
		Wire: lab.Wire{Packets: lab.Number(1000)}, Stack: path.Stack{RecvBuffer: 1 << 20},
	}
}

// The deviation from theory is computed in sigma where chance decides, for a mean of
// several runs in the sigma of the mean; otherwise in per cent.
func TestDeviation(t *testing.T) {
	e := change(lesson(), func(e *lab.Experiment) { e.Out.Loss.Random, e.Plan(lab.UDP).Count = 5*wire.Percent, 1000 })
	run := func(lost int) *lab.Outcome {
		x := done(e, lab.UDP)
		x.Lost, x.Delivered, x.Delay.P50 = lost, 1000-lost, lab.Number(51.0)
		return x
	}
	for _, tt := range []struct {
		key  string
		runs []*lab.Outcome
		off  string
	}{
		{"lost", []*lab.Outcome{run(50)}, "0 sigma"},
		{"lost", []*lab.Outcome{run(57)}, "+1.0 sigma"},
		{"delivered", []*lab.Outcome{run(57)}, "-1.0 sigma"},
		{"lost", []*lab.Outcome{run(57), run(57), run(57), run(57)}, "+2.0 sigma"},
		{"lost", []*lab.Outcome{run(57), run(43)}, "0 sigma"},
		{"delay_p50_ms", []*lab.Outcome{run(50)}, "+2.0%"},
	} {
		mean := deviations{Average: theory.Average{N: len(tt.runs)}}
		for _, x := range tt.runs {
			mean.add(e, x, tt.key)
		}
		if got := mean.mean().off(); got != tt.off {
			t.Errorf("%s of %d runs: %s, want %s", tt.key, len(tt.runs), got, tt.off)
		}
	}
	x := done(lesson(), lab.TCP)
	x.HeldUp = 3
	if got := deviate(lesson(), x, "held_up"); got.off() != naWord {
		t.Errorf("3 where 0 are expected is off by %s", got.off())
	}
}
