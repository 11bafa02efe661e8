package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab/prose"
	"stones/lab/quantity"
)

// message puts an error on one line that is safe to print.
func message(err error) string {
	text := err.Error()
	if invalid := new(quantity.InvalidError); errors.As(err, &invalid) {
		text = fmt.Sprintf("--%s %s: %s", invalid.Word, prose.Quote(invalid.Value), invalid.Why)
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// flagError turns what pflag says of a wrong flag into what we say.
func flagError(cmd *cobra.Command, err error) error {
	var (
		value   *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
		unknown *pflag.NotExistError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &value):
		invalid := &quantity.InvalidError{Value: value.GetValue(), Why: value.Unwrap().Error()}
		errors.As(err, &invalid) // it knows which one of several values
		invalid.Word = value.GetFlag().Name
		return invalid
	case errors.As(err, &missing):
		return fmt.Errorf("--%s: the value is missing", missing.GetFlag().Name)
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: not a flag", prose.Quote(syntax.GetSpecifiedFlag()))
	}
	return err
}

// unknownFlag says which flag was meant.
func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	if words := cmd.Flags().Args(); !cmd.HasParent() && len(words) > 0 {
		return noWords(cmd, words) // what comes first is to be said first
	}
	name := err.GetSpecifiedName()
	if short := err.GetSpecifiedShortnames(); short != "" {
		return fmt.Errorf("%s: unknown flag", prose.Quote("-"+name))
	}
	if name == "key" && cmd.Flags().Lookup("key-file") != nil {
		return errKey
	}
	what := fmt.Sprintf("%s: unknown flag", prose.Quote("--"+name))
	if !cmd.HasParent() {
		if throw, _, _ := cmd.Find([]string{"throw"}); throw.Flags().Lookup(name) != nil {
			return fmt.Errorf("%s; did you mean stones throw --%s?", what, name)
		}
	}
	if near := nearest(cmd.Flags(), name); near != "" {
		what += fmt.Sprintf("; did you mean --%s?", near)
	}
	return errors.New(what)
}

// oneDash refuses -loss, which pflag would read as -l oss.
func oneDash(root *cobra.Command, args []string) error {
	cmd, args, err := root.Find(args)
	if err != nil {
		return nil // it is said elsewhere
	}
	for _, arg := range args {
		if arg == "--" {
			break
		}
		name, dash := strings.CutPrefix(arg, "-")
		name, _, _ = strings.Cut(name, "=")
		if dash && len(name) > 1 && cmd.Flags().Lookup(name) != nil {
			return fmt.Errorf("%s: write --%s, with two dashes", prose.Quote("-"+name), name)
		}
	}
	return nil
}

// nearest returns the name of the flag that is most like the given one, or "".
func nearest(flags *pflag.FlagSet, name string) string {
	var names []string
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := prose.Alike(name, names); len(near) > 0 {
		return near[0]
	}
	return ""
}

// noWords refuses whatever stands on the command line and is no flag.
func noWords(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasParent():
		return fmt.Errorf("%s: unexpected word; %q takes flags only", prose.Quote(args[0]), cmd.CommandPath())
	}
	what := fmt.Sprintf("%s: unknown command", prose.Quote(args[0]))
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		what += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return errors.New(what)
}
