package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/photo"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// Limits of a lesson's file.
const (
	maxFile  = 1 << 20 // bytes
	maxWord  = 256     // bytes between two blanks
	maxFlags = 1000    // lines of an experiment
)

// sections are those of a lesson's file, all of which must be there.
var sections = []string{"story", "question", "experiment", "answer", "why", "knob", "expect", "report"}

// An Error says where a lesson's file is wrong, and how.
type Error struct {
	File string
	Line int // from 1
	What string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What) }

// Parse reads a lesson. It reads at most 1 MiB and trusts nothing; whatever is
// wrong with the file is an [Error] with the line.
func Parse(file string, r io.Reader, check Check) (*Lesson, error) {
	p := parser{check: check, file: file}
	data, err := p.read(r)
	if err != nil {
		return nil, err
	}
	l := &Lesson{File: file, Name: strings.TrimSuffix(path.Base(file), Ending)}
	if err := p.divide(data); err != nil {
		return nil, err
	}
	for _, read := range []func(*Lesson) error{p.title, p.prose, p.experiment, p.answer, p.knob, p.expect, p.report} {
		if err := read(l); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// read reads a file, and refuses what is no text of a decent size.
func (p *parser) read(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("lesson: read %s: %w", p.file, err)
	}
	if len(data) > maxFile {
		return nil, p.wrong(1, "more than 1 MiB")
	}
	data = document.Unmarked(data)
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return data, p.vet(data)
}

// WithReport returns the file of a lesson with another report in it.
func WithReport(data []byte, report string) []byte {
	archive := txtar.Parse(data)
	for i := range archive.Files {
		if archive.Files[i].Name == "report" {
			archive.Files[i].Data = []byte(report)
		}
	}
	return txtar.Format(archive)
}

// A parser reads one file.
type parser struct {
	check Check
	file  string
	head  []line            // before the first section
	parts map[string][]line // by the section's name
	at    map[string]int    // on which line it begins
}

// A line of the file, without blanks at its end.
type line struct {
	number int
	text   string
}

func (p *parser) wrong(at int, format string, args ...any) error {
	return &Error{p.file, at, fmt.Sprintf(format, args...)}
}

// vet refuses what nobody can see or nobody would write.
func (p *parser) vet(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return p.wrong(1, "empty; --new NAME writes one to begin with")
	}
	number := 0
	for text := range bytes.Lines(data) {
		number++
		if !utf8.Valid(text) {
			return p.wrong(number, "not UTF-8")
		}
		for _, r := range string(text) {
			if !unicode.IsGraphic(r) && r != '\t' && r != '\n' {
				return p.wrong(number, "the invisible character %U", r)
			}
		}
		if string(bytes.TrimSpace(text)) == "-- --" { // over which package txtar stumbles
			return p.wrong(number, "a section without a name")
		}
		for word := range bytes.FieldsSeq(text) {
			if len(word) > maxWord {
				return p.wrong(number, "a word of more than %d bytes", maxWord)
			}
		}
	}
	return nil
}

// divide finds the sections and their lines.
func (p *parser) divide(data []byte) error {
	archive := txtar.Parse(data)
	p.parts, p.at = make(map[string][]line), make(map[string]int)
	p.head = lines(1, archive.Comment)
	at := 1 + bytes.Count(archive.Comment, []byte("\n"))
	for _, f := range archive.Files {
		switch _, twice := p.parts[f.Name]; {
		case !slices.Contains(sections, f.Name):
			return p.wrong(at, "%s", unknown("section", f.Name, sections))
		case twice:
			return p.wrong(at, "the section %q again; it began on line %d", f.Name, p.at[f.Name])
		}
		p.parts[f.Name], p.at[f.Name] = lines(at+1, f.Data), at
		at += 1 + bytes.Count(f.Data, []byte("\n"))
	}
	for _, name := range sections {
		if _, ok := p.parts[name]; !ok {
			return p.wrong(max(1, at-1), "ends without the section %q", name)
		}
	}
	return nil
}

// lines returns those lines of text that are no remarks. The first one has the
// given number.
func lines(number int, text []byte) []line {
	all := []line{}
	for l := range bytes.Lines(text) {
		if !bytes.HasPrefix(l, []byte("#")) {
			all = append(all, line{number, strings.TrimRight(string(l), " \t\n")})
		}
		number++
	}
	return all
}

// title is the only line before the first section.
func (p *parser) title(l *Lesson) error {
	for _, text := range p.head {
		switch {
		case text.text == "":
		case l.Title != "":
			return p.wrong(text.number, "before the first section there is room for the title only, in one line")
		default:
			l.Title = strings.TrimSpace(text.text)
		}
	}
	if l.Title == "" {
		return p.wrong(1, "no title; it is the line before the first section")
	}
	return nil
}

// prose reads the sections that are for people only.
func (p *parser) prose(l *Lesson) error {
	for _, part := range []struct {
		name string
		text *string
	}{{"story", &l.Story}, {"question", &l.Question}, {"why", &l.Why}, {"knob", &l.Knob}} {
		var b strings.Builder
		for _, text := range p.parts[part.name] {
			b.WriteString(text.text + "\n")
		}
		if *part.text = strings.Trim(b.String(), "\n"); *part.text == "" {
			return p.wrong(p.at[part.name], "the section %q is empty", part.name)
		}
	}
	return nil
}

// experiment reads the settings. The line to blame for settings that cannot be
// combined is the first one with which it goes wrong.
func (p *parser) experiment(l *Lesson) error {
	given := p.words("experiment")
	if len(given) > maxFlags {
		return p.wrong(given[maxFlags].number, "more than %d lines of experiment", maxFlags)
	}
	for _, text := range given {
		if err := set(&l.settings, text.text); err != nil {
			return p.wrong(text.number, "%s", plain(err))
		}
	}
	es, err := l.settings.Experiments(1)
	if err != nil {
		return p.blame(given, err)
	}
	l.Experiment = es[0]
	return nil
}

// blame returns the error of an experiment with the first of the given lines with
// which there is one.
func (p *parser) blame(given []line, err error) error {
	var settings knob.Settings
	for _, text := range given {
		_ = set(&settings, text.text) // which went well before
		if _, err := settings.Experiments(1); err != nil {
			return p.wrong(text.number, "%s", plain(err))
		}
	}
	return p.wrong(p.at["experiment"], "%s", plain(err))
}

// set sets the knob that a line names.
func set(settings *knob.Settings, line string) error {
	word, text, valued := strings.Cut(line, " ")
	if word == "file" {
		if text != photo.Pebbles {
			return fmt.Errorf("file %s: not in a lesson; only %s, which the program draws", prose.Quote(text), photo.Pebbles)
		}
		settings.SetFile(photo.DrawPebbles())
		return nil
	}
	k, known := knob.Find(word)
	add := map[string]func(string) error{"flow": settings.AddFlow, "with": settings.AddOwn, "at": settings.AddChange, "every": settings.AddCycle}[word]
	switch {
	case add != nil && valued:
		if err := harmless(text); word == "with" && err != nil {
			return fmt.Errorf("with %w", err)
		}
		return add(text)
	case add != nil:
		return fmt.Errorf("%s: the value is missing", word)
	case strings.HasPrefix(word, "-"):
		return fmt.Errorf("%s: write the flag without dashes", prose.Quote(word))
	case !known || !fits(k):
		return unfit(word, known)
	case !valued && !k.Switch:
		return fmt.Errorf("%s: the value is missing", word)
	case !valued:
		text = "true"
	}
	if err := settings.Set(word, text); err != nil {
		return err
	}
	if _, several := settings.Several(); several {
		return errors.New("several values make several experiments, and a lesson has one; the section knob is the place for them")
	}
	return nil
}

// unfit says why a lesson has no line with that word.
func unfit(word string, known bool) error {
	if near := prose.Alike(word, ours()); !known && near != nil {
		return fmt.Errorf("%s: unknown flag; did you mean %q?", prose.Quote(word), near[0])
	}
	return fmt.Errorf("%s: not in a lesson; only what shapes one experiment on the emulated path", prose.Quote(word))
}

// fits reports whether a knob shapes an experiment on the emulated path.
func fits(k knob.Knob) bool {
	return k.Needs.Met(lab.Sim) && k.Word != "path" && k.Group != knob.Kept
}

// ours returns the words of the knobs that fit.
func ours() []string {
	var words []string
	for _, k := range knob.All() {
		if fits(k) {
			words = append(words, k.Word)
		}
	}
	return append(words, "flow", "with", "at", "every")
}

// plain says what is wrong with a setting as it is written in a lesson, which is
// without dashes.
func plain(err error) string {
	if wrong := new(quantity.InvalidError); errors.As(err, &wrong) {
		return fmt.Sprintf("%s %s: %s", wrong.Word, prose.Quote(wrong.Value), wrong.Why)
	}
	return err.Error()
}

// words returns the lines of a section that are not empty, with single blanks.
func (p *parser) words(section string) []line {
	var some []line
	for _, text := range p.parts[section] {
		if text.text = strings.Join(strings.Fields(text.text), " "); text.text != "" {
			some = append(some, text)
		}
	}
	return some
}

// answer reads what the prediction is held against.
func (p *parser) answer(l *Lesson) error {
	given := p.words("answer")
	switch {
	case len(given) == 0:
		return p.wrong(p.at["answer"], `the section "answer" is empty; `+answerForm)
	case len(given) > 1:
		return p.wrong(given[1].number, "one answer only; "+answerForm)
	}
	a, err := parseAnswer(given[0].text)
	if err == nil {
		err = thrown(a.Figure, l.Experiment)
	}
	if err != nil {
		return p.wrong(given[0].number, "%v", err)
	}
	l.Answer = a
	return nil
}

// knob reads and checks the commands to copy.
func (p *parser) knob(l *Lesson) error {
	for _, text := range p.words("knob") {
		flags, ok := strings.CutPrefix(text.text+" ", "stones throw ")
		if !ok {
			continue
		}
		words, err := cut(flags)
		if err == nil {
			err = harmlessCommand(words)
		}
		if err == nil {
			err = p.check(words)
		}
		if err != nil {
			return p.wrong(text.number, "%v", err)
		}
		l.Turns = append(l.Turns, words)
	}
	if len(l.Turns) == 0 {
		return p.wrong(p.at["knob"], `no command to copy; it is a line that begins with "stones throw"`)
	}
	return nil
}

// expect reads what theory says.
func (p *parser) expect(l *Lesson) error {
	for _, text := range p.words("expect") {
		x, err := parseExpectation(text.text)
		if err == nil {
			err = thrown(x.Figure, l.Experiment)
		}
		if err != nil {
			return p.wrong(text.number, "%v", err)
		}
		x.Line = text.number
		l.Expect = append(l.Expect, x)
	}
	return nil
}

// report reads what the experiment prints, with all its blanks.
func (p *parser) report(l *Lesson) error {
	var b strings.Builder
	for _, text := range p.parts["report"] {
		b.WriteString(text.text + "\n")
	}
	if l.Report = b.String(); strings.TrimSpace(l.Report) == "" {
		l.Report = ""
	}
	l.reportAt = p.at["report"]
	return nil
}

// thrown refuses a figure of a transport over which nothing is thrown.
func thrown(f Figure, e lab.Experiment) error {
	if !e.Has(f.Transport) {
		return fmt.Errorf("nothing is thrown over %s", f.Transport)
	}
	return nil
}

// unknown says that there is no such thing of that name, and which one is near.
func unknown(what, name string, known []string) string {
	text := fmt.Sprintf("unknown %s %s", what, prose.Quote(name))
	if best, near := prose.Nearest(name, known); near {
		text += fmt.Sprintf("; did you mean %q?", best)
	}
	return text
}
