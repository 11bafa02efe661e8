package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab/report/glossary"
)

// Every flag of every command is explained, and its help text is the short form of the
// explanation. Nothing is explained that is not a flag.
func TestFlagsAreInGlossary(t *testing.T) {
	root := program{}.newRoot()
	uses := usesOf(root)
	for name, use := range uses {
		if glossary.Short(glossary.Flag, use.base) == "" {
			t.Errorf("--%s, a flag of %v, is not in the glossary", name, use.commands)
		}
	}
	for _, e := range glossary.All() {
		if _, ok := uses[e.Key]; e.Kind == glossary.Flag && !ok {
			t.Errorf("the glossary explains --%s, which is no flag", e.Key)
		}
	}
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			base, variant := baseOf(f)
			if f.Name == "format" {
				variant = strings.TrimPrefix(f.Usage, usage(base)) // the names of the formats, which TestHelpNamesChoices checks
			}
			if want := usage(base) + variant; f.Name != "help" && f.Usage != want {
				t.Errorf("%s --help says of --%s\n%s\nthe glossary\n%s", cmd.CommandPath(), f.Name, f.Usage, want)
			}
		})
	}
}

// Every name that is listed, and every flag, is explained in lines that fit.
func TestExplainAll(t *testing.T) {
	t.Parallel()
	root := program{}.newRoot()
	cmd, _, _ := root.Find([]string{"explain"})
	all := append(names(), "")
	for name := range maps.Keys(usesOf(root)) {
		all = append(all, "--"+name)
	}
	for _, name := range all {
		if name == "--help" { // which is for the command itself
			continue
		}
		text, err := explain(cmd, strings.Split(name, " "))
		if err != nil || text == "" {
			t.Errorf("explain %s: %q, %v", name, text, err)
		}
		for line := range strings.Lines(text) {
			if len([]rune(line)) > 81 || strings.Contains(line, "`") {
				t.Errorf("explain %s: %q", name, line)
			}
		}
	}
}

// The variants of a flag belong to it.
func TestUses(t *testing.T) {
	uses := usesOf(program{}.newRoot())
	for name, want := range map[string]string{"loss-back": "loss", "tcp-rate": "rate", "udp-time": "time", "loss": "loss", "drop-packets-back": "drop-packets"} {
		if got := uses[name].base; got != want {
			t.Errorf("--%s is explained as --%s, want --%s", name, got, want)
		}
	}
	if got, want := uses["rate"].variants, []string{"--tcp-rate", "--udp-rate"}; !slices.Equal(got, want) {
		t.Errorf("variants of --rate: %v, want %v", got, want)
	}
}

// A flag without an explanation has no help text.
func TestNoUsage(t *testing.T) {
	for _, name := range []string{"nonsense", "nonsense-back", "tcp-nonsense"} {
		if got := usage(name); got != "" {
			t.Errorf("usage(%q) = %q", name, got)
		}
	}
}

// If a flag takes one of a few words, which the shell offers, --help names all of them,
// and each of them is valid.
func TestHelpNamesChoices(t *testing.T) {
	const few = 12
	named := map[string]bool{}
	shell := program{args: []string{cobra.ShellCompRequestCmd}}
	for _, cmd := range shell.newRoot().Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			offers, ok := cmd.GetFlagCompletionFunc(f.Name)
			if !ok {
				return
			}
			words, _ := offers(cmd, nil, "")
			if len(words) > few {
				return
			}
			named[cmd.Name()+" --"+f.Name] = true
			said := strings.FieldsFunc(f.Usage, func(r rune) bool { return strings.ContainsRune(" ,:;`()", r) })
			for _, word := range words {
				if !slices.Contains(said, word) {
					t.Errorf("%s --help says of --%s %q; %s is not named", cmd.CommandPath(), f.Name, f.Usage, word)
				}
				fresh, _, _ := program{}.newRoot().Find([]string{cmd.Name()})
				if err := fresh.Flags().Set(f.Name, word); err != nil {
					t.Errorf("%s --%s %s: %v", cmd.CommandPath(), f.Name, word, err)
				}
			}
		})
	}
	for _, flag := range []string{"throw --format", "report --format", "grade --format", "report --rows", "throw --picture", "throw --theme", "throw --path"} {
		if !named[flag] {
			t.Errorf("of %s no words are offered", flag)
		}
	}
}
