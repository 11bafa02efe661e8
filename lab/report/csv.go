package report

import (
	"encoding/csv"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/prose"
)

// CSV writes a line for each flow: what was asked for, how it ended, and
// all figures in full. The columns are always the same (RFC 4180, but for line
// breaks without a carriage return). A figure without a value is an empty cell, and
// its reason stands in the last column but one, with the names of the columns.
func CSV(w io.Writer, doc lab.Document, _ View) error { return writeCSV(w, doc, false) }

// writeCSV writes a document.
func writeCSV(w io.Writer, doc lab.Document, theory bool) error {
	return streamCSV(w, doc.Version, func(yield func(lab.Result, error) bool) {
		for _, r := range doc.Results {
			if !yield(r, nil) {
				return
			}
		}
	}, theory)
}

// streamCSV adds what theory says, if that is asked for: of each measure the
// figure, its standard deviation, and how many of these and how many per cent
// the measurement is above it.
func streamCSV(w io.Writer, version string, results iter.Seq2[lab.Result, error], theory bool) error {
	out := csv.NewWriter(w)
	head := []string{"stones", "seed", "flow", "transport"}
	for _, p := range parameters() {
		head = append(head, strings.ReplaceAll(p.word, "-", "_"))
	}
	head = append(head, "complete", "error", "broken")
	for _, m := range measures {
		head = append(head, m.key)
	}
	head = append(head, "not_thrown_causes", "stack", "pacing", "rate_met", "limit", "drain", "warnings", "why", "go")
	if theory {
		for _, key := range advice.Keys() {
			key = "theory_" + key
			head = append(head, key, key+"_sigma", key+"_off_sigmas", key+"_off_percent")
		}
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for r, err := range results {
		if err != nil {
			return err
		}
		for i := range r.Flows {
			fields := record(version, &r, &r.Flows[i])
			if theory {
				fields = append(fields, expectations(&r.Experiment, &r.Flows[i])...)
			}
			if err := out.Write(fields); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// record is the line of a flow.
func record(version string, r *lab.Result, x *lab.Outcome) []string {
	fields := []string{version, strconv.FormatUint(r.Experiment.Seed, 10), x.Name, x.Transport}
	for _, p := range parameters() {
		fields = append(fields, p.of(&r.Experiment, x.Name))
	}
	fields = append(fields, strconv.FormatBool(x.Complete), x.Error, x.Broken)
	for _, m := range measures {
		fields = append(fields, cell(m.of(x)))
	}
	fields = append(fields, causes(x), strings.TrimSpace(x.Stack.Name+" "+x.Stack.Version),
		x.Pacing.Policy, strconv.FormatBool(x.Pacing.Met), x.Pacing.Limit, x.Drain, rules(r, x.Name), whys(x), r.Made.Go)
	for i, field := range fields {
		fields[i] = prose.Safe(field)
	}
	return fields
}

// cell is a figure as a program reads it: empty if there is none.
func cell(f lab.Figure) string {
	if !f.Known() {
		return ""
	}
	return f.String()
}

// whys are the reasons of the figures that have no value.
func whys(x *lab.Outcome) string {
	var list []string
	for _, m := range measures {
		if f := m.of(x); !f.Known() {
			list = append(list, m.key+"="+f.Why.String())
		}
	}
	return strings.Join(list, "; ")
}

// expectations are the fields of what theory says of a flow.
func expectations(e *lab.Experiment, x *lab.Outcome) []string {
	var fields []string
	for _, key := range advice.Keys() {
		d := deviate(e, []*lab.Outcome{x}, key)
		fields = append(fields, cell(d.theory()), cell(millionths(d.Sigma)), cell(d.sigmas()), cell(d.percent()))
	}
	return fields
}

// causes says why how many stones were not thrown.
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
