package reference

import (
	"math"

	"stones/lab/quantity"
)

// A Figure is one that two TCPs are compared in.
type Figure struct {
	Column string  // of a run; the key of the figure where it is one of a share
	Share  bool    // in hundredths of the stones thrown
	Count  bool    // may be 0, so that ratios are of one more
	Near   float64 // values no further apart count as equal: what a busy computer adds
}

// The figures. In which of them a cell is compared is decided by its kind.
var (
	P50           = Figure{Column: "p50_ms", Near: 1}
	P99           = Figure{Column: "p99_ms", Near: 3}
	Max           = Figure{Column: "max_ms", Near: 3}
	HeldUp        = Figure{Column: "held_up", Share: true, Near: 0.5}
	Retransmitted = Figure{Column: "retransmitted", Count: true}
	ACKs          = Figure{Column: "acks", Count: true}
	Connect       = Figure{Column: "connect_ms", Near: 3}
	Goodput       = Figure{Column: "goodput_bps"}
)

// Figures are those in which cells of a kind are compared.
func (k Kind) Figures() []Figure {
	switch k {
	case Stream:
		return []Figure{P50, P99, HeldUp, Retransmitted, ACKs}
	case Event:
		return []Figure{Connect, Max, Retransmitted, ACKs}
	case Bulk:
		return []Figure{Goodput, Retransmitted, ACKs}
	case Window, Drawn:
	}
	return []Figure{Goodput, P50, P99, Retransmitted, ACKs}
}

// A Pair is one figure of a cell, of the TCP that is held against the other and of
// that other.
type Pair struct {
	Figure
	Median, Reference float64
	Least, Most       float64 // of the reference
	Z                 float64 // of the rank test: positive if the figures are mostly above the reference's
}

// Ratio is the one as a multiple of the other.
func (p Pair) Ratio() float64 {
	if p.Count {
		return (p.Median + 1) / (p.Reference + 1)
	}
	return p.Median / p.Reference
}

// A Row is a cell with the figures of both.
type Row struct {
	Cell
	Runs, ReferenceRuns int
	Pairs               []Pair
}

// Pair returns that of a figure.
func (r Row) Pair(f Figure) (Pair, bool) {
	for _, p := range r.Pairs {
		if p.Figure == f {
			return p, true
		}
	}
	return Pair{}, false
}

// Compare returns the cells that both files have runs of.
func Compare(f, ref *File, cells []Cell) []Row {
	var rows []Row
	for _, c := range cells {
		have, want := f.Runs(c), ref.Runs(c)
		if len(have) == 0 || len(want) == 0 {
			continue
		}
		row := Row{Cell: c, Runs: len(have), ReferenceRuns: len(want)}
		for _, figure := range c.Kind.Figures() {
			a, b := figure.of(have), figure.of(want)
			least, most := math.Inf(1), math.Inf(-1)
			for _, v := range b {
				least, most = min(least, v), max(most, v)
			}
			row.Pairs = append(row.Pairs, Pair{figure, quantity.Median(a), quantity.Median(b), least, most, rank(a, b, figure.Near)})
		}
		rows = append(rows, row)
	}
	return rows
}

// of returns the figure of each run.
func (f Figure) of(runs []Run) []float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = r.Values[f.Column]
		if f.Share {
			values[i] *= 100 / r.Values["thrown"]
		}
	}
	return values
}

// A Nearness is how near two TCPs are in one figure over several cells.
type Nearness struct {
	Cells  int
	Factor float64 // the mean ratio; of a share, the mean difference in points
	Beyond []Row   // those with a |z| above 3
	Worst  float64 // the greatest |z|
}

// In measures how near the rows are in a figure.
func In(rows []Row, f Figure) Nearness {
	var (
		n      Nearness
		d      distance
		points float64
	)
	for _, r := range rows {
		p, ok := r.Pair(f)
		if !ok {
			continue
		}
		n.Cells++
		if z := math.Abs(p.Z); z > 3 {
			n.Beyond = append(n.Beyond, r)
		}
		n.Worst = max(n.Worst, math.Abs(p.Z))
		if f.Share {
			points += math.Abs(p.Median - p.Reference)
			continue
		}
		if ratio := p.Ratio(); ratio > 0 && !math.IsInf(ratio, 0) {
			d.add(ratio, 1)
		}
	}
	n.Factor = d.factor()
	if f.Share && n.Cells > 0 {
		n.Factor = points / float64(n.Cells)
	}
	return n
}
