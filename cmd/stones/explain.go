package main

import (
	"errors"
	"fmt"
	"go/doc/comment"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab/prose"
	"stones/lab/protocol"
	"stones/lab/report/glossary"
)

// newExplain returns the command that explains names.
func (p program) newExplain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [name]",
		Short: "Explain a figure, a mark, a flag, a warning or a word",
		Long: `Explain what a name in the table, a flag, a warning or a word of the field means:
its definition and unit, where that comes from, and an example worked with numbers.

Without a name, all names are listed.`,
		Example: `  stones explain                              all names
  stones explain held up                      a row of the table
  stones explain --loss                       a flag
  stones explain '~'                          a mark
  stones explain udp-fragments                a warning
  stones explain RTT                          a word
  stones explain own-protocol                 how to write a protocol of your own`,
		Args:               cobra.ArbitraryArgs,
		DisableFlagParsing: true, // a flag is a name here
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := explain(cmd, args)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(p.stdout, text); err != nil && !errors.Is(err, syscall.EPIPE) {
				return &failure{exitUnfinished, fmt.Errorf("write the explanation: %w", err)}
			}
			return nil
		},
	}
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(onlyOnce)
	return cmd
}

// explain returns the explanation of a name, or the list of all names.
func explain(cmd *cobra.Command, args []string) (string, error) {
	if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
		return "", cmd.Help()
	}
	name := strings.Join(args, " ")
	if strings.TrimSpace(name) == "" {
		return listed(), nil
	}
	flags := usesOf(cmd.Root())
	found := glossary.Find(name)
	if len(found) == 0 {
		base := flags[strings.TrimLeft(name, "-")].base
		found = glossary.Find("--" + base)
	}
	if len(found) == 0 {
		what := fmt.Sprintf("%s: nothing has this name", prose.Quote(name))
		if near := prose.Alike(strings.ReplaceAll(strings.TrimLeft(name, "-"), " ", "-"), append(names(), others()...)); len(near) > 0 {
			what += "; did you mean " + strings.Join(near, ", ") + "?"
		}
		return "", errors.New(what + " (stones explain lists all)")
	}
	var b strings.Builder
	for i, e := range found {
		if i > 0 {
			b.WriteString("\n")
		}
		entry(&b, e, flags)
		if e.Key == "own-protocol" {
			b.WriteString("\n" + ownPage())
		}
	}
	return b.String(), nil
}

// ownPage is the page on how to write a protocol of one's own.
func ownPage() string {
	parser := comment.Parser{LookupSym: func(string, string) bool { return true }}
	printer := comment.Printer{TextCodePrefix: "  ", TextWidth: 79}
	_, page, _ := strings.Cut(protocol.Page(), "\n\n") // the entry of the glossary replaces the first paragraph
	return string(printer.Text(parser.Parse(page)))
}

// entry writes one entry of the glossary.
func entry(b *strings.Builder, e glossary.Entry, flags map[string]flagUse) {
	switch e.Kind {
	case glossary.Figure:
		b.WriteString(e.Short + "\n")
		fold(b, fmt.Sprintf("a figure of the result; %s in csv", e.Key))
	case glossary.Mark:
		b.WriteString(e.Key + "\n")
		fold(b, "a mark, with the footnote: "+e.Short)
	case glossary.Flag:
		use := flags[e.Key]
		value, usage := pflag.UnquoteUsage(&pflag.Flag{Name: e.Key, Usage: e.Short, Value: new(unset)})
		b.WriteString(strings.TrimSpace("--"+e.Key+" "+value) + "\n")
		fold(b, "a flag of "+strings.Join(use.commands, ", ")+": "+usage)
		if len(use.variants) > 0 {
			fold(b, "also "+strings.Join(use.variants, " and "))
		}
	case glossary.Warning:
		b.WriteString(e.Key + "\n")
		fold(b, "a warning: "+e.Short)
	case glossary.Word:
		b.WriteString(e.Key + "\n")
		fold(b, e.Short)
		if len(e.Also) > 0 {
			fold(b, "also: "+strings.Join(e.Also, ", "))
		}
	}
	for _, paragraph := range append(slices.Clone(e.Text), "Example: "+e.Example) {
		b.WriteString("\n")
		fold(b, paragraph)
	}
	b.WriteString("\n")
	fold(b, "unit: "+e.Unit)
	fold(b, "source: "+e.Source)
}

// unset is the value of a flag that is never set.
type unset struct{ pflag.Value }

func (*unset) Type() string   { return "" }
func (*unset) String() string { return "" }

// listed lists all names, in groups.
func listed() string {
	var b strings.Builder
	for _, group := range []struct {
		kind  glossary.Kind
		title string
	}{
		{glossary.Figure, "The figures: rows of the table, columns of csv"},
		{glossary.Mark, "The marks in and under the table"},
		{glossary.Flag, "The flags"},
		{glossary.Warning, "The warnings"},
		{glossary.Word, "Words"},
	} {
		var list []string
		for _, e := range glossary.All() {
			if e.Kind == group.kind {
				list = append(list, e.Name())
			}
		}
		b.WriteString(group.title + ":\n")
		fold(&b, strings.Join(list, ", "))
		b.WriteString("\n")
	}
	b.WriteString("stones explain NAME explains one of them.\n")
	return b.String()
}

// names returns all names that can be explained.
func names() []string {
	var list []string
	for _, e := range glossary.All() {
		list = append(list, e.Name())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// others returns the other words for the names.
func others() []string {
	var list []string
	for _, e := range glossary.All() {
		list = append(list, e.Also...)
	}
	return list
}

// fold writes a paragraph, indented, in lines that fit a terminal.
func fold(b *strings.Builder, text string) {
	for _, line := range prose.Wrap(text, 79, "  ", "  ") {
		b.WriteString(line + "\n")
	}
}

// A flagUse says where a flag is used.
type flagUse struct {
	base     string   // the flag that explains it: that of --loss-back is loss
	varies   string   // how it differs from that
	commands []string // that have it
	variants []string // of it: for one transport, or for the way back
}

// usesOf returns the flags of all commands below root.
func usesOf(root *cobra.Command) map[string]flagUse {
	uses := make(map[string]flagUse)
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			use := uses[f.Name]
			use.base, use.varies = baseOf(f)
			use.commands = append(use.commands, cmd.CommandPath())
			uses[f.Name] = use
		})
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	for name, use := range uses {
		if use.varies == "" {
			continue
		}
		whole := uses[use.base]
		whole.variants = append(whole.variants, "--"+name)
		uses[use.base] = whole
	}
	for _, use := range uses {
		slices.Sort(use.variants)
	}
	return uses
}
