package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/prose"
)

// Bench writes a line for each flow, in the Go benchmark data format (Go proposal
// 14313). Several runs are several lines of one name, so that benchstat can tell what
// is chance. Then
//
//	benchstat -col /proto results.txt
//
// prints TCP beside UDP. Parameters that vary are in the name; the others are in
// configuration lines above. A figure without a value is left out.
func Bench(w io.Writer, doc lab.Document, v View) error {
	return benchGist(v).of(doc).Write(w, doc.Version)
}

// benchGist is the gist that Bench needs.
func benchGist(v View) *Gist {
	var benched []measure
	for _, m := range measures {
		if m.bench != "" {
			m.of = m.benched
			benched = append(benched, m)
		}
	}
	g := newGist(v, benched)
	g.write = writeBench
	return g
}

func writeBench(w io.Writer, g *Gist, version string) error {
	varying, _ := compare(g)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "stones: %s\n", configured(version))
	if g.rows() > 0 {
		fmt.Fprintf(b, "go: %s\n", configured(g.first.Made.Go))
		unset := knob.Nothing()
		for _, p := range parameters() {
			varies := slices.ContainsFunc(varying, func(v parameter) bool { return v.word == p.word })
			if text := g.said(0, p); !varies && text != p.said(&unset, lab.TCP) {
				fmt.Fprintf(b, "%s: %s\n", p.word, configured(text))
			}
		}
		for _, m := range g.measures {
			if m.better != "" {
				fmt.Fprintf(b, "Unit %s better=%s\n", m.bench, m.better)
			}
		}
	}
	for l := range g.lines() {
		var name strings.Builder
		name.WriteString("BenchmarkThrow/proto=" + named(l.name))
		for _, v := range varying {
			name.WriteString("/" + v.word + "=" + named(l.said(v)))
		}
		known := slices.DeleteFunc(slices.Clone(g.measures), func(m measure) bool { return !l.knows(m) })
		for run := range l.rows {
			fmt.Fprint(b, name.String()+" 1")
			for _, m := range known {
				fmt.Fprintf(b, " %v %s", l.figure(m, run), m.bench)
			}
			fmt.Fprint(b, "\n")
		}
	}
	return b.Flush()
}

// knows reports whether all runs have the figure. If the infinite ones were left out,
// the mean of the others would be too good.
func (s series) knows(m measure) bool {
	for f := range s.of(m) {
		if !f.Known() {
			return false
		}
	}
	return true
}

// benched is a measure as a benchmark has it: itself, or its share of its whole.
func (m measure) benched(x *lab.Outcome) lab.Figure {
	if !strings.HasSuffix(m.bench, shareUnit) {
		return m.of(x)
	}
	part, whole := m.of(x), m.whole(x)
	if !part.Known() || !whole.Known() || whole.Value == 0 {
		return lab.NA(lab.CauseShareOfNone)
	}
	return lab.Number(part.Value / whole.Value)
}

// named makes text fit for a part of a benchmark's name, in which a slash separates
// parts and a number after a dash is GOMAXPROCS.
func named(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '/' || r == '-' || unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, prose.Safe(strings.TrimSuffix(text, "/s")))
	if text == "" {
		return none
	}
	return text
}

// configured makes text fit for a configuration line, which may not be empty.
func configured(text string) string {
	if text = strings.TrimSpace(prose.Safe(text)); text == "" {
		return none
	}
	return text
}
