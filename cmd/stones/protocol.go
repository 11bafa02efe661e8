package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"stones/lab/prose"
	"stones/lab/protocol"
)

// newProtocol returns the command that lists the protocols that --with can throw with.
func (p program) newProtocol() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "protocol [name]",
		Short: "List the protocols to throw with beside TCP and UDP",
		Long: `List the protocols that --with throws with beside TCP and UDP, or explain one.

They are built over datagrams, on the same road: each in a file of its own below
lab/protocol, made to be read.`,
		Example: `  stones protocol                             all of them
  stones protocol go-back-n                   what it does, and its words
  stones throw --with "go-back-n window=16"   throw with it`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return protocols(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := spokenOf(args)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(p.stdout, text); err != nil && !errors.Is(err, syscall.EPIPE) {
				return &failure{exitUnfinished, fmt.Errorf("write the list: %w", err)}
			}
			return nil
		},
	}
	return cmd
}

// protocols are the names of the protocols that there are.
func protocols() []string {
	var names []string
	for _, b := range protocol.BuiltIns() {
		names = append(names, b.Name)
	}
	return names
}

// spokenOf is what is to be said of a protocol, or of all.
func spokenOf(args []string) (string, error) {
	var b strings.Builder
	if len(args) == 0 {
		for _, one := range protocol.BuiltIns() {
			fmt.Fprintf(&b, "%-18s%s\n%18s--with %q\n", one.Name, one.Short, "", one.Name+" "+one.Words)
		}
		b.WriteString("\nstones throw --with throws with them; stones explain --with tells how the lab sees it.\n")
		return b.String(), nil
	}
	one, ok := protocol.Find(args[0])
	if !ok {
		what := fmt.Sprintf("%s: no protocol has this name", prose.Quote(args[0]))
		if near := prose.Alike(args[0], protocols()); len(near) > 0 {
			what += "; did you mean " + strings.Join(near, ", ") + "?"
		}
		return "", errors.New(what + " (stones protocol lists all)")
	}
	for i, paragraph := range one.About() {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(strings.Join(prose.Wrap(paragraph, 80, "", ""), "\n") + "\n")
	}
	fmt.Fprintf(&b, "\nwords: %s\nsource: lab/protocol/%s\n", one.Words, one.File)
	return b.String(), nil
}
