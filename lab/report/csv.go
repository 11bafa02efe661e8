package report

import (
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/advice"
)

// CSV writes a line for each flow: its parameters, how it ended, and all figures in
// full. The columns are always the same (RFC 4180, but for line breaks without a
// carriage return). A figure without a value is an empty cell; the column "why" names
// it with its reason.
func CSV(w io.Writer, doc lab.Document, v View) error { return Streamed["csv"].Document(w, doc, v) }

// writeCSV adds theory, if that is asked for: for each measure the expected figure, its
// standard deviation, and by how many of these and by how many per cent the measurement
// is above it.
func writeCSV(w io.Writer, version string, results iter.Seq2[lab.Result, error], theory bool) error {
	return rowsOf(w, encodings["csv"], flowColumns(version, theory), results, theFlow)
}

// flowColumns are the columns of rows of flows.
func flowColumns(version string, theory bool) []column[struct{}] {
	type flow = row[struct{}]
	columns := []column[struct{}]{
		{"stones", func(*flow) value { return word(version) }},
		{"seed", func(r *flow) value { return value{kind: natural, natural: r.result.Experiment.Seed} }},
		{"flow", func(r *flow) value { return word(r.flow.Name) }},
		{"transport", func(r *flow) value { return word(r.flow.Transport) }},
	}
	add := func(name string, of func(r *flow) value) { columns = append(columns, column[struct{}]{name, of}) }
	for _, p := range parameters() {
		add(strings.ReplaceAll(p.word, "-", "_"), func(r *flow) value { return word(p.of(&r.result.Experiment, r.flow.Name)) })
	}
	add("complete", func(r *flow) value { return either(r.flow.Complete) })
	add("error", func(r *flow) value { return word(r.flow.Error) })
	add("broken", func(r *flow) value { return word(r.flow.Broken) })
	for _, m := range measures {
		add(m.key, func(r *flow) value { return amount(m.unit, m.of(r.flow)) })
	}
	add("not_thrown_causes", func(r *flow) value { return word(causes(r.flow)) })
	add("stack", func(r *flow) value { return word(strings.TrimSpace(r.flow.Stack.Name + " " + r.flow.Stack.Version)) })
	add("pacing", func(r *flow) value { return word(r.flow.Pacing.Policy) })
	add("rate_met", func(r *flow) value { return either(r.flow.Pacing.Met) })
	add("limit", func(r *flow) value { return word(r.flow.Pacing.Limit) })
	add("drain", func(r *flow) value { return word(r.flow.Drain) })
	add("warnings", func(r *flow) value { return word(rules(r.result, r.flow.Name)) })
	add("why", func(r *flow) value { return word(whys(r.flow)) })
	add("go", func(r *flow) value { return word(r.result.Made.Go) })
	if theory {
		for _, key := range advice.Keys() {
			of := func(pick func(d deviation) lab.Figure) func(r *flow) value {
				return func(r *flow) value {
					return amount(parts, pick(deviate(&r.result.Experiment, r.flow, key)))
				}
			}
			add("theory_"+key, of(deviation.theory))
			add("theory_"+key+"_sigma", of(func(d deviation) lab.Figure { return millionths(d.Sigma) }))
			add("theory_"+key+"_off_sigmas", of(deviation.sigmas))
			add("theory_"+key+"_off_percent", of(deviation.percent))
		}
	}
	return columns
}

// whys lists the reasons of the figures that have no value.
func whys(x *lab.Outcome) string {
	var list []string
	for _, m := range measures {
		if f := m.of(x); !f.Known() {
			list = append(list, m.key+"="+f.Why.String())
		}
	}
	return strings.Join(list, "; ")
}

// causes lists why how many stones were not thrown.
func causes(x *lab.Outcome) string {
	var list []string
	for cause, n := range x.NotThrown {
		list = append(list, cause+": "+strconv.Itoa(n))
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}

// rules names the rules of the warnings for a flow.
func rules(r *lab.Result, flow string) string {
	var list []string
	for _, w := range r.Warnings {
		if w.Flow == "" || w.Flow == flow {
			list = append(list, w.Rule)
		}
	}
	return strings.Join(slices.Compact(list), "; ")
}
