package report

import (
	"io"
	"math"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/theory"
)

// A besideCell is one cell of two documents, for programs: a side that does not
// have it has no flows.
type besideCell struct {
	pair
	of line // either side that has it
}

// besideCells are the cells of both, those of the first document first.
func besideCells(a, b Side) (cells []besideCell, varying []parameter) {
	one, other := linesOf(a.Doc), linesOf(b.Doc)
	varying = varyingIn(one, other)
	pairs, _ := pairsOf(one, other, varying, a.Name, b.Name)
	for _, l := range one {
		cells = append(cells, besideCell{pair{a: l}, l})
	}
	for _, l := range other {
		name := cellOf(l, varying)
		at := slices.IndexFunc(pairs, func(q pair) bool { return cellOf(q.b, varying) == name })
		if at < 0 {
			cells = append(cells, besideCell{pair{b: l}, l})
			continue
		}
		i := slices.IndexFunc(cells, func(c besideCell) bool { return cellOf(c.of, varying) == name })
		cells[i].b = l
	}
	return cells, varying
}

// besideRows writes a row for each cell and measure that has a figure on either side:
// the medians, by how much the second is above the first, the interval that holds this
// in 95 of 100 cases, and whether they differ, which of few runs nobody knows. What has
// no value is empty, and why says the reason.
func besideRows(w io.Writer, e encoding, a, b Side) error {
	cells, varying := besideCells(a, b)
	var names []string
	for _, p := range varying {
		names = append(names, strings.ReplaceAll(p.word, "-", "_"))
	}
	names = append(names, "flow", "measure", "runs_a", "runs_b", "a", "b", "difference", "difference_from", "difference_to", "differs", "why")
	out := e.head(nil, names)
	for _, c := range cells {
		for _, m := range measures {
			if len(sample(m, c.a.flows))+len(sample(m, c.b.flows)) == 0 {
				continue
			}
			var values []value
			for _, p := range varying {
				values = append(values, word(p.of(c.of.experiment(), c.of.name)))
			}
			values = append(append(values, word(c.of.name), word(m.key), whole(len(c.a.flows)), whole(len(c.b.flows))), c.values(m)...)
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
