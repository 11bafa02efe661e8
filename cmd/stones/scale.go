package main

import (
	_ "embed"

	"github.com/spf13/cobra"
)

// scale is how to run a sweep on several computers, as a text and snippets.
//
//go:embed scale.txt
var scale []byte

func newScale() *cobra.Command {
	return newTopic("scale", "How to run a long sweep on several processors or computers", scale)
}
