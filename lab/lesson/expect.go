package lesson

import (
	"errors"
	"fmt"
	"strings"

	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/report"
)

// An Expectation is what theory says of a figure: for any seed, or of the mean or the
// median over many.
type Expectation struct {
	Figure
	Line         int // of the lesson's file
	Mean, Median bool
	Least, Most  float64
}

// OfMany reports whether x is about many seeds and not about each.
func (x Expectation) OfMany() bool { return x.Mean || x.Median }

// expectForm says how an expectation is written.
const expectForm = `write e.g. "tcp held_up = 3", "udp lost 28 to 72", "mean tcp goodput_bps 1.2 to 1.6 Mbit/s"`

// parseExpectation reads "[mean|median] TRANSPORT FIGURE = VALUE [UNIT]", or with
// "LEAST to MOST".
func parseExpectation(text string) (x Expectation, err error) {
	words := strings.Fields(text)
	x.Mean, x.Median = words[0] == "mean", words[0] == "median"
	if x.OfMany() {
		words = words[1:]
	}
	var least, most, unit string
	switch {
	case len(words) >= 4 && len(words) <= 5 && words[2] == "=":
		least, most, unit = words[3], words[3], strings.Join(words[4:], "")
	case len(words) >= 5 && len(words) <= 6 && words[3] == "to":
		least, most, unit = words[2], words[4], strings.Join(words[5:], "")
	default:
		return x, errors.New("not an expectation; " + expectForm)
	}
	if x.Figure, err = parseFigure(words[0], words[1], unit); err != nil {
		return x, err
	}
	if x.Least, err = number(least); err != nil {
		return x, err
	}
	if x.Most, err = number(most); err == nil && x.Most < x.Least {
		err = fmt.Errorf("%s to %s: ends before it begins", least, most)
	}
	return x, err
}

// Check returns an error if the results are not as expected: one of them, or if
// x is about many, all of them together.
func (x Expectation) Check(results ...lab.Result) error {
	var values []float64
	for _, r := range results {
		f := x.Of(r)
		if !f.Known() {
			return fmt.Errorf("seed %d: %v is %s; expected %s", r.Experiment.Seed, x.Figure, report.Words(f), x.band())
		}
		if !x.OfMany() && !x.holds(f.Value) {
			return fmt.Errorf("seed %d: %v is %s; expected %s", r.Experiment.Seed, x.Figure, write(f.Value), x.band())
		}
		values = append(values, f.Value)
	}
	switch {
	case !x.OfMany():
	case x.Mean && !x.holds(mean(values)):
		return fmt.Errorf("mean of %d seeds: %v is %s; expected %s", len(values), x.Figure, write(mean(values)), x.band())
	case x.Median && !x.holds(quantity.Median(values)):
		return fmt.Errorf("median of %d seeds: %v is %s; expected %s", len(values), x.Figure, write(quantity.Median(values)), x.band())
	}
	return nil
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func (x Expectation) holds(v float64) bool { return x.Least <= round(v) && round(v) <= x.Most }

// band is what is expected.
func (x Expectation) band() string {
	text := write(x.Least)
	if x.Most != x.Least {
		text += " to " + write(x.Most)
	}
	return strings.TrimSpace(text + " " + x.Unit)
}
