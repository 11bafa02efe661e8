package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/report"
	"stones/lab/report/glossary"
	"stones/lab/report/picture"
)

// swept returns the one knob with several values, which the picture of a sweep shows.
func (t *throw) swept() (knob.Knob, error) {
	several := slices.DeleteFunc(t.settings.Turned(), func(k knob.Knob) bool { return t.settings.Count(k.Word) < 2 })
	switch {
	case t.file != "" || len(several) == 0:
		return knob.Knob{}, fmt.Errorf("--picture %q needs several values of one setting, e.g. --loss 0%%,1%%,5%%", picture.SweepKind)
	case len(several) > 1:
		return knob.Knob{}, &knob.ConflictError{One: "several values of --" + several[0].Word, Other: "several values of --" + several[1].Word, Why: "the picture has room for one setting"}
	}
	return several[0], nil
}

// unmeasured returns an error if --measure is given without the picture that it is for.
func (t *throw) unmeasured() error {
	if t.flags.Changed("measure") && t.picture != picture.SweepKind {
		return errors.New("--measure needs --picture sweep: it says what that shows")
	}
	return nil
}

// sweepOf makes the picture of the results.
func (t *throw) sweepOf(results []lab.Result) (picture.Sweep, error) {
	k, err := t.swept()
	if err != nil {
		return picture.Sweep{}, err
	}
	s := picture.Sweep{Setting: k.Word}
	s.Label, _, _ = strings.Cut(glossary.Short(glossary.Figure, t.measure), " (")
	switch {
	case strings.HasSuffix(t.measure, "_ms"):
		s.Unit = "ms"
	case strings.HasSuffix(t.measure, "_bps"):
		s.Unit = "bit/s"
	}
	for _, f := range results[0].Flows {
		if f.Transport == lab.Own {
			s.Own = append(s.Own, picture.OwnSweep{Name: f.Name})
		}
	}
	for some := range slices.Chunk(results, t.runs) { // the seed changes fastest
		s.Values = append(s.Values, k.Text(some[0].Experiment))
		over := func(transport string) func(lab.Outcome) bool {
			return func(x lab.Outcome) bool { return x.Transport == transport }
		}
		s.TCP = append(s.TCP, t.measured(some, over(lab.TCP)))
		s.UDP = append(s.UDP, t.measured(some, over(lab.UDP)))
		for i := range s.Own {
			one := &s.Own[i]
			one.Runs = append(one.Runs, t.measured(some, func(x lab.Outcome) bool { return x.Name == one.Name }))
		}
	}
	return s, nil
}

// measured returns the figure of the first flow of each result for which is holds, if
// it has a value.
func (t *throw) measured(results []lab.Result, is func(lab.Outcome) bool) []float64 {
	var values []float64
	for _, r := range results {
		i := slices.IndexFunc(r.Flows, is)
		if i < 0 {
			continue
		}
		switch f := report.Figure(t.measure, &r.Flows[i]); {
		case f.Known():
			values = append(values, f.Value)
		case f == lab.Infinite():
			values = append(values, math.Inf(1))
		}
	}
	return values
}

// drawSweep returns the function that writes the picture of a sweep in the format that
// is asked for.
func (t *throw) drawSweep(view picture.View) report.Writer {
	return func(w io.Writer, doc lab.Document, v report.View) error {
		s, err := t.sweepOf(doc.Results)
		if err != nil {
			return err
		}
		view.Caption = report.Headline(doc)
		switch t.format {
		case svg:
			return view.SweepSVG(w, s)
		case png:
			return view.SweepPNG(w, s)
		}
		if err := report.Formats[t.format](w, doc, v); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		return view.SweepText(w, s)
	}
}
