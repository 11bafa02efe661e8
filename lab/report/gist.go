package report

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"iter"
	"slices"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/path"
)

// A Gist is what a format keeps of results if it must see all of them before it can
// write: the figures and parameters of each flow, in columns, so that a million results
// need little memory. It keeps the whole first result.
type Gist struct {
	view  View
	write func(w io.Writer, g *Gist, version string) error
	tells func(m measure) bool // whether a measure is still needed once there are several combinations

	measures   []measure
	numbers    map[string]int // of the measures, by their keys
	figures    []figures      // of each measure, a row for each flow
	parameters []parameter
	settings   []integers // of each parameter, a row for each flow: a number in texts
	names      integers   // of flows: a number in texts
	marks      integers
	texts      numbering[string]
	whys       numbering[lab.Reason]

	from     integers          // of each result: its first row
	cells    integers          // of each result: its combination
	combined map[digest]uint32 // the combinations, by their settings
	seeds    []uint64          // in the order of the results, without repetitions
	first    lab.Result
	stack    *path.Stack // of the first flow that retransmits
	any      mark        // the marks of all flows
	causes   numbering[cause]
	troubles []trouble
	warned   gathered // warnings, without those in linux
	linux    gathered // warnings of how far TCP is from that of Linux
}

// A digest stands for a text. Among 2^48 texts, two are likely to share one.
type digest [12]byte

func digestOf(text []byte) digest {
	sum := sha256.Sum256(text)
	return digest(sum[:len(digest{})])
}

// A mark is a property of a flow. Marks are combined by or.
type mark uint64

const (
	markPartial mark = 1 << iota // it is not complete
	markBroken                   // it breaks a law
	markSlowed                   // the asked rate was not met, in real time
	markReal                     // it ran in real time
	markFar                      // its path is remote
	markTimed                    // there is a deadline
	markReads                    // the catcher sleeps, or has a read size
	markSeveral                  // several stones were planned
	markOrdered                  // its transport keeps the order
	markOwn                      // its transport is a protocol of one's own
)

// gists make the gist of each format that needs one.
var gists = map[string]func(v View) *Gist{
	"table": func(v View) *Gist {
		return pageGist(v, func(w io.Writer, g *Gist, _ string) error { return g.page().text(w, v) })
	},
	"markdown": func(v View) *Gist {
		return pageGist(v, func(w io.Writer, g *Gist, _ string) error { return g.page().markdown(w) })
	},
	"bench": benchGist,
}

// NewGist returns the gist that a format needs, without results, or nil if the format
// needs none.
func NewGist(format string, v View) *Gist {
	if gist := gists[format]; gist != nil {
		return gist(v)
	}
	return nil
}

// newGist returns a gist of some of the measures.
func newGist(v View, measures []measure) *Gist {
	g := &Gist{view: v, parameters: parameters(), combined: make(map[digest]uint32)}
	g.settings = make([]integers, len(g.parameters))
	g.keep(measures)
	return g
}

// pageGist returns the gist of a page.
func pageGist(v View, write func(w io.Writer, g *Gist, version string) error) *Gist {
	told := []string{"planned", "delay_min_ms"} // the story needs them
	g := newGist(v, slices.DeleteFunc(slices.Clone(measures), func(m measure) bool {
		return m.in == 0 && !slices.Contains(told, m.key) && !slices.Contains(v.Also, m.key)
	}))
	g.tells = func(m measure) bool {
		many := g.rows() > 0 && mark(g.marks.at(0))&markSeveral != 0
		return m.is(inColumn) || !many && m.is(inLone)
	}
	g.write = write
	return g
}

// gistOf returns the gist of a document for a page.
func gistOf(doc lab.Document, v View) *Gist { return NewGist("table", v).of(doc) }

// of adds the results of a document, and returns the gist.
func (g *Gist) of(doc lab.Document) *Gist {
	for i := range doc.Results {
		g.Add(&doc.Results[i])
	}
	return g
}

// Write writes what was added in the gist's format, as by a program of that version.
func (g *Gist) Write(w io.Writer, version string) error { return g.write(w, g, version) }

// keep drops all measures but these.
func (g *Gist) keep(measures []measure) {
	left := make([]figures, len(measures))
	numbers := make(map[string]int)
	for i, m := range measures {
		if at, there := g.numbers[m.key]; there {
			left[i] = g.figures[at]
		} else {
			left[i] = figures{scale: m.unit.fine(), whys: &g.whys}
		}
		numbers[m.key] = i
	}
	g.measures, g.numbers, g.figures = measures, numbers, left
}

// fine is a factor that makes most figures of a unit whole: times are whole
// nanoseconds.
func (u unit) fine() float64 {
	if u == milliseconds {
		return 1e6
	}
	return 1
}

// Add adds a result, behind those that were added before.
func (g *Gist) Add(r *lab.Result) {
	e := &r.Experiment
	if g.from.len() == 0 {
		g.first = *r
	}
	set := make([][]uint64, len(e.Flows)) // the settings of each flow
	var key []byte
	for i, f := range e.Flows {
		set[i] = g.set(e, f.Name)
		for _, n := range append([]uint64{g.texts.number(f.Name), g.texts.number(f.Transport)}, set[i]...) {
			key = binary.AppendUvarint(key, n)
		}
	}
	cell, known := g.combined[digestOf(key)]
	if !known {
		cell = uint32(len(g.combined))
		g.combined[digestOf(key)] = cell
	}
	if cell > 0 && g.tells != nil {
		g.keep(slices.DeleteFunc(g.measures, func(m measure) bool { return !g.tells(m) }))
		g.tells = nil
	}
	g.cells.add(uint64(cell))
	g.from.add(uint64(g.rows()))
	if n := len(g.seeds); n == 0 || g.seeds[n-1] != e.Seed {
		g.seeds = append(g.seeds, e.Seed)
	}
	for i := range r.Flows {
		x := &r.Flows[i]
		settings := []uint64(nil)
		if at := e.Number(x.Name); at > 0 {
			settings = set[at-1]
		} else {
			settings = g.set(e, x.Name)
		}
		g.addFlow(e, x, settings)
	}
	for _, w := range r.Warnings {
		to := &g.warned
		if w.Rule == advice.RuleLinux {
			to = &g.linux
		}
		to.add(w.Rule+" "+w.Flow+" "+w.Word, warning(w))
	}
}

// set returns the values of all parameters for a flow, as numbers in texts.
func (g *Gist) set(e *lab.Experiment, flow string) []uint64 {
	set := make([]uint64, len(g.parameters))
	for i, p := range g.parameters {
		set[i] = g.texts.number(p.of(e, flow))
	}
	return set
}

// addFlow adds a row.
func (g *Gist) addFlow(e *lab.Experiment, x *lab.Outcome, settings []uint64) {
	if !x.Complete || x.Broken != "" {
		g.troubles = append(g.troubles, trouble{row: g.rows(), result: g.cells.len() - 1, seed: e.Seed, name: x.Name, partial: !x.Complete, why: x.Error, broken: x.Broken})
	}
	is := x.Is()
	if is.Again && g.stack == nil {
		g.stack = &x.Stack
	}
	m := markIf(markPartial, !x.Complete) | markIf(markBroken, x.Broken != "") |
		markIf(markSlowed, e.Path != lab.Sim && !x.Pacing.Met) | markIf(markReal, e.Path != lab.Sim) | markIf(markFar, e.Path == lab.Remote) |
		markIf(markTimed, e.Deadline > 0) | markIf(markReads, e.Asleep != 0 || e.ReadSize != 0) | markIf(markSeveral, x.Planned > 1) |
		markIf(markOrdered, is.Ordered) | markIf(markOwn, x.Transport == lab.Own)
	g.any |= m
	g.marks.add(uint64(m))
	g.names.add(g.texts.number(x.Name))
	for why := range x.NotThrown {
		g.causes.number(cause{x.Name, why})
	}
	for i, n := range settings {
		g.settings[i].add(n)
	}
	for i, m := range g.measures {
		g.figures[i].add(m.of(x))
	}
}

// A cause is why a flow did not throw some stones.
type cause struct{ flow, why string }

// markIf returns m if is is true.
func markIf(m mark, is bool) mark {
	if is {
		return m
	}
	return 0
}

// rows is the number of flows.
func (g *Gist) rows() int { return g.marks.len() }

// text is the value of a parameter in a row, as its flag takes it.
func (g *Gist) text(row int, p parameter) string { return g.texts.list[g.settings[p.number].at(row)] }

// said is the value of a parameter in a row, in words.
func (g *Gist) said(row int, p parameter) string { return p.say(g.text(row, p)) }

// runs is the largest number of results of one combination.
func (g *Gist) runs() int {
	n := 0
	for c := range g.combinations() {
		n = max(n, len(c.results))
	}
	return n
}

// A combination is results that differ in nothing but the seed.
type combination struct {
	*Gist
	results []uint32 // their numbers
	series  []series // in the order in which they come
}

// A series is the rows of one flow under the same parameters, one for each seed.
type series struct {
	gist *Gist
	name string
	rows []uint32
}

// combinations yields the combinations in the order in which they come.
func (g *Gist) combinations() iter.Seq[combination] {
	return func(yield func(combination) bool) {
		for results := g.ordered(); len(results) > 0; {
			c := g.begins(results)
			if !yield(c) {
				return
			}
			results = results[len(c.results):]
		}
	}
}

// ordered returns the numbers of the results, sorted by combination.
func (g *Gist) ordered() []uint32 {
	results := make([]uint32, g.cells.len())
	for i := range results {
		results[i] = uint32(i)
	}
	inOrder := func(a, b uint32) int { return int(g.cells.at(int(a))) - int(g.cells.at(int(b))) }
	if !slices.IsSortedFunc(results, inOrder) {
		slices.SortStableFunc(results, inOrder)
	}
	return results
}

// begins returns the combination at the beginning of ordered results.
func (g *Gist) begins(results []uint32) combination {
	cell, to := g.cells.at(int(results[0])), 1
	for to < len(results) && g.cells.at(int(results[to])) == cell {
		to++
	}
	return g.combination(results[:to])
}

// combination returns the combination of these results.
func (g *Gist) combination(results []uint32) combination {
	c := combination{Gist: g, results: results}
	for _, r := range results {
		to := g.rows()
		if next := int(r) + 1; next < g.from.len() {
			to = int(g.from.at(next))
		}
		for row := int(g.from.at(int(r))); row < to; row++ {
			name := g.texts.list[g.names.at(row)]
			at := slices.IndexFunc(c.series, func(s series) bool { return s.name == name })
			if at < 0 {
				at = len(c.series)
				c.series = append(c.series, series{gist: g, name: name})
			}
			c.series[at].rows = append(c.series[at].rows, uint32(row))
		}
	}
	return c
}

// A line is a row of a sweep: one series of one combination.
type line struct {
	combination *combination
	series
}

// lines yields the lines of all combinations.
func (g *Gist) lines() iter.Seq[line] {
	return func(yield func(line) bool) {
		for c := range g.combinations() {
			for _, s := range c.series {
				if !yield(line{&c, s}) {
					return
				}
			}
		}
	}
}

// figure is the figure of a measure in a run, from 0.
func (s series) figure(m measure, run int) lab.Figure {
	return s.gist.figures[s.gist.numbers[m.key]].at(int(s.rows[run]))
}

// of yields the figures of a measure, one for each run.
func (s series) of(m measure) iter.Seq[lab.Figure] {
	return func(yield func(lab.Figure) bool) {
		for run := range s.rows {
			if !yield(s.figure(m, run)) {
				return
			}
		}
	}
}

// has reports whether any run has a mark.
func (s series) has(m mark) bool {
	return slices.ContainsFunc(s.rows, func(row uint32) bool { return mark(s.gist.marks.at(int(row)))&m != 0 })
}

// begins reports whether the first run has a mark.
func (s series) begins(m mark) bool { return mark(s.gist.marks.at(int(s.rows[0])))&m != 0 }

// happened reports whether a measure is not 0 in some run.
func (s series) happened(m measure) bool {
	for f := range s.of(m) {
		if f.Known() && f.Value != 0 {
			return true
		}
	}
	return false
}

// said is the value of a parameter, in words.
func (s series) said(p parameter) string { return s.gist.said(int(s.rows[0]), p) }

// text is the value of a parameter, as its flag takes it.
func (s series) text(p parameter) string { return s.gist.text(int(s.rows[0]), p) }

// whole is the whole outcome of the flow in the first result, in which it must be.
func (s series) whole() *lab.Outcome {
	i := slices.IndexFunc(s.gist.first.Flows, func(x lab.Outcome) bool { return x.Name == s.name })
	return &s.gist.first.Flows[i]
}
