package main

import (
	_ "embed"

	"github.com/spf13/cobra"
)

// readers is how other programs read what is kept, as a text and snippets.
//
//go:embed data.txt
var readers []byte

func newData() *cobra.Command {
	return newTopic("data", "How pandas, R, DuckDB and others read results", readers)
}
