package main

import (
	"path/filepath"
	"slices"
	"strings"

	"stones/lab/knob"
	"stones/lab/prose"
)

// formatOf returns the format that follows from the extension of a file's name, if one
// does.
func formatOf(file string) (format string, ok bool) {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), ".")
	if ending == "md" {
		return "markdown", true
	}
	return ending, slices.Contains(formats(), ending)
}

// name takes the format from the extension of --out. It returns an error if --format or
// --json contradicts that.
func (t *throw) name() error {
	format, known := formatOf(t.out)
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

// shown are the formats that show what a flag keeps.
var shown = map[string][]string{
	"interval": {"table", "markdown", "json", jsonl},
}

// unshown returns an error if the format does not show what a flag keeps.
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
