package main

import (
	_ "embed"

	"github.com/spf13/cobra"
)

// readers is a text, with snippets, on how other programs read results.
//
//go:embed data.txt
var readers []byte

func newData() *cobra.Command {
	return newTopic("data", "How pandas, R, DuckDB and others read results", readers)
}
