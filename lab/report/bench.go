package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"stones/lab"
	"stones/lab/prose"
)

// Bench writes a line for each flow, as benchstat reads them: several runs
// are several lines of one name, so that it can tell what is chance. Then
//
//	benchstat -col /proto results.txt
//
// prints TCP beside UDP. What varies is in the name, and what does not stands
// above as a configuration line. A figure that is no number is left out.
//
// The form is that of the Go benchmark data format (Go proposal 14313).
func Bench(w io.Writer, doc lab.Document, _ View) error {
	combinations := combine(doc.Results)
	var lines []line
	for i := range combinations {
		for _, s := range combinations[i].series {
			lines = append(lines, line{&combinations[i], s})
		}
	}
	varying, _ := compare(lines)
	var b strings.Builder
	fmt.Fprintf(&b, "stones: %s\n", configured(doc.Version))
	if len(lines) > 0 {
		made := doc.Results[0].Made
		fmt.Fprintf(&b, "go: %s\n", configured(made.Go))
		unset := unset()
		for _, p := range parameters() {
			varies := slices.ContainsFunc(varying, func(v parameter) bool { return v.word == p.word })
			if text := p.said(lines[0].experiment(), lines[0].name); !varies && text != p.said(&unset, lab.TCP) {
				fmt.Fprintf(&b, "%s: %s\n", p.word, configured(text))
			}
		}
		for _, m := range measures {
			if m.better != "" {
				fmt.Fprintf(&b, "Unit %s better=%s\n", m.bench, m.better)
			}
		}
	}
	for _, l := range lines {
		var name strings.Builder
		name.WriteString("BenchmarkThrow/proto=" + named(l.name))
		for _, v := range varying {
			name.WriteString("/" + v.word + "=" + named(v.said(l.experiment(), l.name)))
		}
		known := slices.DeleteFunc(slices.Clone(measures), func(m measure) bool { return m.bench == "" || !l.knows(m) })
		for _, x := range l.flows {
			b.WriteString(name.String() + " 1")
			for _, m := range known {
				fmt.Fprintf(&b, " %v %s", m.benched(x), m.bench)
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// knows reports whether all runs have the figure. Without those in which it is
// infinite, the mean of the others would be of the lucky ones.
func (l line) knows(m measure) bool {
	return !slices.ContainsFunc(l.flows, func(x *lab.Outcome) bool { return !m.benched(x).Known() })
}

// benched is a measure as a benchmark has it: itself, or what part it is of its
// whole.
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

// named makes text fit for a part of a benchmark's name, in which a slash parts
// and a number behind a dash is that of processors.
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
