package main

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"
)

// scale is how to run a sweep on several computers, as a text and snippets.
//
//go:embed scale.txt
var scale []byte

// newScale returns the topic that tells it. It is no command: it only explains.
func newScale() *cobra.Command {
	return &cobra.Command{
		Use:   "scale",
		Short: "How to run a long sweep on several processors or computers",
		Long:  scaleText(),
		// A topic is shown by help, without flags.
	}
}

// scaleText is the text with the snippets, each under its title.
func scaleText() string {
	a := txtar.Parse(scale)
	var b strings.Builder
	_, _ = b.Write(a.Comment)
	for _, f := range a.Files {
		fmt.Fprintf(&b, "\n%s:\n\n", f.Name)
		for line := range strings.Lines(string(f.Data)) {
			_, _ = io.WriteString(&b, "  "+line)
		}
	}
	return strings.TrimSpace(b.String())
}
