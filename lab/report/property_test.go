package report

import (
	"encoding/csv"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/stone"
	"stones/lab/wire"
)

// figure draws any figure that a result may hold.
func figure(t *rapid.T) lab.Figure {
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return lab.NA(rapid.SampledFrom([]string{lab.CauseNothingCame, "kernel-does-not-tell"}).Draw(t, "why"))
	case 1:
		return lab.Infinite()
	case 2:
		return lab.Untold(rapid.SampledFrom([]string{"not counted", "", "x", " (y)"}).Draw(t, "why"))
	case 3:
		return lab.Figure{}
	}
	return lab.Number(rapid.Float64Range(0, 1e18).Draw(t, "value"))
}

// fill draws all that is in v.
func fill(t *rapid.T, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[lab.Figure]():
		v.Set(reflect.ValueOf(figure(t)))
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field)
		}
	case v.Kind() == reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case v.Type() == reflect.TypeFor[map[string]lab.Expectation]():
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		count := reflect.ValueOf(rapid.IntRange(0, 9).Draw(t, "cause"))
		v.SetMapIndex(reflect.ValueOf("refused"), count.Convert(v.Type().Elem()))
	case v.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case v.Kind() == reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "word", "some words"}).Draw(t, "text"))
	case v.CanInt():
		v.SetInt(rapid.Int64Range(0, 2000).Draw(t, "count"))
	case v.CanUint():
		v.SetUint(rapid.Uint64Range(0, 2000).Draw(t, "count"))
	case v.CanFloat():
		v.SetFloat(rapid.Float64Range(0, 1e6).Draw(t, "value"))
	}
}

// documents draws the results of an experiment, of several runs, or of a sweep.
func documents(t *rapid.T) lab.Document {
	var doc lab.Document
	for range rapid.IntRange(0, 5).Draw(t, "results") {
		plan := pace.Plan{Count: 1000, Size: 1000, Rate: pace.StonesPerSecond(rapid.Int64Range(1, 2).Draw(t, "rate"))}
		r := lab.Result{Experiment: lab.Experiment{Path: rapid.SampledFrom([]string{lab.Sim, lab.Host}).Draw(t, "path"), Flows: []lab.Flow{lab.Over(lab.TCP, plan), lab.Over(lab.UDP, plan)}}}
		r.Experiment.Seed = rapid.Uint64Range(0, 3).Draw(t, "seed")
		r.Experiment.Out.Loss.Random = wire.Share(rapid.IntRange(0, 1).Draw(t, "loss")) * wire.Percent
		for _, transport := range []string{lab.TCP, lab.UDP} {
			if !rapid.Bool().Draw(t, transport) {
				continue
			}
			var x lab.Outcome
			fill(t, reflect.ValueOf(&x).Elem())
			x.Name, x.Transport = transport, transport
			r.Flows = append(r.Flows, x)
		}
		doc.Results = append(doc.Results, r)
	}
	return doc
}

// bad matches what no cell may hold: nothing, no number, a number below zero, a
// share above the whole.
var bad = regexp.MustCompile(`^\s*$|NaN|Inf|(^|[ (])-[0-9]|[(]([2-9][0-9]{2}|1[1-9][0-9]|10[1-9])[.0-9]*%`)

// Whatever the results are, every cell has a possible value.
func TestCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := documents(t)
		p := gistOf(doc, View{All: true}).page()
		for row := range p.table.all() {
			if len(row) != len(p.table.head) {
				t.Fatalf("%d cells in a table of %d columns: %q", len(row), len(p.table.head), row)
			}
			for i, cell := range row {
				if bad.MatchString(cell) {
					t.Errorf("%s of %q: %q", p.table.head[i], row[0], cell)
				}
			}
		}
		for _, line := range append(p.above, p.below...) {
			if bad.MatchString(line) || strings.Contains(line, "%!") {
				t.Errorf("line %q", line)
			}
		}
		var out strings.Builder
		if err := CSV(&out, doc, View{}); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records[1:] {
			for i, field := range record {
				if field != "" && bad.MatchString(field) {
					t.Errorf("%s: %q", records[0][i], field)
				}
			}
		}
	})
}

// Foreign text is never written as it is if it could control a terminal, reverse the
// direction of writing, or leave its cell.
func FuzzSafe(f *testing.F) {
	for _, text := range []string{
		"tcp: connect: refused", "\x1b[31mred", "a\u202eb", "\x00\x7f\u009b", "a\nb\tc\r\n", "| a | <b> `c` |", "\xff\xfe", `"a","b"`, `c:\d "e"`, "🪨\U000e0041",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for format, write := range Formats {
			for _, doc := range strange(text, format != "json") { // package lab writes the figures in JSON
				var out strings.Builder
				if err := write(&out, doc, View{}); err != nil {
					t.Fatal(err)
				}
				if at := strings.IndexFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); at >= 0 || !utf8.ValidString(out.String()) {
					t.Errorf("%s of %q has at %d something that is not to be shown:\n%q", format, text, at, out.String())
				}
				if err := readBack(format, out.String(), doc); err != nil {
					t.Errorf("%s of %q: %v", format, text, err)
				}
			}
		}
	})
}

// strange returns an experiment, two runs and a sweep with the text wherever text can
// be.
func strange(text string, figures bool) []lab.Document {
	x := lab.Outcome{
		Name: lab.TCP, Transport: lab.TCP, Error: text, Broken: text, Counts: stone.Counts{NotThrown: map[string]int{text: 1}, Thrown: 1, Planned: 2}, Drain: path.DrainRule(text),
	}
	if figures {
		x.ReceiverDrops, x.Jitter, x.Standstill = lab.NA(text), lab.NA(text+"."), lab.Untold(text)
	}
	x.Stack.Name, x.Stack.Version, x.Stack.Congestion = text, text, text
	plan := pace.Plan{Count: 1, Size: 100, Rate: pace.Max()}
	one := lab.Result{Experiment: lab.Experiment{Path: text, Congestion: text, Flows: []lab.Flow{{Name: text, Transport: lab.TCP, Plan: plan}}}, Flows: []lab.Outcome{x}}
	one.Warnings = []lab.Warning{{Rule: text, Word: text}}
	other, run := one, one
	other.Experiment.Recovery = text + "."
	run.Experiment.Seed = 1
	return []lab.Document{
		{Version: text, Results: []lab.Result{one}},
		{Version: text, Results: []lab.Result{one, run}},
		{Version: text, Results: []lab.Result{one, other}},
	}
}

// readBack checks that a format for programs says what was meant.
func readBack(format, out string, doc lab.Document) error {
	switch format {
	case "csv":
		_, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		return err
	case "json":
		var got lab.Document
		if err := document.Unmarshal([]byte(out), &got); err != nil {
			return err
		}
		if want := strings.ToValidUTF8(doc.Version, "\ufffd"); utf8.ValidString(doc.Version) && got.Version != want {
			return fmt.Errorf("read %q", got.Version)
		}
	}
	return nil
}
