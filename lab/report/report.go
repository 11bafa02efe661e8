// Package report writes results for people and for programs.
//
// Each format is a [Writer] with a file of its own. The formats for people show
// the same page: what was thrown, a table, what happened in a sentence for each
// transport, and in what respect the results may mislead. All words that
// people read are in words.go and reason.go, but for the labels of single tables.
//
// What it deliberately lacks: it measures nothing and judges nothing. Its
// figures are those of [lab.Result], rounded for people; CSV and JSON keep all
// digits.
package report

import (
	"io"
	"iter"

	"stones/lab"
)

// A Writer writes the results of a document to w in one format. The formats for
// programs ignore the view. Its errors are those of w.
type Writer func(w io.Writer, doc lab.Document, v View) error

// Formats holds every format by the name that --format takes.
var Formats = map[string]Writer{
	"table":    Table,
	"markdown": Markdown,
	"csv":      CSV,
	"bench":    Bench,
	"json":     JSON,
}

// A Stream writes results by a program of one version in one format, without holding
// them. It may read them several times. Its errors are those of w and of results.
type Stream func(w io.Writer, version string, results iter.Seq2[lab.Result, error], v View) error

// Document writes the results of a document; it is a [Writer].
func (s Stream) Document(w io.Writer, doc lab.Document, v View) error {
	return s(w, doc.Version, func(yield func(lab.Result, error) bool) {
		for _, r := range doc.Results {
			if !yield(r, nil) {
				return
			}
		}
	}, v)
}

// Streamed holds the formats that can be written one result at a time.
var Streamed = map[string]Stream{
	"csv": func(w io.Writer, version string, results iter.Seq2[lab.Result, error], _ View) error {
		return writeCSV(w, version, results, false)
	},
	"json": func(w io.Writer, version string, results iter.Seq2[lab.Result, error], _ View) error {
		return writeJSON(w, version, results, false)
	},
}
