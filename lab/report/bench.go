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
			if text := p.of(lines[0].experiment(), lines[0].name); !varies && text != p.of(&unset, lab.TCP) {
				fmt.Fprintf(&b, "%s: %s\n", p.word, configured(text))
			}
		}
		for _, u := range benchUnits {
			if u.better != "" {
				fmt.Fprintf(&b, "Unit %s better=%s\n", u.name, u.better)
			}
		}
	}
	for _, l := range lines {
		var name strings.Builder
		name.WriteString("BenchmarkThrow/proto=" + named(l.name))
		for _, v := range varying {
			name.WriteString("/" + v.word + "=" + named(v.of(l.experiment(), l.name)))
		}
		for _, x := range l.flows {
			b.WriteString(name.String() + " 1")
			for _, u := range benchUnits {
				if l.knows(u) {
					fmt.Fprintf(&b, " %v %s", u.of(x), u.name)
				}
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// knows reports whether all runs have the figure. Without those in which it is
// infinite, the mean of the others would be of the lucky ones.
func (l line) knows(u benchUnit) bool {
	return !slices.ContainsFunc(l.flows, func(x *lab.Outcome) bool { return !u.of(x).Known() })
}

// A benchUnit is one figure of a line.
type benchUnit struct {
	name   string
	better string // higher or lower; empty if that depends
	of     func(x *lab.Outcome) lab.Figure
}

// benchUnits holds all of them, in the order in which they are written.
var benchUnits = []benchUnit{
	{"p50-ms", "lower", find("delay_p50_ms").of},
	{"p99-ms", "lower", find("delay_p99_ms").of},
	{"max-ms", "lower", find("delay_max_ms").of},
	{"jitter-ms", "lower", find("jitter_ms").of},
	{"standstill-ms", "lower", find("standstill_ms").of},
	{"delivered-share", "higher", share("delivered", "thrown")},
	{"late-share", "lower", share("late", "delivered")},
	{"held-up-share", "lower", share("held_up", "delivered")},
	{"reordered-share", "lower", share("reordered", "delivered")},
	{"wire-packets", "", find("wire_packets").of},
	{"wire-dropped", "", find("wire_dropped").of},
	{"retransmitted", "lower", find("retransmitted").of},
	{"goodput-bps", "higher", find("goodput_bps").of},
	{"throughput-bps", "", find("throughput_bps").of},
	{"connect-ms", "lower", find("connect_ms").of},
	{"done-ms", "lower", find("done_ms").of},
	{"offered-stones/s", "", find("offered_rate").of},
	{"schedule-error-p50-ms", "lower", find("schedule_error_p50_ms").of},
	{"schedule-error-p99-ms", "lower", find("schedule_error_p99_ms").of},
	{"schedule-error-max-ms", "lower", find("schedule_error_max_ms").of},
	{"gap-p50-ms", "", find("gap_p50_ms").of},
	{"gap-p99-ms", "", find("gap_p99_ms").of},
	{"back-to-back", "lower", find("back_to_back").of},
}

// share is one measure as a part of another one.
func share(key, whole string) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure {
		part, all := find(key).of(x), find(whole).of(x)
		if !part.Known() || !all.Known() || all.Value == 0 {
			return lab.NA(lab.CauseShareOfNone)
		}
		return lab.Number(part.Value / all.Value)
	}
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
