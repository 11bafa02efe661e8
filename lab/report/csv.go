package report

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"stones/lab"
)

// CSV writes a line for each exchange: what was asked for, how it ended, and
// all figures in full. The columns are always the same (RFC 4180, but for line
// breaks without a carriage return). A figure that is no number is its reason.
func CSV(w io.Writer, doc lab.Document) error {
	out := csv.NewWriter(w)
	head := []string{"stones", "seed", "transport"}
	for _, p := range parameters() {
		head = append(head, strings.ReplaceAll(p.word, "-", "_"))
	}
	head = append(head, "complete", "error", "broken")
	for _, m := range measures {
		head = append(head, m.key)
	}
	head = append(head, "not_thrown_causes", "stack", "pacing", "drain", "warnings", "go", "arithmetic")
	if err := out.Write(head); err != nil {
		return err
	}
	for _, r := range doc.Results {
		for i := range r.Exchanges {
			if err := out.Write(record(doc.Version, &r, &r.Exchanges[i])); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// record is the line of an exchange.
func record(version string, r *lab.Result, x *lab.Exchange) []string {
	fields := []string{version, strconv.FormatUint(r.Experiment.Seed, 10), x.Transport}
	for _, p := range parameters() {
		fields = append(fields, p.of(&r.Experiment, x.Transport))
	}
	fields = append(fields, yesNo(x.Complete), x.Error, x.Broken)
	for _, m := range measures {
		fields = append(fields, m.of(x).String())
	}
	fields = append(fields, causes(x), strings.TrimSpace(x.Stack.Name+" "+x.Stack.Version),
		x.Pacing.Policy, x.Drain, rules(r, x.Transport), r.Made.Go, r.Made.Arithmetic)
	for i, field := range fields {
		if field == "" {
			field = none
		}
		fields[i] = safe(field)
	}
	return fields
}

// causes says why how many stones were not thrown.
func causes(x *lab.Exchange) string {
	var list []string
	for cause, n := range x.NotThrown {
		list = append(list, cause+": "+strconv.Itoa(n))
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}

// rules names the rules of the warnings for a transport.
func rules(r *lab.Result, transport string) string {
	var list []string
	for _, w := range r.Warnings {
		if w.Transport == "" || w.Transport == transport {
			list = append(list, w.Rule)
		}
	}
	return strings.Join(slices.Compact(list), "; ")
}
