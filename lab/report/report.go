// Package report writes results for people and for programs.
//
// Each format is a [Writer] with a file of its own. The formats for people show
// the same page: what was thrown, a table, what happened in a sentence for each
// transport, and in what respect the results may mislead. All words that
// people read are in words.go.
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
// programs show all there is in any view. Its errors are those of w.
type Writer func(w io.Writer, doc lab.Document, v View) error

// Formats holds every format by the name that --format takes.
var Formats = map[string]Writer{
	"table":    Table,
	"markdown": Markdown,
	"csv":      CSV,
	"bench":    Bench,
	"json":     JSON,
}

// Streamed holds the formats that can be written a result at a time, as results by a
// program of one version come, with or without theory.
var Streamed = map[string]func(w io.Writer, version string, results iter.Seq2[lab.Result, error], theory bool) error{
	"csv":  streamCSV,
	"json": streamJSON,
}
