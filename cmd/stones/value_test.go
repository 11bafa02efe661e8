package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
)

// fromFile sets a word to the value in a file with that text.
func fromFile(t *testing.T, word, text string) (lab.Experiment, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return fromName(word, name)
}

func fromName(word, name string) (lab.Experiment, error) {
	var s knob.Settings
	s.FromFiles(readValue)
	if err := s.Set(word, "@"+name); err != nil {
		return lab.Experiment{}, err
	}
	es, err := s.Experiments(1)
	if err != nil {
		return lab.Experiment{}, err
	}
	return es[0], nil
}

// Lists can come from files as from the command line, and the experiment carries them.
func TestListsFromFiles(t *testing.T) {
	for word, files := range map[string][2]string{
		"drop":         {"3, 5-7\n# a remark\n9 # another\r\n", "3,5-7,9"},
		"drop-back":    {"1-900\n", "1-900"},
		"drop-packets": {"4\n8\n", "4,8"},
		"hold":         {"5:2 9:3", "5:2,9:3"},
		"outage":       {"1s-2s\n3s-4s\n", "1s-2s,3s-4s"},
	} {
		got, err := fromFile(t, word, files[0])
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		if want := asked(t, word, files[1]); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read\n%+v\nwant\n%+v", word, got.Out, want.Out)
		}
		again(t, got)
	}
	got, err := fromFile(t, "bandwidth", "5\n5\n12\n")
	if want := asked(t, "bandwidth", "@5 0 7"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("a trace: %v\n%+v\nwant\n%+v", err, got.Out, want.Out)
	}
	again(t, got)
}

// again checks that an experiment is the same when it has been written and read.
func again(t *testing.T, e lab.Experiment) {
	t.Helper()
	data, err := document.Marshal(lab.Document{Version: "1.0.0", Results: []lab.Result{{Experiment: e}}})
	if err != nil {
		t.Fatal(err)
	}
	if read, err := document.Experiments(bytes.NewReader(data)); err != nil || !reflect.DeepEqual(read[0], e) {
		t.Errorf("it is written and read as another one: %v", err)
	}
}

// An error in a file is one line, and a file that is too long is not read to its end.
func TestWrongValueFiles(t *testing.T) {
	var scattered strings.Builder
	for n := 1; n < 400_000; n += 2 {
		scattered.WriteString("1000000" + string(rune('0'+n%10)) + ",")
	}
	for _, tt := range []struct{ word, text, want string }{
		{"drop", "", "it has no entries"},
		{"drop", "1\n2\nthree\n", `line 3: "three": not a whole number; allowed 1 to 100000000`},
		{"drop", "1\x00", "it is no text"},
		{"drop", strings.Repeat("1-10000,", 101), "too many; allowed 1000000"},
		{"drop", scattered.String(), "bytes even when shortened; an experiment carries up to 1048576"},
		{"hold", "5\n", `line 1: "5": not a stone`},
		{"bandwidth", "", "it is empty"},
		{"bandwidth", "3\n2\n", "line 2: 2 ms stands behind 3 ms; times never fall"},
		{"bandwidth", "\x7fELF\x02\x00\x00", "it is no text"},
	} {
		_, err := fromFile(t, tt.word, tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), tt.word+` "@`) {
			t.Errorf("%s %.20q: %v; want %s", tt.word, tt.text, err, tt.want)
		}
	}
	large := filepath.Join(t.TempDir(), "large")
	f, err := os.Create(large)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(1_000_000_000); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	wrong := map[string]string{large: "it has 1000000000 bytes; allowed 16777216", t.TempDir(): "not a file", filepath.Join(t.TempDir(), "nowhere"): "no such file"}
	if runtime.GOOS != "windows" {
		wrong["/dev/zero"] = "not a file"
	}
	for name, want := range wrong {
		for _, word := range []string{"bandwidth", "drop"} {
			if _, err := fromName(word, name); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s %s: %v; want %s", word, name, err, want)
			}
		}
	}
	var s knob.Settings
	for text, want := range map[string]string{"@lost": `drop "@lost": a file has a slash in its name; write @./lost`, "@./lost": `drop "@./lost": files are not read here`} {
		if err := s.Set("drop", text); err == nil || err.Error() != want {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// A wire that follows a constant trace behaves as one of that bandwidth.
func TestTraceCarries(t *testing.T) {
	words := []string{"rate", "max", "count", "20000", "size", "1400", "loss", "0%", "reorder", "0%"}
	steady := ran(t, asked(t, append(words, "bandwidth", "12Mbit")...))
	traced := ran(t, asked(t, append(words, "bandwidth", "@1")...))
	for _, transport := range []string{lab.TCP, lab.UDP} {
		a, b := pick(t, steady, transport), pick(t, traced, transport)
		if !within(b.Goodput.Value, a.Goodput.Value, 0.01) {
			t.Errorf("%s: %v bit/s along the trace, %v at its bandwidth", transport, b.Goodput.Value, a.Goodput.Value)
		}
	}
}
