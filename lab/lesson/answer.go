package lesson

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"stones/lab"
)

// An Answer is the figure that a prediction is held against.
type Answer struct {
	Figure
	Within float64 // by so much a prediction may be off and is right: in the unit, or
	Part   bool    // in percent of the figure
}

// answerForm says how an answer is written.
const answerForm = `write e.g. "tcp delay_ms.max ms within 5"`

// parseAnswer reads "tcp delay_ms.max ms within 5", where the last two may be
// left out.
func parseAnswer(text string) (a Answer, err error) {
	words := strings.Fields(text)
	if len(words) != 3 && (len(words) != 5 || words[3] != "within") {
		return a, errors.New("not an answer; " + answerForm)
	}
	if a.Figure, err = parseFigure(words[0], words[1], words[2]); err != nil || len(words) == 3 {
		return a, err
	}
	var within string
	within, a.Part = strings.CutSuffix(words[4], "%")
	a.Within, err = number(within)
	return a, err
}

// Predict reads a prediction: a number, with or without the unit.
func (a Answer) Predict(text string) (float64, error) {
	text = strings.TrimSpace(text)
	digits := strings.TrimLeft(text, "0123456789.")
	v, err := number(text[:len(text)-len(digits)])
	unit := strings.ToLower(strings.TrimSpace(digits))
	if one := strings.TrimSuffix(a.Unit, "s"); err != nil || unit != "" && unit != strings.ToLower(a.Unit) && unit != strings.ToLower(one) {
		return 0, fmt.Errorf("not a number of %s; write e.g. 12 or 0.5", a.Unit)
	}
	return v, nil
}

// Verdicts on a prediction.
const (
	Right = "right"
	Off   = "off"
	None  = "no prediction"
)

// An Outcome is a prediction beside what came. It is plain data with JSON.
type Outcome struct {
	Lesson    string     `json:"lesson"`
	Turned    string     `json:"turned,omitzero"` // flags on top of the lesson's own settings
	Seed      uint64     `json:"seed"`
	Figure    string     `json:"figure"`
	Unit      string     `json:"unit"`
	Predicted *float64   `json:"predicted,omitzero"` // nil if nothing was predicted
	Measured  lab.Figure `json:"measured"`
	Expected  []float64  `json:"expected,omitzero"` // of the mean over many seeds: least and most
	Verdict   string     `json:"verdict"`
}

// Outcome holds a prediction against a result. Nil means no prediction.
func (l *Lesson) Outcome(predicted *float64, r lab.Result) Outcome {
	o := Outcome{
		Lesson:    l.Name,
		Seed:      r.Experiment.Seed,
		Figure:    l.Answer.String(),
		Unit:      l.Answer.Unit,
		Predicted: predicted,
		Measured:  l.Answer.Of(r),
	}
	o.Measured.Value = round(o.Measured.Value)
	o.Expected = l.expected(r)
	switch {
	case predicted == nil:
		o.Verdict = None
	case o.Measured.Known() && l.Answer.right(*predicted, o.Measured.Value) || o.foreseen():
		o.Verdict = Right
	default:
		o.Verdict = Off
	}
	return o
}

// expected is what theory says of the answer's mean over many seeds, in its unit; nil if
// it says nothing. The result tells how one unit is written in another.
func (l *Lesson) expected(r lab.Result) []float64 {
	for _, x := range l.Expect {
		if !x.Mean || x.Transport != l.Answer.Transport || x.Name != l.Answer.Name {
			continue
		}
		answer, theory := l.Answer.Of(r), x.Of(r)
		if !answer.Known() || !theory.Known() || theory.Value == 0 {
			return nil
		}
		scale := answer.Value / theory.Value
		return []float64{round(x.Least * scale), round(x.Most * scale)}
	}
	return nil
}

// foreseen reports whether the prediction is what theory says.
func (o Outcome) foreseen() bool {
	return o.Predicted != nil && len(o.Expected) == 2 && o.Expected[0] <= *o.Predicted && *o.Predicted <= o.Expected[1]
}

// right reports whether a prediction is near enough.
func (a Answer) right(predicted, measured float64) bool {
	within := a.Within
	if a.Part {
		within *= measured / 100
	}
	return round(math.Abs(predicted-measured)-within) <= 0
}
