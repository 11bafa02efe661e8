package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/lesson"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
)

// A course is the command that runs lessons.
type course struct {
	program
	cmd *cobra.Command

	predict   string // the prediction; empty means to ask for it
	noPredict bool
	save      string // file for the answers
	all       bool   // show every row
	start     string // the name of a lesson to write

	settings knob.Settings // on top of the lesson's
	turn     int           // the number of the command in the section knob to run; 0 means none
}

// maxTurns is the largest number of commands that a lesson may suggest.
const maxTurns = 1000

// newLesson returns the command.
func (p program) newLesson() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lesson [NAME|NUMBER|FILE]",
		Short: "Predict, throw, compare and understand",
		Long: `List the lessons, or run one: a story, a question, your prediction, the throw,
and why it came so. The number of a lesson or the beginning of its name will do. A
name with a slash or with .txtar at its end is the file of a lesson of your own.

What shapes an experiment of stones throw can be turned on top of a lesson, several
values of it as well: stones throw --help lists the flags.`,
		Example: `  stones lesson                                  all of them, in teaching order
  stones lesson first-stone                      one, which asks what you predict
  stones lesson 1 --predict 50                   the same without being asked
  stones lesson 1 --predict 50 --save mine.json  keep what you said and what came
  stones lesson --save mine.json                 all of them, with what you said
  stones lesson 1 --knob 1                       what to see next, as the lesson says
  stones lesson rain --seed 7                    in another rain
  stones lesson rain --loss 1%,10%               in lighter and heavier rain
  stones lesson --new my-lesson                  write a lesson to begin with
  stones lesson my-lesson.txtar                  run it`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("%s: unexpected word; one lesson at a time", prose.Quote(args[1]))
			}
			return nil
		},
	}
	c := &course{program: p, cmd: cmd}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&c.predict, "predict", "", usage("predict"))
	flags.BoolVar(&c.noPredict, "no-predict", false, usage("no-predict"))
	flags.BoolVar(&c.all, "all", false, usage("all"))
	flags.StringVar(&c.save, "save", "", usage("save"))
	plain(flags, "knob", "", knob.Whole(1, maxTurns), &c.turn)
	for _, k := range knob.All() {
		if k.Group != knob.Far && k.Group != knob.Kept {
			addKnob(flags, k, &c.settings)
			flags.Lookup(k.Word).Hidden = k.Word != "seed"
		}
	}
	flags.StringVar(&c.start, "new", "", usage("new"))
	cmd.InitDefaultHelpFlag()
	flags.VisitAll(onlyOnce)
	cmd.ValidArgsFunction = c.complete
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return c.do(cmd.Context(), args) }
	return cmd
}

// complete offers the names of the lessons; files come from the shell itself.
func (c *course) complete(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	lessons, err := lesson.All(c.check)
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, l := range lessons {
		names = append(names, cobra.CompletionWithDesc(l.Name, l.Title))
	}
	return names, cobra.ShellCompDirectiveDefault
}

// do does what the flags ask for.
func (c *course) do(ctx context.Context, args []string) error {
	if err := c.contradiction(args); err != nil {
		return err
	}
	if c.cmd.Flags().Changed("new") {
		return c.begin()
	}
	if len(args) == 0 {
		lessons, err := lesson.All(c.check)
		if err != nil {
			return err
		}
		record, err := c.record()
		if err != nil {
			return err
		}
		return c.print(lesson.List(lessons, record))
	}
	l, own, err := c.find(args[0])
	if err != nil {
		return err
	}
	if c.turn > 0 {
		return c.suggested(ctx, l)
	}
	path := c.settings.Path()
	if path != lab.Sim && path != lab.Netns {
		return &quantity.InvalidError{Word: "path", Value: path, Why: "a lesson needs an emulated road; allowed sim, netns"}
	}
	es, err := l.With(&c.settings).Experiments(1)
	if err != nil {
		return err
	}
	if len(es) > 1 || path != lab.Sim {
		return c.thrown(ctx, l)
	}
	l.Experiment = es[0]
	return c.teach(ctx, l, own)
}

// contradiction returns an error if two arguments cannot be combined.
func (c *course) contradiction(args []string) error {
	given := c.cmd.Flags().Changed
	if given("predict") && given("no-predict") {
		return errors.New("--predict cannot be combined with --no-predict: choose one")
	}
	asked := []string{"predict", "no-predict", "save", "knob"}
	for _, k := range c.settings.Turned() {
		asked = append(asked, k.Word)
	}
	for _, name := range asked {
		switch {
		case given(name) && given("new"):
			return fmt.Errorf("--new cannot be combined with --%s: nothing is run", name)
		case given(name) && len(args) == 0 && name != "save":
			return fmt.Errorf("--%s: the lesson is missing; %q lists them", name, "stones lesson")
		}
	}
	for _, name := range []string{"predict", "no-predict", "save"} {
		if given(name) && given("knob") {
			return &knob.ConflictError{One: "--knob", Other: "--" + name, Why: "the lesson asks about its own experiment"}
		}
	}
	if given("new") && len(args) > 0 {
		return fmt.Errorf("%s: unexpected word; --new takes the name", prose.Quote(args[0]))
	}
	return nil
}

// begin writes a lesson to start from. It never overwrites a file.
func (c *course) begin() error {
	name := strings.TrimSuffix(c.start, lesson.Ending)
	if err := lesson.CheckName(name); err != nil {
		return &quantity.InvalidError{Word: "new", Value: c.start, Why: err.Error()}
	}
	file := name + lesson.Ending
	if err := beginWith(c.start, file, lesson.Start()); err != nil {
		return err
	}
	return c.print(fmt.Sprintf("%s is written. Change it, and run it: stones lesson %s\n", file, file))
}

// find returns the lesson of that name, or the one in the file. own reports whether it
// is from a file.
func (c *course) find(name string) (l *lesson.Lesson, own bool, err error) {
	if !strings.HasSuffix(name, lesson.Ending) && !strings.ContainsAny(name, `/`+string(filepath.Separator)) {
		l, err = lesson.Find(name, c.check)
		return l, false, err
	}
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a file")
	}
	if err != nil {
		return nil, true, fmt.Errorf("%s: %s", prose.Quote(name), reason(err))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, true, fmt.Errorf("%s: %s", prose.Quote(name), reason(err))
	}
	defer f.Close()
	l, err = lesson.Parse(name, f, c.check)
	return l, true, err
}

// teach walks through a lesson.
func (c *course) teach(ctx context.Context, l *lesson.Lesson, own bool) error {
	var predicted *float64
	if c.cmd.Flags().Changed("predict") {
		v, err := l.Answer.Predict(c.predict)
		if err != nil {
			return &quantity.InvalidError{Word: "predict", Value: c.predict, Why: err.Error()}
		}
		predicted = &v
	}
	record, err := c.record()
	if err != nil {
		return err
	}
	if err := c.print(l.Opening()); err != nil {
		return err
	}
	if c.dialogue && predicted == nil && !c.noPredict {
		predicted = c.ask(l)
	}

	results, err := c.run(ctx, []lab.Experiment{l.Experiment}, func(int) {})
	if len(results) == 0 {
		return outcome(nil, err)
	}
	table, failed := l.Print(results[0], c.view())
	if failed != nil {
		return failed
	}
	o := l.Outcome(predicted, results[0])
	if c.another() {
		o.Turned = c.how()
	}
	switch {
	case err != nil:
	case o.Turned != "":
		table += l.Turned(o, o.Turned)
	default:
		table += l.Closing(o)
	}
	if failed := c.print(table); failed != nil {
		return failed
	}
	var doubts []error
	if own && err == nil && c.how() == "" {
		doubts = l.Doubts(results[0])
	}
	if err == nil && c.save != "" {
		record.Answers = append(record.Answers, o)
		if err := c.keep(record); err != nil {
			return &failure{exitUnfinished, fmt.Errorf("--save %s: %s", prose.Quote(c.save), reason(err))}
		}
	}
	if last := len(doubts) - 1; last >= 0 {
		for _, doubt := range doubts[:last] {
			fmt.Fprintln(c.stderr, "stones: "+message(doubt))
		}
		return &failure{exitUnfinished, doubts[last]}
	}
	return outcome(asExpected(l, results), err)
}

// view is how the table is shown.
func (c *course) view() report.View {
	v := c.page
	v.All = c.all
	return v
}

// asExpected leaves out the flows that are not complete if that is the lesson.
func asExpected(l *lesson.Lesson, results []lab.Result) []lab.Result {
	results = slices.Clone(results)
	for i, r := range results {
		results[i].Flows = slices.DeleteFunc(slices.Clone(r.Flows), func(x lab.Outcome) bool {
			return x.Broken == "" && l.Partial(x.Transport)
		})
	}
	return results
}

// ask asks for the prediction until it is a number, or two answers are empty: one may
// be a key that was pressed too early.
func (c *course) ask(l *lesson.Lesson) *float64 {
	in := bufio.NewScanner(c.stdin)
	for nothing := 0; ; {
		fmt.Fprint(c.stdout, l.Prompt())
		more := in.Scan()
		if more && strings.TrimSpace(in.Text()) == "" && nothing == 0 {
			nothing++
			fmt.Fprint(c.stdout, lesson.Nothing)
			continue
		}
		if !more || strings.TrimSpace(in.Text()) == "" {
			fmt.Fprintln(c.stdout)
			return nil
		}
		v, err := l.Answer.Predict(in.Text())
		if err == nil {
			fmt.Fprintln(c.stdout)
			return &v
		}
		fmt.Fprint(c.stdout, l.Again(err))
	}
}

// print writes text for the reader. A reader who is gone is not an error.
func (c *course) print(text string) error {
	if _, err := io.WriteString(c.stdout, text); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &failure{exitUnfinished, fmt.Errorf("write the lesson: %w", err)}
	}
	return nil
}

// check returns an error if the words are not valid for the command throw, or not in a
// lesson.
func (p program) check(args []string) error {
	cmd, t := p.newThrow()
	(&cobra.Command{Use: "stones"}).AddCommand(cmd)
	err := oneDash(cmd, args)
	if err == nil {
		err = t.meant(cmd, args)
	}
	if err != nil {
		return errors.New(message(err))
	}
	return noWords(cmd, cmd.Flags().Args())
}

// meant returns an error if the flags of cmd do not make valid experiments, or are not
// fit for students to copy.
func (t *throw) meant(cmd *cobra.Command, args []string) error {
	if err := cmd.ParseFlags(args); err != nil {
		return flagError(cmd, err)
	}
	for _, name := range []string{"experiment", "out", "pcap", "resume", "force", "json"} {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s: not in a lesson, which students copy from", name)
		}
	}
	if err := t.carry(); err != nil {
		return err
	}
	if err := t.contradiction(); err != nil {
		return err
	}
	_, err := t.settings.Experiments(t.runs)
	return err
}
