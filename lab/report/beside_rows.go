package report

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"stones/lab"
	"stones/lab/theory"
)

// besideRows writes a row for each cell and measure that has a figure on either side:
// the medians, by how much the second is above the first, the 95% confidence interval
// of that, and whether they differ. With too few runs the interval and the answer are
// missing. What has no value is empty, and the column why gives the reasons.
func besideRows(w io.Writer, e encoding, a, b Side) error {
	all := newPairs(a.Gist, b.Gist)
	var names []string
	for _, p := range all.cells {
		names = append(names, strings.ReplaceAll(p.word, "-", "_"))
	}
	names = append(names, "flow", "measure", "runs_a", "runs_b", "a", "b", "difference", "difference_from", "difference_to", "differs", "why")
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s", e.head(nil, names))
	between := ""
	var text []byte
	for q := range all.all() {
		of := q.either()
		for _, m := range measures {
			if len(q.a.sample(m))+len(q.b.sample(m)) == 0 {
				continue
			}
			var values []value
			for _, p := range all.cells {
				values = append(values, word(of.text(p)))
			}
			values = append(append(values, word(of.name), word(m.key), whole(len(q.a.rows)), whole(len(q.b.rows))), q.values(m)...)
			text = append(text[:0], between...)
			for i, v := range values {
				text = e.cell(text, i, names[i], v)
			}
			if _, err := out.Write(append(text, e.end...)); err != nil {
				return err
			}
			between = e.between
		}
	}
	fmt.Fprint(out, e.foot)
	return out.Flush()
}

// values returns the columns of a measure, from the medians on.
func (q pair) values(m measure) []value {
	values := make([]value, 6)
	var whys []string
	for i, s := range []series{q.a.series, q.b.series} {
		if len(s.rows) == 0 {
			continue
		}
		median := s.over(m).median
		values[i] = amount(parts, median)
		if !median.Known() {
			whys = append(whys, []string{"a", "b"}[i]+"="+median.Why.String())
		}
	}
	if from, to := q.a.sample(m), q.b.sample(m); len(from) > 0 && len(to) > 0 {
		s := theory.Shift(from, to)
		values[2] = finite(s.By)
		if s.Sure {
			values[3], values[4], values[5] = finite(s.From), finite(s.To), either(s.Apart())
		}
	}
	return append(values, word(strings.Join(whys, "; ")))
}

// finite is x as a value, which is missing if x is infinite.
func finite(x float64) value {
	if math.IsInf(x, 0) {
		return value{}
	}
	return amount(parts, lab.Number(x+0)) // 0 has no sign
}
