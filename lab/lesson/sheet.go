package lesson

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"stones/lab"
	"stones/lab/knob"
)

// A Sheet is an exercise for a protocol of one's own: tasks, each an experiment and
// what must come of it.
type Sheet struct {
	File  string
	Title string
	Tasks []Task
}

// A Task is one of a sheet.
type Task struct {
	Name   string
	Points int
	Lines  []string // of the experiment, as in a lesson
	Expect []Expectation

	settings knob.Settings
}

//go:embed sheets/*.txtar
var sheets embed.FS

//go:embed sheet.txtar
var startSheet []byte

// StartSheet is a sheet to begin one's own with.
func StartSheet() []byte { return bytes.Clone(startSheet) }

// Sheets returns the names of those that are built in.
func Sheets() []string {
	files, err := fs.Glob(sheets, "sheets/*"+Ending)
	if err != nil {
		panic(err) // the pattern is wrong
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), Ending)
	}
	return files
}

// FindSheet returns the built-in sheet of that name.
func FindSheet(name string) (*Sheet, error) {
	data, err := sheets.ReadFile("sheets/" + name + Ending)
	if err != nil {
		return nil, errors.New(unknown("sheet", name, Sheets()) + "; allowed " + strings.Join(Sheets(), ", ") + ", and files, which end in " + Ending)
	}
	return ParseSheet(name+Ending, bytes.NewReader(data))
}

// What a sheet may have at most.
const (
	maxTasks  = 100
	maxPoints = 1000
)

// ParseSheet reads a sheet. It reads at most 1 MiB and trusts nothing; whatever is
// wrong with the file is an [Error] with the line.
func ParseSheet(file string, r io.Reader) (*Sheet, error) {
	p := parser{file: file}
	data, err := p.read(r)
	if err != nil {
		return nil, err
	}
	s := &Sheet{File: file}
	archive := txtar.Parse(data)
	at := 1 + bytes.Count(archive.Comment, []byte("\n"))
	var task *Task
	for _, f := range archive.Files {
		p.parts, p.at = map[string][]line{f.Name: lines(at+1, f.Data)}, map[string]int{f.Name: at}
		words := p.words(f.Name)
		wrong := func(format string, args ...any) error { return p.wrong(at, format, args...) }
		switch name, isTask := strings.CutPrefix(f.Name, "task "); {
		case f.Name == "sheet" && s.Title == "" && task == nil:
			if len(words) != 1 {
				return nil, wrong("the section sheet holds the title, in one line")
			}
			s.Title = words[0].text
		case s.Title == "":
			return nil, wrong("begins with the section sheet, which holds the title")
		case isTask:
			if task != nil && len(task.Expect) == 0 {
				return nil, wrong("the task before, %q, has no section expect", task.Name)
			}
			if len(s.Tasks) == maxTasks {
				return nil, wrong("more than %d tasks", maxTasks)
			}
			made, err := newTask(name)
			if err != nil {
				return nil, wrong("%v", err)
			}
			if slices.ContainsFunc(s.Tasks, func(t Task) bool { return t.Name == made.Name }) {
				return nil, wrong("another task is called %q", made.Name)
			}
			s.Tasks = append(s.Tasks, made)
			task = &s.Tasks[len(s.Tasks)-1]
		case task == nil:
			return nil, wrong("%s", unknown("section", f.Name, []string{"task NAME POINTS"}))
		case f.Name == "experiment" && task.Lines == nil:
			if err := p.taskExperiment(task, words); err != nil {
				return nil, err
			}
		case f.Name == "expect" && task.Lines != nil && task.Expect == nil:
			if err := p.taskExpect(task, words); err != nil {
				return nil, err
			}
		case f.Name == "experiment" || f.Name == "expect":
			return nil, wrong("a task has one experiment, and behind it one expect")
		default:
			return nil, wrong("%s", unknown("section", f.Name, []string{"sheet", "task", "experiment", "expect"}))
		}
		at += 1 + bytes.Count(f.Data, []byte("\n"))
	}
	switch {
	case len(s.Tasks) == 0:
		return nil, p.wrong(max(1, at-1), "ends without a task: -- task NAME POINTS --")
	case len(task.Expect) == 0:
		return nil, p.wrong(max(1, at-1), "ends without the section expect of the task %q", task.Name)
	}
	return s, nil
}

// manyRuns is over how many seeds at least a mean or a median is taken.
const manyRuns = 10

// Runs is how many seeds the task needs at least.
func (t *Task) Runs() int {
	if slices.ContainsFunc(t.Expect, Expectation.OfMany) {
		return manyRuns
	}
	return 1
}

// newTask reads a task's name and points.
func newTask(text string) (Task, error) {
	const form = "write -- task NAME POINTS --"
	i := strings.LastIndexByte(text, ' ')
	if i <= 0 {
		return Task{}, errors.New("a task has a name and points; " + form)
	}
	points, err := strconv.Atoi(text[i+1:])
	if err != nil || points < 0 || points > maxPoints {
		return Task{}, fmt.Errorf("points are a whole number up to %d; %s", maxPoints, form)
	}
	return Task{Name: strings.TrimSpace(text[:i]), Points: points}, nil
}

// anyProtocol stands for the one that is graded while a sheet is read.
const anyProtocol = "stop-and-wait name=" + lab.Own

// taskExperiment reads the settings of a task.
func (p *parser) taskExperiment(t *Task, given []line) error {
	if len(given) > maxFlags {
		return p.wrong(given[maxFlags].number, "more than %d lines of experiment", maxFlags)
	}
	t.Lines = []string{}
	for _, text := range given {
		if word, _, _ := strings.Cut(text.text, " "); word == "with" {
			return p.wrong(text.number, "with: not in a sheet, which is held against any protocol")
		}
		if err := set(&t.settings, text.text); err != nil {
			return p.wrong(text.number, "%s", plain(err))
		}
		t.Lines = append(t.Lines, text.text)
	}
	if _, err := t.Experiment(anyProtocol, 0); err != nil {
		return p.wrong(p.at["experiment"], "%s", plain(err))
	}
	return nil
}

// taskExpect reads what must come of a task.
func (p *parser) taskExpect(t *Task, given []line) error {
	e, err := t.Experiment(anyProtocol, 0)
	if err != nil {
		return p.wrong(p.at["expect"], "%s", plain(err))
	}
	for _, text := range given {
		x, err := parseExpectation(text.text)
		if err == nil {
			err = thrown(x.Figure, e)
		}
		if err != nil {
			return p.wrong(text.number, "%v", err)
		}
		x.Line = text.number
		t.Expect = append(t.Expect, x)
	}
	if len(t.Expect) == 0 {
		return p.wrong(p.at["expect"], "the section expect is empty; %s", expectForm)
	}
	complete := Expectation{Figure: Figure{Transport: lab.Own, Name: "complete"}, Least: 1, Most: 1}
	if !slices.ContainsFunc(t.Expect, func(x Expectation) bool { return x.Figure == complete.Figure }) {
		t.Expect = append(t.Expect, complete) // who dies before the first stone has lost none
	}
	return nil
}

// Experiment is the task's, for a protocol and a seed; 0 means the sheet's own. Unless the
// sheet names another flow, the protocol is alone.
func (t *Task) Experiment(with string, seed uint64) (lab.Experiment, error) {
	s := t.settings.Clone()
	if err := s.AddOwn(with); err != nil {
		return lab.Experiment{}, err
	}
	if !s.Given("only") && !s.Given("together") {
		if err := s.Set("only", lab.Own); err != nil {
			return lab.Experiment{}, err
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		return lab.Experiment{}, err
	}
	e := es[0]
	e.PerStone = true
	if seed != 0 {
		e.Seed = seed
	}
	return e, nil
}

// Flags are those of stones throw that give the task's experiment, for a protocol and a
// seed.
func (t *Task) Flags(with string, e lab.Experiment) []string {
	var words []string
	for _, text := range t.Lines {
		word, value, valued := strings.Cut(text, " ")
		switch {
		case word == "seed":
		case valued:
			words = append(words, "--"+word, value)
		default:
			words = append(words, "--"+word)
		}
	}
	if !t.settings.Given("only") && !t.settings.Given("together") {
		words = append(words, "--only", lab.Own)
	}
	return append(words, "--seed", strconv.FormatUint(e.Seed, 10), "--with", with)
}
