package main

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/lesson"
	"stones/lab/protocol"
	"stones/lab/quantity"
	"stones/lab/report"
)

// A grading is the command that grades a protocol by a sheet.
type grading struct {
	program
	flags *pflag.FlagSet

	with   string
	seed   uint64
	runs   int
	format string
	begin  string // the name of a sheet to write
}

// gradeFormats are the formats of grades.
var gradeFormats = []string{"table", "json", "gradescope", "junit"}

// newGrade returns the command.
func (p program) newGrade() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "grade [SHEET]",
		Short: "Hold a protocol of one's own to a sheet of tasks",
		Long: `Hold a protocol of one's own to a sheet: each task is an experiment and what must
come of it, and its points are given for all of that, in every run. A protocol
that does not come to its end has no points, unless the task speaks of that.
Without a sheet it lists those that are built in; a name with a slash or with
.txtar at its end is the file of one.

A sheet's own seeds are for practice; --seed takes other roads. What a task says of
a mean or a median is taken over ten seeds at least. Grading is no fence: run
strangers' programs in a container.`,
		Example: `  stones grade                                       the sheets that there are
  stones grade reliable --with ./mine.py             hold a program to one
  stones grade pipelined --with "go-back-n window=8"
  stones grade reliable --with ./mine.py --seed 4711 --runs 20
  stones grade reliable --with ./mine.py --format gradescope > results.json
  stones grade --new my-sheet                        write a sheet to begin with`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("%q: unexpected word; one sheet at a time", args[1])
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return lesson.Sheets(), cobra.ShellCompDirectiveDefault
		},
	}
	g := &grading{program: p, flags: cmd.Flags(), runs: 1, format: gradeFormats[0]}
	g.flags.SortFlags = false
	plain(g.flags, "with", "", knob.Word(), &g.with)
	plain(g.flags, "seed", "", knob.Seed(), &g.seed)
	plain(g.flags, "runs", "", knob.Whole(1, 10_000), &g.runs)
	oneFormat(g.flags, gradeFormats, &g.format)
	plain(g.flags, "new", "", knob.Word(), &g.begin)
	p.offer(cmd, "format", gradeFormats)
	cmd.InitDefaultHelpFlag()
	g.flags.VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return g.do(cmd.Context(), args) }
	return cmd
}

// do does what the flags ask for.
func (g *grading) do(ctx context.Context, args []string) error {
	switch {
	case g.begin != "" && (len(args) > 0 || g.flags.NFlag() > 1):
		return errors.New("--new cannot be combined with anything else: it writes a sheet, and grades nothing")
	case g.begin != "":
		return g.write()
	case len(args) == 0 && g.flags.NFlag() > 0:
		return errors.New("which sheet? stones grade lists those that there are")
	case len(args) == 0:
		return g.list()
	}
	sheet, err := g.find(args[0])
	if err != nil {
		return err
	}
	if g.with == "" {
		return &quantity.InvalidError{Word: "with", Value: g.with, Why: "needed: the protocol to be held to the sheet, e.g. ./mine.py"}
	}
	if name, err := protocol.Name(g.with); err != nil {
		return &quantity.InvalidError{Word: "with", Value: g.with, Why: err.Error()}
	} else if name == "" {
		return errors.New("--with names no protocol")
	}
	grades, err := g.grade(ctx, sheet)
	if len(grades) == len(sheet.Tasks) {
		err = cmp.Or(err, g.tell(sheet, grades))
	}
	return err
}

// grade runs the tasks one after the other.
func (g *grading) grade(ctx context.Context, sheet *lesson.Sheet) ([]lesson.Grade, error) {
	var grades []lesson.Grade
	for i := range sheet.Tasks {
		task := &sheet.Tasks[i]
		var es []lab.Experiment
		for run := range max(g.runs, task.Runs()) {
			e, err := task.Experiment(g.with, g.seed)
			if err != nil {
				return nil, err
			}
			e.Seed += uint64(run)
			es = append(es, e)
		}
		results, err := g.run(ctx, es, func(int) {})
		switch {
		case errors.Is(err, context.Canceled):
			return nil, &failure{exitInterrupted, fmt.Errorf("interrupted in the task %q; nothing is graded", task.Name)}
		case err != nil || len(results) < len(es):
			return nil, outcome(results, cmp.Or(err, errNothing))
		}
		grades = append(grades, lesson.GradeTask(task, g.with, results))
	}
	return grades, nil
}

// find returns the built-in sheet of that name, or the one in the file.
func (g *grading) find(name string) (*lesson.Sheet, error) {
	if !strings.HasSuffix(name, lesson.Ending) && !strings.ContainsAny(name, `/\`) {
		return lesson.FindSheet(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%q: %s", name, reason(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%q: a folder, not a file", name)
	}
	return lesson.ParseSheet(name, f)
}

// list lists the built-in sheets.
func (g *grading) list() error {
	var b strings.Builder
	for _, name := range lesson.Sheets() {
		s, err := lesson.FindSheet(name)
		if err != nil {
			return err
		}
		points := 0
		for _, t := range s.Tasks {
			points += t.Points
		}
		fmt.Fprintf(&b, "%-11s%s: %d tasks, %d points\n", name, s.Title, len(s.Tasks), points)
	}
	b.WriteString("\nstones grade NAME --with ./mine.py holds a protocol to one.\n")
	_, err := io.WriteString(g.stdout, b.String())
	return err
}

// write writes a sheet to start from.
func (g *grading) write() error {
	file := strings.TrimSuffix(g.begin, lesson.Ending) + lesson.Ending
	if err := beginWith(g.begin, file, lesson.StartSheet()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(g.stdout, "%s is written. Change it, and grade with it: stones grade %s --with ./mine.py\n", file, file)
	return err
}

// tell writes the grades.
func (g *grading) tell(sheet *lesson.Sheet, grades []lesson.Grade) error {
	made := graded(sheet, grades)
	switch g.format {
	case "json":
		return indented(g.stdout, made)
	case "gradescope":
		return indented(g.stdout, made.gradescope())
	case "junit":
		return made.junit(g.stdout)
	}
	return report.Grades(g.stdout, made.rows(), g.page)
}

// indented writes v as JSON.
func indented(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// A marked sheet is the result of grading.
type marked struct {
	Version string       `json:"stones"`
	Sheet   string       `json:"sheet"`
	Points  int          `json:"points"`
	Of      int          `json:"of"`
	Tasks   []markedTask `json:"tasks"`
}

// A markedTask is the result of one task.
type markedTask struct {
	Name   string        `json:"name"`
	Points int           `json:"points"`
	Of     int           `json:"of"`
	Faults []markedFault `json:"faults,omitempty"`
}

// A markedFault is what went wrong in one run, and the command that reproduces it.
type markedFault struct {
	Seed    uint64 `json:"seed"`
	What    string `json:"what"`
	Stone   uint64 `json:"first_wrong_stone,omitempty"`
	Command string `json:"command"`
}

// graded makes the result from the grades of a sheet.
func graded(sheet *lesson.Sheet, grades []lesson.Grade) marked {
	m := marked{Version: version, Sheet: sheet.Title}
	for _, gr := range grades {
		t := markedTask{Name: gr.Task.Name, Points: gr.Points, Of: gr.Task.Points}
		for _, f := range gr.Faults {
			t.Faults = append(t.Faults, markedFault{f.Seed, f.What, f.Stone, commandOf(f.Flags)})
		}
		m.Points += t.Points
		m.Of += t.Of
		m.Tasks = append(m.Tasks, t)
	}
	return m
}

// commandOf is the command line with the flags, quoted for a shell.
func commandOf(flags []string) string {
	words := []string{"stones", "throw"}
	for _, f := range flags {
		if strings.ContainsAny(f, " '\"$`\\|&;<>()*?[]#~!") || f == "" {
			f = "'" + strings.ReplaceAll(f, "'", `'\''`) + "'"
		}
		words = append(words, f)
	}
	return strings.Join(words, " ")
}

// text says how a task went.
func (t markedTask) text() string {
	if len(t.Faults) == 0 {
		return "all as it must be"
	}
	f := t.Faults[0]
	text := f.What
	if f.Stone > 0 {
		text += fmt.Sprintf("; the first stone that went wrong is %d", f.Stone)
	}
	if len(t.Faults) > 1 {
		text += fmt.Sprintf("; and %d more runs like this", len(t.Faults)-1)
	}
	return text
}

// rows makes the table's content.
func (m marked) rows() report.GradeSheet {
	g := report.GradeSheet{Title: m.Sheet, Points: m.Points, Of: m.Of}
	for _, t := range m.Tasks {
		row := report.GradeRow{Task: t.Name, Points: t.Points, Of: t.Of}
		if len(t.Faults) > 0 {
			row.What, row.Command = t.text(), t.Faults[0].Command
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// gradescope is the results.json of Gradescope's autograder.
func (m marked) gradescope() any {
	type test struct {
		Name   string  `json:"name"`
		Score  float64 `json:"score"`
		Max    float64 `json:"max_score"`
		Output string  `json:"output"`
	}
	type place struct {
		Name  string  `json:"name"`
		Value float64 `json:"value"`
	}
	var tests []test
	for _, t := range m.Tasks {
		output := t.text()
		if len(t.Faults) > 0 {
			output += "\n" + t.Faults[0].Command
		}
		tests = append(tests, test{t.Name, float64(t.Points), float64(t.Of), output})
	}
	return struct {
		Score       float64 `json:"score"`
		Output      string  `json:"output"`
		Tests       []test  `json:"tests"`
		Leaderboard []place `json:"leaderboard"`
	}{float64(m.Points), m.Sheet, tests, []place{{"points", float64(m.Points)}}}
}

// junit writes JUnit XML, which CI systems read.
func (m marked) junit(w io.Writer) error {
	type fault struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type test struct {
		Name    string `xml:"name,attr"`
		Class   string `xml:"classname,attr"`
		Failure *fault `xml:"failure"`
	}
	type suite struct {
		XMLName  xml.Name `xml:"testsuite"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Cases    []test   `xml:"testcase"`
	}
	s := suite{Name: m.Sheet, Tests: len(m.Tasks)}
	for _, t := range m.Tasks {
		one := test{Name: t.Name, Class: "stones"}
		if len(t.Faults) > 0 {
			s.Failures++
			one.Failure = &fault{t.text(), t.Faults[0].Command}
		}
		s.Cases = append(s.Cases, one)
	}
	out := xml.NewEncoder(w)
	out.Indent("", "  ")
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	if err := out.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
