package report

import (
	"slices"
	"strconv"

	"stones/lab"
)

// A trouble is a flow that is partial or breaks a law.
type trouble struct {
	row, result int
	seed        uint64
	name        string
	partial     bool
	why         string // it is partial
	broken      string // the law that it breaks
}

// troubleLines has a line for each flow that is partial or breaks a law, with the
// parameters that vary.
func (g *Gist) troubleLines(varying []parameter) []string {
	var lines gathered
	if len(g.troubles) == 0 {
		return nil
	}
	runs := make([]int, len(g.combined))
	for i := range g.cells.len() {
		runs[g.cells.at(i)]++
	}
	for _, x := range g.troubles {
		var settings []string
		for _, v := range varying {
			settings = append(settings, v.word+" "+g.said(x.row, v))
		}
		if runs[g.cells.at(x.result)] > 1 {
			settings = append(settings, seedWord+" "+strconv.FormatUint(x.seed, 10))
		}
		where := place(settings)
		if x.partial {
			lines.add(x.name+" "+x.why, partialLine(where, x.name, x.why))
		}
		if x.broken != "" {
			lines.add(x.name+" "+x.broken, brokenLine(where, x.name, x.broken))
		}
	}
	return lines.lines()
}

// gathered is lines, of which only the first of each kind is shown.
type gathered struct {
	kinds []string
	first map[string]string // of a kind
	count map[string]int    // how many different ones there are of a kind
	seen  map[digest]bool
}

func (g *gathered) add(kind, line string) {
	if g.first == nil {
		*g = gathered{first: make(map[string]string), count: make(map[string]int), seen: make(map[digest]bool)}
	}
	key := digestOf([]byte(kind + "\n" + line))
	if g.seen[key] {
		return
	}
	g.seen[key] = true
	if g.count[kind]++; g.count[kind] == 1 {
		g.kinds = append(g.kinds, kind)
		g.first[kind] = line
	}
}

// lines returns the first line of each kind, with how many more there are. Equal lines
// are shown once.
func (g *gathered) lines() []string {
	var lines []string
	for _, kind := range g.kinds {
		if line := andMore(g.first[kind], g.count[kind]-1); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// footnotes hold reasons that are too long for a cell.
type footnotes struct {
	most    int // the longest text that stays in a cell, in bytes
	reasons []string
}

// cell is the cell of a figure without a value: its reason, or the number of the
// footnote.
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
