package report

import (
	"slices"
	"strconv"

	"stones/lab"
	"stones/lab/advice"
)

// troubles has a line for each flow that is partial or breaks a law. Where
// says which one of several it is.
func troubles(combinations []combination, varying []parameter) []string {
	var g gathered
	for _, c := range combinations {
		for _, r := range c.results {
			for i := range r.Flows {
				x := &r.Flows[i]
				var settings []string
				for _, v := range varying {
					settings = append(settings, v.word+" "+v.said(c.experiment(), x.Name))
				}
				if len(c.results) > 1 {
					settings = append(settings, seedWord+" "+strconv.FormatUint(r.Experiment.Seed, 10))
				}
				where := place(settings)
				if !x.Complete {
					g.add(x.Name+" "+x.Error, partialLine(where, x.Name, x.Error))
				}
				if x.Broken != "" {
					g.add(x.Name+" "+x.Broken, brokenLine(where, x.Name, x.Broken))
				}
			}
		}
	}
	return g.lines()
}

// warnings has a line for each kind of warning, but for the one that stands
// above the table.
func warnings(combinations []combination) []string {
	return warned(combinations, func(rule string) bool { return rule != advice.RuleLinux })
}

// fromLinux says how far the embedded TCP is from that of Linux, if that is much.
func fromLinux(combinations []combination) []string {
	return warned(combinations, func(rule string) bool { return rule == advice.RuleLinux })
}

// warned has a line for each kind of warning among those that are wanted.
func warned(combinations []combination, wanted func(rule string) bool) []string {
	var g gathered
	for _, c := range combinations {
		for _, r := range c.results {
			for _, w := range r.Warnings {
				if wanted(w.Rule) {
					g.add(w.Rule+" "+w.Flow+" "+w.Word, warning(w))
				}
			}
		}
	}
	return g.lines()
}

// gathered is lines of which those of the same kind are shown once.
type gathered struct {
	kinds []string
	of    map[string][]string // the different lines of a kind
}

func (g *gathered) add(kind, line string) {
	if g.of == nil {
		g.of = make(map[string][]string)
	}
	if g.of[kind] == nil {
		g.kinds = append(g.kinds, kind)
	}
	if !slices.Contains(g.of[kind], line) {
		g.of[kind] = append(g.of[kind], line)
	}
}

// lines are the first of each kind, and how many more there are.
func (g *gathered) lines() []string {
	var lines []string
	for _, kind := range g.kinds {
		lines = append(lines, andMore(g.of[kind][0], len(g.of[kind])-1))
	}
	return lines
}

// footnotes hold reasons that are too long for a cell.
type footnotes struct {
	most    int // letters in a cell
	reasons []string
}

// cell is a figure without a value, with its reason or where to find it.
func (n *footnotes) cell(f lab.Figure) string {
	if text := Words(f); len(text) <= n.most {
		return text
	}
	kind, reason := kindWord(f.Why), causeWord(f.Why)
	at := slices.Index(n.reasons, reason)
	if at < 0 {
		at = len(n.reasons)
		n.reasons = append(n.reasons, reason)
	}
	return kind + " [" + strconv.Itoa(at+1) + "]"
}

// lines are the footnotes.
func (n *footnotes) lines() []string {
	var lines []string
	for i, reason := range n.reasons {
		lines = append(lines, footnote(i+1, reason))
	}
	return lines
}
