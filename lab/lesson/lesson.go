// Package lesson holds the lessons: a story, a question to answer before
// anything is thrown, the experiment that answers it, and why it came so.
//
// A lesson is one file, and adding a lesson is adding a file to the folder
// lessons. The first digit of its name is the hour it belongs to. Its format is
// txtar: a line with the title, and then the sections
//
//	-- story --       what happened to the two friends
//	-- question --    ends with what to predict, and in which unit
//	-- experiment --  the flags of "stones throw", one a line, without dashes
//	-- answer --      the figure that the prediction is held against
//	-- why --         short, with the section of the RFC, and what comes of it on Linux
//	-- knob --        what to turn next, with the command to copy
//	-- expect --      what theory says, for this seed and for all others
//	-- report --      what the experiment prints
//
// What it deliberately lacks: it knows no command line ([Check]), runs nothing, and
// writes to no file. Prediction first: watching alone teaches little.
package lesson

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
)

// A Lesson is what one file holds.
type Lesson struct {
	File  string // where it was read from
	Name  string // the file's name without its ending, and without the number of a lesson of ours
	Hour  int    // of the course, from 1; 0 means none
	Place int    // in the course, from 1; 0 means none
	Title string

	Story, Question, Why, Knob string

	Experiment lab.Experiment
	Answer     Answer
	Expect     []Expectation
	Report     string     // what the experiment prints; empty means not known
	Turns      [][]string // words of "stones throw": the commands of the section knob

	settings knob.Settings // that the experiment comes from
	reportAt int           // the line on which the report begins
}

// A Check returns an error if the command "stones throw" cannot be given these
// words.
type Check func(args []string) error

// Ending is how the name of a lesson's file ends.
const Ending = ".txtar"

//go:embed lessons/*.txtar
var files embed.FS

//go:embed start.txtar
var start []byte

// Start is a lesson to begin one's own with.
func Start() []byte { return bytes.Clone(start) }

// All returns the lessons of the course in teaching order.
func All(check Check) ([]*Lesson, error) {
	var lessons []*Lesson
	for i := range list() {
		l, err := open(i, check)
		if err != nil {
			return nil, err
		}
		lessons = append(lessons, l)
	}
	return lessons, nil
}

// Find returns the lesson of the course with the given name, or whose name begins so and
// no other's, or at that place from 1. The error for an unknown one names the nearest.
func Find(name string, check Check) (*Lesson, error) {
	var names, begun []string
	place := -1
	for i, file := range list() {
		_, known := split(file)
		if known == name || strconv.Itoa(i+1) == name {
			return open(i, check)
		}
		names = append(names, known)
		if name != "" && strings.HasPrefix(known, name) {
			begun, place = append(begun, known), i
		}
	}
	switch len(begun) {
	case 0:
	case 1:
		return open(place, check)
	default:
		return nil, fmt.Errorf("%s: several lessons begin so: %s", prose.Quote(name), strings.Join(begun, ", "))
	}
	if quantity.Digits(name) {
		return nil, fmt.Errorf("unknown lesson %s; they have the numbers 1 to %d", prose.Quote(name), len(names))
	}
	return nil, errors.New(unknown("lesson", name, names))
}

// list returns the files of the course in teaching order.
func list() []string {
	names, err := fs.Glob(files, "lessons/*"+Ending)
	if err != nil {
		panic(err) // the pattern is wrong
	}
	return names
}

// open reads the lesson at a place of the list, from 0.
func open(place int, check Check) (*Lesson, error) {
	file := list()[place]
	f, err := files.Open(file)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	defer f.Close()
	l, err := Parse(path.Base(file), f, check)
	if err == nil {
		l.Hour, l.Name = split(file)
		l.Place = place + 1
	}
	return l, err
}

// split takes the number off the name of a file of the course: its first digit
// is the hour.
func split(file string) (hour int, name string) {
	number, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), Ending), "-")
	return int(number[0] - '0'), name
}

// CheckName returns an error if name cannot be that of a lesson: it would leave
// the folder, or need quoting in a shell.
func CheckName(name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if name == "" || len(name) > 64 || name[0] == '-' || strings.Trim(name, letters) != "" {
		return errors.New("not a name; allowed small letters, digits and hyphens, up to 64")
	}
	return nil
}

// Print is what the lesson's experiment prints: the rows that tell what happened,
// and the one that the question is about.
func (l *Lesson) Print(r lab.Result, v report.View) (string, error) {
	var b strings.Builder
	v.Also = append(v.Also, l.Rows()...)
	err := report.Table(&b, lab.Document{Results: []lab.Result{r}}, v)
	return b.String(), err
}

// With returns the lesson's settings with others on top.
func (l *Lesson) With(on *knob.Settings) *knob.Settings { return on.Over(&l.settings) }

// Rows are those that the question is about.
func (l *Lesson) Rows() []string { return []string{l.Answer.row()} }

// Partial reports whether the lesson expects that a transport does not come to
// its end: that nobody is at home, say.
func (l *Lesson) Partial(transport string) bool {
	for _, x := range l.Expect {
		if x.Transport == transport && x.Name == "complete" && x.Most == 0 {
			return true
		}
	}
	return false
}

// Doubts says in what a result is not what the lesson's file expects of it, each
// with its line.
func (l *Lesson) Doubts(r lab.Result) []error {
	var doubts []error
	for _, x := range l.Expect {
		if err := x.Check(r); err != nil && !x.OfMany() {
			doubts = append(doubts, &Error{l.File, x.Line, err.Error()})
		}
	}
	if printed, err := l.Print(r, report.View{}); err == nil && l.Report != "" && printed != l.Report {
		doubts = append(doubts, &Error{l.File, l.reportAt, staleReport})
	}
	return doubts
}
