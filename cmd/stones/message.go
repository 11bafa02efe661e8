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
	text := sentence(err)
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

// sentence is the text of an error on one line, even if several errors are joined.
func sentence(err error) string {
	if f, ok := err.(*failure); ok { //nolint:errorlint // what stands outside
		return sentence(f.err)
	}
	several, ok := err.(interface{ Unwrap() []error })
	if !ok || errors.Join(several.Unwrap()...).Error() != err.Error() {
		return err.Error()
	}
	var texts []string
	for _, one := range several.Unwrap() {
		texts = append(texts, sentence(one))
	}
	return strings.Join(texts, "; ")
}

// flagError rewords pflag's errors of flags.
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
		errors.As(err, &invalid) // it names the one of several values
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

// unknownFlag is the error of an unknown flag, with the one that may be meant.
func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	if words := cmd.Flags().Args(); !cmd.HasParent() && len(words) > 0 {
		return noWords(cmd, words) // the unknown command comes first
	}
	name := err.GetSpecifiedName()
	cure := instead(name)
	if cure != "" {
		cure = "; " + cure
	}
	if short := err.GetSpecifiedShortnames(); short != "" {
		return fmt.Errorf("%s: unknown flag%s", prose.Quote("-"+name), cure)
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
	if cure != "" {
		return errors.New(what + cure)
	}
	if near := nearest(cmd.Flags(), name); near != "" {
		what += fmt.Sprintf("; did you mean --%s?", near)
	}
	return errors.New(what)
}

// instead says what to type for a letter or a word of iperf3, ping or tc that this
// program does not have, or "".
func instead(word string) string {
	return map[string]string{
		"u":        "both transports throw; for UDP alone, write --only udp",
		"udp":      "both transports throw; for UDP alone, write --only udp",
		"tcp":      "both transports throw; for TCP alone, write --only tcp",
		"c":        "write stones throw --to HOST",
		"client":   "write stones throw --to HOST",
		"s":        "write stones catch",
		"server":   "write stones catch",
		"n":        "write --count: stones, not bytes",
		"bytes":    "write --count: stones, not bytes",
		"k":        "write --count",
		"bitrate":  "write --rate",
		"length":   "write --size",
		"duration": "write --time",
		"latency":  "write --delay",
		"limit":    "write --queue",
		"streams":  "write --parallel",
		"N":        "Nagle is off unless you write --nagle",
		"M":        "write --mtu, for the whole packet",
		"V":        "write --all",
		"verbose":  "write --all",
		"B":        "stones catch takes --listen ADDRESS",
	}[word]
}

// oneDash rejects -loss, which pflag would read as -l oss.
func oneDash(root *cobra.Command, args []string) error {
	cmd, args, err := root.Find(args)
	if err != nil {
		return nil // reported elsewhere
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

// noWords rejects arguments that are not flags.
func noWords(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasParent():
		return fmt.Errorf("%s: unexpected word; %q takes flags only", prose.Quote(args[0]), cmd.CommandPath())
	}
	what := fmt.Sprintf("%s: unknown command", prose.Quote(args[0]))
	if cure := instead(args[0]); cure != "" && len(args[0]) > 1 {
		return errors.New(what + "; " + cure)
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		what += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return errors.New(what)
}
