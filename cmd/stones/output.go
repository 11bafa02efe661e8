package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// create makes the file that a flag names. One that is there already is kept,
// unless it is to be written over.
func create(flag, name string, force bool) (*os.File, error) {
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, mode, 0o666)
	if err == nil {
		return f, nil
	}
	why := reason(err)
	info, statErr := os.Stat(name)
	switch {
	case statErr == nil && info.IsDir():
		why = "a folder, not a file"
	case errors.Is(err, fs.ErrExist):
		why = "there is such a file already; --force writes over it"
	case errors.Is(err, fs.ErrNotExist):
		why = "there is no such folder"
	}
	return nil, &quantity.InvalidError{Word: flag, Value: name, Why: why}
}

// finish closes a file that was written. If that went wrong, then or before, it
// takes the file away again.
func finish(f *os.File, err error) error {
	err = errors.Join(err, f.Close())
	if info, statErr := os.Lstat(f.Name()); err != nil && statErr == nil && info.Mode().IsRegular() {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// endings are those of files whose format follows from them.
var endings = map[string]string{".json": "json", ".jsonl": jsonl, ".csv": "csv", ".md": "markdown", ".svg": svg, ".png": png}

// name lets the format follow from the ending of --out. It returns an error if
// the two disagree.
func (t *throw) name() error {
	format, known := endings[strings.ToLower(filepath.Ext(t.out))]
	switch {
	case !known || t.json && format == "json":
	case t.json:
		return &knob.ConflictError{One: "--out " + prose.Quote(t.out), Other: "--json", Why: "the ending says " + format}
	case !t.flags.Changed("format"):
		t.format = format
	case t.format != format:
		return &knob.ConflictError{One: "--out " + prose.Quote(t.out), Other: "--format " + prose.Quote(t.format), Why: "the ending says " + format}
	}
	return nil
}

// shown are the formats that show what is kept.
var shown = map[string][]string{
	"interval": {"table", "markdown", "json", jsonl},
}

// unshown returns an error if the format does not show what is to be kept.
func (t *throw) unshown() error {
	for word, formats := range shown {
		if word == "interval" && t.ofIntervals() && (t.format == svg || t.format == png) {
			continue // the picture shows them
		}
		if t.settings.Given(word) && !t.json && !slices.Contains(formats, t.format) {
			return &knob.ConflictError{One: "--" + word, Other: "--format " + prose.Quote(t.format), Why: "it does not show them; " + strings.Join(formats, ", ") + " do"}
		}
	}
	return nil
}
