package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/report"
)

// A program is the process as the command line sees it.
type program struct {
	args           []string // without the program's name
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stderr is a terminal
	dialogue       bool // stdin and stdout are terminals
	display        bool // stdout is a terminal

	page report.View // for stdout; that of a file if it is not a terminal

	// run runs experiments of one path, and calls done after each that has finished. If
	// it is interrupted, the error wraps [context.Canceled] and the results are those
	// so far.
	run func(ctx context.Context, es []lab.Experiment, done func(finished int)) ([]lab.Result, error)
}

// Exit codes. Every error of the input is 2.
const (
	exitUnfinished  = 1
	exitInput       = 2
	exitRefused     = 3
	exitBroken      = 4
	exitInterrupted = 130
)

// A failure is an error that is not one of the input.
type failure struct {
	code int
	err  error // nil if it has been reported already
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// exec runs the command line and returns the exit code.
func (p program) exec(ctx context.Context, args []string) int {
	p.args = args
	root := p.newRoot()
	root.SetArgs(args)
	err := oneDash(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		return 0
	}
	f := new(failure)
	failed := errors.As(err, &f)
	if !failed || f.err != nil {
		fmt.Fprintln(p.stderr, "stones: "+message(err))
	}
	if failed {
		return f.code
	}
	return exitInput
}

// newRoot returns the command line. It is not kept anywhere else.
func (p program) newRoot() *cobra.Command {
	terms := false // print the licence texts
	root := &cobra.Command{
		Use:   "stones",
		Short: "Throw the same stones over TCP and over UDP, and see what arrives",
		Long: `Stones throws the same numbered stones over TCP and over UDP along the same
path, and shows side by side what was delivered, lost, reordered, duplicated
and late.`,
		Example: `  stones throw                          the two over a path with some loss
  stones throw --loss 0%,1%,5%          what loss does to them
  stones throw --rate 200,500,2000      what a slow link does to a fast thrower
  stones throw --help                   all the knobs
  stones catch                          let other programs throw at this computer
  stones hello 192.0.2.7                greet the computer that catches there
  stones lesson                         lessons: predict, throw, understand`,
		Version:                    version,
		Args:                       noWords,
		SuggestionsMinimumDistance: 2,

		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !terms {
				return cmd.Help()
			}
			_, err := io.WriteString(p.stdout, licenses)
			return err
		},
	}
	plain(root.Flags(), "licenses", "", knob.Toggle(), &terms)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	info, _ := debug.ReadBuildInfo()
	root.SetVersionTemplate(versionText(info))
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	throw, _ := p.newThrow()
	root.AddCommand(throw, p.newCatch(), p.newHello(), p.newLesson(), p.newCrosscheck(), p.newReport(), p.newProtocol(), p.newGrade(), p.newWire(), p.newPage(), p.newExplain(), newScale(), newData())
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	root.Flags().VisitAll(onlyOnce)
	root.InitDefaultCompletionCmd()
	completion, _, _ := root.Find([]string{"completion"})
	completion.Args = knownShell
	completion.Run = func(cmd *cobra.Command, _ []string) { _ = cmd.Help() }
	bash, _, _ := completion.Find([]string{"bash"})
	script := bash.RunE
	bash.RunE = func(cmd *cobra.Command, args []string) error {
		if _, err := io.WriteString(p.stdout, bareBash); err != nil {
			return err
		}
		return script(cmd, args)
	}
	return root
}

// bareBash is what the completion needs of the package bash-completion where that is
// missing.
const bareBash = `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref()
{
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=${words[cword]} prev=${words[cword-1]}
}

`

// knownShell rejects arguments that are not commands below cmd.
func knownShell(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, shell := range cmd.Commands() {
		names = append(names, shell.Name())
	}
	return fmt.Errorf("%s: unknown shell; allowed %s", prose.Quote(args[0]), strings.Join(names, ", "))
}

// newHelp returns the command that explains the others.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Explain a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return noWords(topic, rest)
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}
