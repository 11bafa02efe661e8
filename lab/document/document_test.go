package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/stone"
	"stones/lab/wire"
)

// sound returns a valid experiment.
func sound() lab.Experiment {
	plan := pace.Plan{Count: 10, Size: 100, Rate: pace.StonesPerSecond(100)}
	shape := wire.Shape{Delay: 20 * time.Millisecond, Bandwidth: 10 * wire.Mbit, MTU: 1500}
	return lab.Experiment{
		Path: lab.Sim, Seed: 1, Flows: []lab.Flow{lab.Over(lab.TCP, plan), lab.Over(lab.UDP, plan)}, Out: shape, Back: shape,
		Deadline: 150 * time.Millisecond, GiveUp: time.Hour,
	}
}

// full returns an experiment without a default value.
func full() lab.Experiment {
	e := sound()
	e.IPv6, e.Together, e.PerStone = true, true, true
	e.Packets = true
	e.Plan(lab.UDP).Count, e.Plan(lab.UDP).Time = 0, 90*time.Second
	e.Out.Jitter = wire.Jitter{Max: 5 * time.Millisecond, Normal: true}
	e.Out.Loss = wire.Loss{Gemodel: wire.Gemodel{P: wire.Percent, R: 25 * wire.Percent, Bad: 100 * wire.Percent}}
	e.Out.Reorder = wire.Reorder{Share: wire.Percent / 4, By: 3}
	e.Out.Drop, e.Out.Hold = []uint64{50, 51}, []wire.Hold{{Stone: 7, By: 2}}
	e.Back.Queue = wire.Queue{Bytes: 64_000}
	e.Congestion, e.Recovery, e.Buffer = "cubic", "sack", 1<<20
	return e
}

// kept is a document with the experiments.
func kept(tb testing.TB, es ...lab.Experiment) []byte {
	tb.Helper()
	doc := lab.Document{Version: "0.1.0"}
	for _, e := range es {
		doc.Results = append(doc.Results, lab.Result{
			Experiment: e,
			Flows: []lab.Outcome{{
				Name: lab.UDP, Transport: lab.UDP,
				Counts: stone.Counts{NotThrown: map[string]int{"refused": 1, "other": 2}},
				Delay:  lab.Delays{P99: lab.Infinite()},
				Stones: []lab.StoneRecord{{Number: 1, Fate: lab.Fate(strings.Repeat("long ", 100))}},
			}},
			Warnings: []lab.Warning{{Rule: "noise"}},
		})
	}
	data, err := Marshal(doc)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// What is kept can be run again, exactly.
func TestExperiments(t *testing.T) {
	want := []lab.Experiment{sound(), full()}
	data := kept(t, want...)
	for name, in := range map[string][]byte{
		"as written":             data,
		"with a byte order mark": append([]byte("\ufeff"), data...),
		"with blanks behind":     append(bytes.Clone(data), " \n\t\r"...),
	} {
		got, err := Experiments(bytes.NewReader(in))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: ReadExperiments = %+v, %v; want %+v", name, got, err, want)
		}
	}
}

// Results can be read back too.
func TestUnmarshal(t *testing.T) {
	data := kept(t, full())
	var doc lab.Document
	if err := Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	again, err := Marshal(doc)
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("written, read and written again:\n%s\n%v; want\n%s", again, err, data)
	}
}

// A reason stands where its null was, wherever the reasons are in the object.
func TestRejoin(t *testing.T) {
	for in, want := range map[string]string{
		`{"a": null, "b": 1, "why": {"a": "lost"}}`:            `{"a": "lost", "b": 1}`,
		`{"why": {"a": "lost"} , "a": null}`:                   `{ "a": "lost"}`,
		`{"b": 1, "why": {"a": "x \"y"}, "a": null}`:           `{"b": 1, "a": "x \"y"}`,
		`{"why": {"a": "lost"}}`:                               `{}`,
		`[{"a": {"b": null, "why": {"b": "few"}}, "b": null}]`: `[{"a": {"b": "few"}, "b": null}]`,
		`{"a": 1, "c": "null", "why": {"a": "x", "c": "y"}}`:   `{"a": 1, "c": "null"}`,
		`{"why": {"b": "y"}, "a": [null], "b":null}`:           ` {"a": [null], "b":"y"}`,
	} {
		got, err := rejoin([]byte(in))
		if strings.ReplaceAll(string(got), " ", "") != strings.ReplaceAll(want, " ", "") || err != nil {
			t.Errorf("rejoin(%s) = %s, %v; want %s", in, got, err, want)
		}
	}
	if _, err := rejoin([]byte(`{"why": {"a": 1}}`)); err == nil {
		t.Error("a reason that is no text is let through")
	}
}

func TestExperimentsRefuses(t *testing.T) {
	const sound = `{
  "stones": "0.1.0",
  "format": 2,
  "results": [
    {
      "experiment": {
        "path": "sim",
        "seed": 1,
        "flows": [{"name": "udp", "transport": "udp", "count": 5, "size": 99, "rate": "10/s"}],
        "out": {"delay": "20ms", "loss": "5%"},
        "back": {},
        "give_up": "1h"
      }
    }
  ]
}`
	instead := func(old, new string) string {
		if !strings.Contains(sound, old) {
			t.Fatalf("no %s in %s", old, sound)
		}
		return strings.Replace(sound, old, new, 1)
	}
	for _, tt := range []struct {
		name, in, want string
	}{
		{"sound", sound, ""},
		{"empty", "", "1:1: empty; expected the results that --format json writes"},
		{"only spaces", " \n\t ", "1:1: empty; expected the results that --format json writes"},
		{"truncated", sound[:75], "6:17: ends in the middle"},
		{"truncated on a later line", "{\n  \"stones\": \"0.1.0\",\n  \"resul", "3:9: ends in the middle"},
		{"not an object", "[]", "1:1: expected an object, found a list"},
		{"something else", "hello", "1:1: invalid character 'h' at start of value"},
		{"behind the end", sound + " x", "16:3: invalid character 'x' at start of value"},
		{"behind the end, and JSON", sound + " 1", "16:3: something stands behind the end"},
		{"twice", sound + sound, "16:2: something stands behind the end"},

		{"no version", `{"results": []}`, `1:1: no field "stones": not the results that --format json writes`},
		{"version of another kind", instead(`"0.1.0"`, `1`), `2:13: expected a version, e.g. "0.1.0", found a number`},
		{"newer", instead(`"0.1.0"`, `"10.0.0"`), ""},
		{"older", instead(`"0.1.0"`, `"0.0.9"`), ""},
		{"no format", instead("\n  \"format\": 2,", ""), `1:1: no field "format": written in format 1; this program reads format 2`},
		{"older format", instead(`"format": 2`, `"format": 1`), `3:13: written in format 1; this program reads format 2`},
		{"newer format", instead(`"format": 2`, `"format": 3`), `3:13: written in format 3; this program reads format 2`},
		{"format of another kind", instead(`"format": 2`, `"format": "2"`), `3:13: format: expected a whole number from 1, found "\"2\""`},
		{"no results", `{"stones": "0.1.0", "format": 2}`, `1:1: no experiment in "results"`},
		{"empty results", `{"stones": "0.1.0", "format": 2, "results": []}`, `1:1: no experiment in "results"`},
		{"results of another kind", `{"stones": "0.1.0", "format": 2, "results": {}}`, `1:45: expected a list, found an object`},
		{"a result of another kind", `{"stones": "0.1.0", "format": 2, "results": [1]}`, `1:46: expected an object, found a number`},
		{"result without experiment", `{"stones": "0.1.0", "format": 2, "results": [{"Experiment": {}}]}`, `1:46: a result without the field "experiment"`},
		{"experiment of another kind", `{"stones": "0.1.0", "format": 2, "results": [{"experiment": 5}]}`, `1:61: experiment: expected an object, found a number`},
		{"unknown field of the document", `{"stone": "0.1.0"}`, `1:2: unknown field "stone"; did you mean "stones"?`},

		{"unknown field", instead(`"loss"`, `"losss"`), `10:34: unknown field "losss"; did you mean "loss"?`},
		{"unknown field that is like none", instead(`"loss"`, `"bananas"`), `10:34: unknown field "bananas"`},
		{"other case", instead(`"loss"`, `"Loss"`), `10:34: unknown field "Loss"; did you mean "loss"?`},
		{"repeated", instead(`"loss"`, `"delay"`), `10:34: repeated field "delay"`},
		{"repeated in a result", instead(`"experiment": {`, `"a": 1, "a": 2, "experiment": {`), `6:15: repeated field "a"`},

		{"text for another text", instead(`"5%"`, `"ten"`), `10:42: loss "ten": not a share; allowed 0% to 100%`},
		{"true for text", instead(`"5%"`, `true`), `10:42: loss: expected text, found true`},
		{"a list for text", instead(`"5%"`, `[]`), `10:42: loss: expected text, found a list`},
		{"a number for text", instead(`"5%"`, `0.05`), `10:42: loss: expected text, found a number`},
		{"a number for a duration", instead(`"20ms"`, `20`), `10:26: delay: expected text, found a number`},
		{"text for a number", instead(`"count": 5`, `"count": "5"`), `9:64: count: expected a whole number, found text`},
		{"text for an object", instead(`{"delay": "20ms", "loss": "5%"}`, `"5%"`), `10:16: out: expected an object, found text`},
		{"a number for a path", instead(`"sim"`, `7`), `7:17: path: expected text, found a number`},
		{"null", instead(`"count": 5`, `"count": null`), `9:64: null is no value; leave the field out`},
		{"null for an object", instead(`"back": {}`, `"back": null`), `11:17: null is no value; leave the field out`},

		{"1e400", instead(`"seed": 1`, `"seed": 1e400`), `8:17: seed: expected a whole number, found 1e400`},
		{"1e3", instead(`"count": 5`, `"count": 1e3`), `9:64: count: expected a whole number, found 1e3`},
		{"1.5", instead(`"count": 5`, `"count": 1.5`), `9:64: count: expected a whole number, found 1.5`},
		{"-0", instead(`"count": 5`, `"count": -0`), `9:64: -0: no number of an experiment is negative`},
		{"-1", instead(`"seed": 1`, `"seed": -1`), `8:17: -1: no number of an experiment is negative`},
		{"beyond 64 bits", instead(`"seed": 1`, `"seed": 18446744073709551616`), `8:17: seed 18446744073709551616: too large`},
		{"many digits", instead(`"seed": 1`, `"seed": `+strings.Repeat("9", 1000)), `8:17: seed ` + strings.Repeat("9", 64) + `…: too large`},

		{"a share above all", instead(`"5%"`, `"100.01%"`), `10:42: loss "100.01%": not a share; allowed 0% to 100%`},
		{"a share below nothing", instead(`"5%"`, `"-0.1%"`), `10:42: loss "-0.1%": not a share; allowed 0% to 100%`},
		{"an odd duration", instead(`"20ms"`, `"1h1h"`), `10:26: delay "1h1h": not a duration; write each unit once, the larger one first, e.g. 1h30m`},
		{"out of range", instead(`"size": 99`, `"size": 9`), `9:75: size "9": the least is 32, which a stone's header needs; allowed 32 to 65507`},
		{"out of range on the way back", instead(`"back": {}`, `"back": {"mtu": 5}`), `11:25: mtu-back "5": out of range; allowed 576 to 65535`},
		{"missing", instead(`"size": 99, `, ``), `6:21: size "0": the least is 32, which a stone's header needs; allowed 32 to 65507`},
		{"no transport", instead(`"flows": [{"name": "udp", "transport": "udp", "count": 5, "size": 99, "rate": "10/s"}],`, ``), `6:21: only "": neither TCP nor UDP is left to throw over`},

		{"deep", strings.Repeat("[", 10_001), "1:9: nested more than 8 deep"},
		{"deep in a result", instead(`"experiment": {`, `"x": `+strings.Repeat(`{"a":`, 10_000)+`1`+strings.Repeat(`}`, 10_000)+`, "experiment": {`), "6:37: nested more than 8 deep"},
		{"long text", instead(`"sim"`, `"`+strings.Repeat("s", 257)+`"`), "7:17: text of 257 bytes; allowed are 256"},
		{"long name", instead(`"seed"`, `"`+strings.Repeat("s", 100_000)+`"`), "8:9: text of 100000 bytes; allowed are 256"},
		{"more than 16 MiB", sound + strings.Repeat(" ", maxDocument), fmt.Sprintf("16:%d: more than 16 MiB; keep fewer results in a file, or leave out --per-stone and --packets", maxDocument+1-strings.LastIndex(sound, "\n")-1)},

		{"invalid UTF-8", instead(`"sim"`, "\"s\xffm\""), "7:19: invalid UTF-8"},
		{"invalid UTF-8 elsewhere", instead(`"experiment": {`, "\"x\": \"\xff\", \"experiment\": {"), "6:13: invalid UTF-8"},
		{"NUL", instead(`"sim"`, `"s\u0000m"`), "7:17: text with the invisible character U+0000"},
		{"NUL as it is", instead(`"sim"`, "\"s\x00m\""), `7:19: invalid character '\x00' in string (expecting non-control character)`},
		{"turned round", instead(`"sim"`, "\"s\u202em\""), "7:17: text with the invisible character U+202E"},
		{"columns are characters", "{\"stones\": \"0.1.0\", \"résults\": [}", "1:33: invalid character '}' at start of value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Experiments(strings.NewReader(tt.in))
			if tt.want == "" && err == nil {
				return
			}
			if wrong := new(Error); !errors.As(err, &wrong) || err.Error() != tt.want {
				t.Errorf("Experiments(%.200s) = %v; want %v", tt.in, err, tt.want)
			}
		})
	}
}

// Of an endless file only the beginning is read.
func TestExperimentsEndless(t *testing.T) {
	r := &endless{}
	if _, err := Experiments(r); err == nil || r.read > maxDocument+1<<20 {
		t.Errorf("Experiments = %v after %d bytes; want an error after %d", err, r.read, maxDocument)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

// An error of reading the file is not an [Error].
func TestExperimentsFails(t *testing.T) {
	_, err := Experiments(io.MultiReader(strings.NewReader("{"), broken{}))
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Experiments = %v; want %v", err, io.ErrNoProgress)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrNoProgress }

// No input causes a panic, and what is accepted is the same after it was written and
// read again.
func FuzzExperiments(f *testing.F) {
	for _, e := range []lab.Experiment{sound(), full()} {
		data, err := Marshal(lab.Document{Version: "0.1.0", Results: []lab.Result{{Experiment: e}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"stones":"0.1.0","format":2,"results":[{"experiment":{"path":"host","seed":1,"flows":[{"name":"tcp","transport":"tcp","count":1,"size":32,"rate":"max"}],"out":{"drop":[]},"back":{},"give_up":"0"}}]}`))
	f.Add([]byte("\ufeff{}"))
	f.Add([]byte(`{"stones":"0.1.0","results":[{"experiment":[[[[[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		es, err := Experiments(bytes.NewReader(data))
		if err != nil {
			return
		}
		var doc lab.Document
		doc.Version = "0.1.0"
		for _, e := range es {
			doc.Results = append(doc.Results, lab.Result{Experiment: e})
		}
		again, err := Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Experiments(bytes.NewReader(again))
		if err != nil || !reflect.DeepEqual(got, es) {
			t.Errorf("read %+v, wrote\n%s\nread %+v, %v", es, again, got, err)
		}
	})
}

func BenchmarkExperiments(b *testing.B) {
	for _, n := range []int{1, 100} {
		es := make([]lab.Experiment, n)
		for i := range es {
			es[i] = full()
		}
		data := kept(b, es...)
		b.Run(fmt.Sprintf("results=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Experiments(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// An invalid line does not affect the others, however long it is.
func TestBadLineAlone(t *testing.T) {
	line := func(place int) []byte {
		text, err := MarshalLine(Line{Version: "1.0.0", Place: place, Of: 3, Result: lab.Result{Experiment: sound()}})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, bad := range []string{strings.Repeat("x", maxDocument+1) + "\n", "{}\n", "\n", "\x00\xff\n"} {
		data := slices.Concat(line(1), []byte(bad), line(3), line(2)[:9])
		var got []string
		err := Lines(bytes.NewReader(data), func(l Line, at Span) error {
			if text := data[at.End-int64(at.Size) : at.End]; !bytes.Equal(text, line(l.Place)) {
				t.Errorf("line %d is said to be %.80q", l.Place, text)
			}
			got = append(got, fmt.Sprint("place ", l.Place))
			return nil
		}, func(e *LineError) error {
			got = append(got, fmt.Sprint("bad ", e.Line, e.Torn))
			return nil
		})
		if want := []string{"place 1", "bad 2 false", "place 3", "bad 4 true"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%.10q: %q, %v; want %q", bad, got, err, want)
		}
	}
}

// Endless input without a line break ends with an error.
func TestEndless(t *testing.T) {
	err := Lines(new(endless), func(Line, Span) error { return nil }, func(*LineError) error { return nil })
	if !errors.Is(err, ErrEndless) {
		t.Errorf("%v", err)
	}
}

// Every line is read, or rejected with its number, and what is read is written again
// with the same bytes.
func FuzzLines(f *testing.F) {
	good, err := MarshalLine(Line{Version: "1.0.0", Fingerprint: "0123", Place: 1, Of: 2, Result: lab.Result{Experiment: sound(), Flows: []lab.Outcome{{Name: "udp", Transport: lab.UDP, Delay: lab.Delays{P99: lab.Infinite()}}}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(append(bytes.Clone(good), good[:100]...))
	f.Add([]byte("{}\n\n[1]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		end, bad := int64(0), 0
		err := Lines(bytes.NewReader(data),
			func(l Line, at Span) error {
				if at.End <= end || at.End > int64(len(data)) {
					t.Errorf("a line ends at %d, after one at %d of %d", at.End, end, len(data))
				}
				end = at.End
				again, err := MarshalLine(l)
				if err != nil {
					t.Fatal(err)
				}
				return Lines(bytes.NewReader(again), func(l Line, _ Span) error {
					twice, err := MarshalLine(l)
					if err != nil || !bytes.Equal(twice, again) {
						t.Errorf("%v\nwritten %s\nagain   %s", err, again, twice)
					}
					return nil
				}, func(e *LineError) error { return e })
			},
			func(e *LineError) error { bad++; return nil })
		if err != nil {
			t.Errorf("%v", err)
		}
	})
}
