package report

import (
	"io"
	"math"
	"strings"

	"stones/lab"
	"stones/lab/theory"
)

// besideRows writes a row for each cell and measure that has a figure on either side:
// the medians, by how much the second is above the first, the interval that holds this
// in 95 of 100 cases, and whether they differ, which of few runs nobody knows. What has
// no value is empty, and why says the reason.
func besideRows(w io.Writer, e encoding, a, b Side) error {
	one, other := linesOf(a.Doc), linesOf(b.Doc)
	varying := varyingIn(one, other)
	var names []string
	for _, p := range varying {
		names = append(names, strings.ReplaceAll(p.word, "-", "_"))
	}
	names = append(names, "flow", "measure", "runs_a", "runs_b", "a", "b", "difference", "difference_from", "difference_to", "differs", "why")
	out := e.head(nil, names)
	for _, q := range pairsOf(one, other, varying) {
		of := q.either()
		for _, m := range measures {
			if len(sample(m, q.a.flows))+len(sample(m, q.b.flows)) == 0 {
				continue
			}
			var values []value
			for _, p := range varying {
				values = append(values, word(p.of(of.experiment(), of.name)))
			}
			values = append(append(values, word(of.name), word(m.key), whole(len(q.a.flows)), whole(len(q.b.flows))), q.values(m)...)
			for i, v := range values {
				out = e.cell(out, i, names[i], v)
			}
			out = append(out, e.end...)
		}
	}
	_, err := w.Write(out)
	return err
}

// values are those of a measure, from the medians on.
func (q pair) values(m measure) []value {
	values := make([]value, 6)
	var whys []string
	for i, flows := range [][]*lab.Outcome{q.a.flows, q.b.flows} {
		if len(flows) == 0 {
			continue
		}
		median := m.over(flows).median
		values[i] = amount(parts, median)
		if !median.Known() {
			whys = append(whys, []string{"a", "b"}[i]+"="+median.Why.String())
		}
	}
	if from, to := sample(m, q.a.flows), sample(m, q.b.flows); len(from) > 0 && len(to) > 0 {
		s := theory.Shift(from, to)
		values[2] = finite(s.By)
		if s.Sure {
			values[3], values[4], values[5] = finite(s.From), finite(s.To), either(s.Apart())
		}
	}
	return append(values, word(strings.Join(whys, "; ")))
}

// finite is a number that is not infinite, or none.
func finite(x float64) value {
	if math.IsInf(x, 0) {
		return value{}
	}
	return amount(parts, lab.Number(x+0)) // 0 has no sign
}
