package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"
)

// newTopic returns a topic of the help, with a text and snippets. It is a command that
// does nothing.
func newTopic(use, short string, text []byte) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Long:  topicText(text),
		// Without Run, cobra lists it as a topic of the help.
	}
}

// topicText is the text followed by the snippets, each under its title.
func topicText(text []byte) string {
	a := txtar.Parse(text)
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
