package main

import (
	_ "embed"

	"github.com/spf13/cobra"
)

// scale is a text, with snippets, on how to run a sweep on several computers.
//
//go:embed scale.txt
var scale []byte

func newScale() *cobra.Command {
	return newTopic("scale", "How to run a long sweep on several processors or computers", scale)
}
