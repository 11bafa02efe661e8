package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"stones/lab"
	"stones/lab/lesson"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
)

// A course is the command that runs lessons.
type course struct {
	program
	cmd *cobra.Command

	predict   string // empty: ask
	noPredict bool
	save      string // file for the answers
	all       bool   // show every row
	start     string // name of a lesson to begin
}

// newLesson returns the command.
func (p program) newLesson() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lesson [NAME|FILE]",
		Short: "Predict, throw, compare and understand",
		Long: `List the lessons, or run one: a story, a question, your prediction, the throw,
and why it came so. A name with a slash or with .txtar at its end is the file of
a lesson of your own.`,
		Example: `  stones lesson                                  all of them, in teaching order
  stones lesson first-stone                      one, which asks what you predict
  stones lesson first-stone --predict 50         the same without being asked
  stones lesson first-stone --save answers.json  keep what you said and what came
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
		return c.print(lesson.List(lessons))
	}
	l, own, err := c.find(args[0])
	if err != nil {
		return err
	}
	return c.teach(ctx, l, own)
}

// contradiction returns an error if two words cannot both be meant.
func (c *course) contradiction(args []string) error {
	given := c.cmd.Flags().Changed
	if given("predict") && given("no-predict") {
		return errors.New("--predict cannot be combined with --no-predict: choose one")
	}
	for _, name := range []string{"predict", "no-predict", "save"} {
		switch {
		case given(name) && given("new"):
			return fmt.Errorf("--new cannot be combined with --%s: nothing is run", name)
		case given(name) && len(args) == 0:
			return fmt.Errorf("--%s: the lesson is missing; %q lists them", name, "stones lesson")
		}
	}
	if given("new") && len(args) > 0 {
		return fmt.Errorf("%s: unexpected word; --new takes the name", prose.Quote(args[0]))
	}
	return nil
}

// begin writes a lesson to begin with, and never over a file that is there.
func (c *course) begin() error {
	name := strings.TrimSuffix(c.start, lesson.Ending)
	if err := lesson.CheckName(name); err != nil {
		return &quantity.InvalidError{Word: "new", Value: c.start, Why: err.Error()}
	}
	file := name + lesson.Ending
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &quantity.InvalidError{Word: "new", Value: c.start, Why: file + " is there already, and is left as it is"}
	}
	if err != nil {
		return &failure{exitUnfinished, err}
	}
	_, err = f.Write(lesson.Start())
	if err = errors.Join(err, f.Close()); err != nil {
		return &failure{exitUnfinished, err}
	}
	return c.print(fmt.Sprintf("%s is written. Change it, and run it: stones lesson %s\n", file, file))
}

// find returns the lesson of that name, or the one in the file, which is
// somebody's own.
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
	if err == nil {
		table += l.Closing(o)
	}
	if failed := c.print(table); failed != nil {
		return failed
	}
	var doubts []error
	if own && err == nil {
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

// asExpected takes the results of transports that come to no end for what they
// are, if that is the lesson.
func asExpected(l *lesson.Lesson, results []lab.Result) []lab.Result {
	results = slices.Clone(results)
	for i, r := range results {
		results[i].Flows = slices.DeleteFunc(slices.Clone(r.Flows), func(x lab.Outcome) bool {
			return x.Broken == "" && l.Partial(x.Transport)
		})
	}
	return results
}

// ask asks for the prediction until it is a number, or nothing twice: a key that was
// pressed too early answers nothing.
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

// record returns the answers that are in the file so far. It refuses a file that
// is something else, so that nothing is written over.
func (c *course) record() (lesson.Record, error) {
	record := lesson.Record{Version: version, Answers: []lesson.Outcome{}}
	if !c.cmd.Flags().Changed("save") {
		return record, nil
	}
	wrong := func(err error) (lesson.Record, error) {
		return record, &quantity.InvalidError{Word: "save", Value: c.save, Why: reason(err)}
	}
	if c.save == "" {
		return wrong(errors.New("the value is empty"))
	}
	f, err := os.Open(c.save)
	if errors.Is(err, fs.ErrNotExist) {
		return record, nil
	}
	if err != nil {
		return wrong(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return wrong(errors.Join(err, errors.New("not a file")))
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20+1))
	if err != nil {
		return wrong(err)
	}
	if record, err = lesson.ParseRecord(data); err != nil {
		return wrong(fmt.Errorf("%w, and is left as it is", err))
	}
	record.Version = version
	return record, nil
}

// keep writes the answers beside the file first, so that what was in it is not
// lost half-way.
func (c *course) keep(record lesson.Record) error {
	data, err := record.Append(nil)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.save), ".stones-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.save)
}

// print writes text for the reader. One who goes away is no reason to complain.
func (c *course) print(text string) error {
	if _, err := io.WriteString(c.stdout, text); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &failure{exitUnfinished, fmt.Errorf("write the lesson: %w", err)}
	}
	return nil
}

// check returns an error if the command throw cannot be given these words, or not
// in a lesson.
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

// meant returns an error if the flags of cmd mean no valid experiments, or are
// not for people to copy.
func (t *throw) meant(cmd *cobra.Command, args []string) error {
	if err := cmd.ParseFlags(args); err != nil {
		return flagError(cmd, err)
	}
	for _, name := range []string{"experiment", "out", "pcap", "force", "json"} {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s: not in a lesson, which students copy from", name)
		}
	}
	if err := t.contradiction(); err != nil {
		return err
	}
	_, err := t.settings.Experiments(t.runs)
	return err
}
