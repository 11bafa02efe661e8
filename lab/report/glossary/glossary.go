// Package glossary explains every name that a person meets: the figures, the
// marks beside them, the flags and the warnings.
//
// Each text stands once, in one of the files beside this one. Its first line is
// the short form, which the table's rows and footnotes and --help show; the
// whole of it is what "stones explain" shows.
//
// What it deliberately lacks: it does not know which names there are. Tests
// hold it to the code, one where the rows are made and one where the flags are.
package glossary

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// A Kind says what a name stands for.
type Kind string

// The kinds, in the order in which they are listed.
const (
	Figure  Kind = "figure"  // of a flow: a row of the table, or a column of csv
	Mark    Kind = "mark"    // in a cell or under the table
	Flag    Kind = "flag"    // of a command
	Warning Kind = "warning" // by its rule
	Word    Kind = "word"    // a term of the field, or of this program
)

// An Entry explains one name.
type Entry struct {
	Kind    Kind
	Key     string   // the name in the code
	Short   string   // one line: the row's name, the footnote, or what --help says
	Unit    string   // what it is counted in, or what its values are
	Source  string   // who defined it
	Also    []string // other words for it
	Text    []string // paragraphs
	Example string   // worked, with numbers
}

//go:embed *.txt
var texts embed.FS

// entries holds all of them, by kind and then as they stand in the files.
var entries = slices.Concat(
	read(Figure, "measures.txt"), read(Mark, "marks.txt"), read(Flag, "flags.txt"), read(Warning, "rules.txt"), read(Word, "words.txt"),
)

// All returns all entries, by kind.
func All() []Entry { return slices.Clone(entries) }

// Short returns the short form of a name, or "".
func Short(kind Kind, key string) string {
	for _, e := range entries {
		if e.Kind == kind && e.Key == key {
			return e.Short
		}
	}
	return ""
}

// Shorts returns the short forms of all names of a kind.
func Shorts(kind Kind) map[string]string {
	shorts := make(map[string]string)
	for _, e := range entries {
		if e.Kind == kind {
			shorts[e.Key] = e.Short
		}
	}
	return shorts
}

// Find returns the entries that a person may mean by a name: "held up", "Held-up",
// "held_up" and "--loss" are understood, and other words for the same. There may be
// several, of different kinds.
func Find(name string) []Entry {
	var found []Entry
	flag := strings.HasPrefix(name, "--")
	for _, e := range entries {
		if slices.Contains(e.names(), plain(name)) && (!flag || e.Kind == Flag) {
			found = append(found, e)
		}
	}
	return found
}

// Name is how a person would write the entry's name.
func (e Entry) Name() string {
	if e.Kind == Figure {
		return plain(strings.TrimSuffix(strings.TrimSuffix(e.Key, "_ms"), "_bps"))
	}
	return e.Key
}

// names are all names by which the entry is found.
func (e Entry) names() []string {
	names := []string{e.Name(), plain(e.Key)}
	if e.Kind == Figure {
		row, _, _ := strings.Cut(e.Short, " (")
		names = append(names, plain(e.Short), plain(row))
	}
	for _, other := range e.Also {
		names = append(names, plain(other))
	}
	return names
}

// plain makes different ways of writing a name the same.
func plain(name string) string {
	name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "--")))
	return strings.NewReplacer("_", "-", " ", "-").Replace(name)
}

// read reads the entries of a file. The files are part of this package: a mistake in
// one is a panic, which every test meets.
func read(kind Kind, file string) []Entry {
	data, err := texts.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var list []Entry
	for _, part := range txtar.Parse(data).Files {
		e, err := parse(string(part.Data))
		if err != nil {
			panic(fmt.Sprintf("glossary: %s: %s: %v", file, part.Name, err))
		}
		e.Kind, e.Key = kind, part.Name
		list = append(list, e)
	}
	return list
}

// parse reads one entry: the short form, unit and source on a line each, and perhaps
// other words for it; then paragraphs, of which the last one is the example.
func parse(text string) (Entry, error) {
	head, body, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
	lines, paragraphs := strings.Split(head, "\n"), strings.Split(body, "\n\n")
	var also []string
	if others, ok := strings.CutPrefix(lines[len(lines)-1], "also: "); ok {
		also, lines = strings.Split(others, ", "), lines[:len(lines)-1]
	}
	if len(lines) != 3 {
		return Entry{}, fmt.Errorf("%d lines at the top, want the short form, unit and source", len(lines))
	}
	e := Entry{Short: lines[0], Also: also, Text: paragraphs[:len(paragraphs)-1]}
	for _, field := range []struct {
		to           *string
		line, prefix string
	}{
		{&e.Unit, lines[1], "unit: "},
		{&e.Source, lines[2], "source: "},
		{&e.Example, paragraphs[len(paragraphs)-1], "Example: "},
	} {
		rest, ok := strings.CutPrefix(field.line, field.prefix)
		if !ok || rest == "" {
			return Entry{}, fmt.Errorf("%q does not begin with %q", field.line, field.prefix)
		}
		*field.to = rest
	}
	if len(e.Text) == 0 || e.Short == "" {
		return Entry{}, fmt.Errorf("there is no text")
	}
	return e, nil
}
