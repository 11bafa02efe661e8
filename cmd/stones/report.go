package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/run"
)

// A kept is the command that shows results that were kept.
type kept struct {
	program
	flags *pflag.FlagSet

	format  string
	theory  bool
	out     string
	force   bool
	all     bool // show every row
	skipBad bool
}

// newReport returns the command that shows results that were kept.
func (p program) newReport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report FILE...",
		Short: "Show results that were kept, in any format",
		Long: `Show results that were kept: the lines of one sweep, in one file or in many parts in
any order, or what --format json writes. - is standard input.

Every law is checked again. Lines of different programs, or of different sweeps,
are refused; what is missing of a sweep is said.`,
		Example: `  stones report results.jsonl                 the table of a sweep
  stones report part-*.jsonl --format csv     of its parts, as one`,
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("name the files with results, e.g. stones report results.jsonl; - is standard input")
			}
			return nil
		},
	}
	k := &kept{program: p, flags: cmd.Flags(), format: "table"}
	k.flags.SortFlags = false
	plain(k.flags, "format", "", knob.OneOf(slices.Sorted(maps.Keys(report.Formats))), &k.format)
	plain(k.flags, "theory", "", knob.Toggle(), &k.theory)
	plain(k.flags, "all", "", knob.Toggle(), &k.all)
	plain(k.flags, "skip-bad", "", knob.Toggle(), &k.skipBad)
	plain(k.flags, "out", "", knob.Word(), &k.out)
	plain(k.flags, "force", "", knob.Toggle(), &k.force)
	offer(cmd, "format", slices.Sorted(maps.Keys(report.Formats)))
	cmd.RunE = func(_ *cobra.Command, files []string) error { return k.do(files) }
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(onlyOnce)
	return cmd
}

// do reads the files and shows what is in them.
func (k *kept) do(files []string) error {
	t := &throw{program: k.program, flags: k.flags, format: k.format, theory: k.theory, all: k.all, out: k.out, force: k.force}
	if err := t.name(); err != nil {
		return err
	}
	if report.Formats[t.format] == nil {
		return &quantity.InvalidError{Word: "out", Value: t.out, Why: "kept results are shown as " + strings.Join(slices.Sorted(maps.Keys(report.Formats)), ", ")}
	}
	if k.theory && report.WithTheory[t.format] == nil {
		return &knob.ConflictError{One: "--theory", Other: "--format " + prose.Quote(t.format), Why: "it has no room for theory"}
	}
	s := &sweep{skip: k.skipBad, stderr: k.stderr}
	for _, file := range files {
		if err := k.read(s, file); err != nil {
			return err
		}
	}
	doc, err := s.document()
	if err != nil {
		return err
	}
	out, done, err := t.destination()
	if err != nil {
		return err
	}
	if err := done(t.writer()(out, doc, t.view())); err != nil && !errors.Is(err, syscall.EPIPE) {
		return &failure{exitUnfinished, fmt.Errorf("write the result: %w", err)}
	}
	for _, r := range doc.Results {
		for _, x := range r.Flows {
			if err := run.Check(x); err != nil {
				return &failure{exitBroken, fmt.Errorf("%s, seed %d: a law is broken: %s", x.Name, r.Experiment.Seed, strings.ReplaceAll(err.Error(), "\n", "; "))}
			}
		}
	}
	return s.missing()
}

// read reads one file.
func (k *kept) read(s *sweep, name string) error {
	in := k.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("%s: %s", prose.Quote(name), reason(err))
		}
		defer f.Close()
		in = f
	}
	s.file = prose.Safe(name)
	// What --format json writes begins with a line that is a brace alone.
	whole := bufio.NewReader(in)
	if start, _ := whole.Peek(2); bytes.Equal(start, []byte("{\n")) {
		return s.whole(whole)
	}
	return document.Lines(whole, s.add, s.wrong)
}

// A sweep is what has been read of one.
type sweep struct {
	skip   bool
	stderr io.Writer
	file   string // that is read
	first  *document.Line
	where  string // the file of that
	lines  []document.Line
	from   map[int]string // the file of each place
	bad    int
}

// most of a document that is read as one.
const mostDocument = 1 << 30

// whole reads a document.
func (s *sweep) whole(in io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(in, mostDocument))
	if err != nil {
		return fmt.Errorf("%s: %s", s.file, reason(err))
	}
	var doc lab.Document
	if err := document.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("%s: not what --format json writes", s.file)
	}
	if doc.Format != lab.Format {
		return fmt.Errorf("%s: written in format %d; this program reads format %d", s.file, doc.Format, lab.Format)
	}
	for i, r := range doc.Results {
		if err := s.add(document.Line{Version: doc.Version, Format: doc.Format, Place: i + 1, Of: len(doc.Results), Result: r}, 0); err != nil {
			return err
		}
	}
	return nil
}

// add adds a line that was read.
func (s *sweep) add(l document.Line, _ int64) error {
	if s.first == nil {
		s.first, s.where, s.from = &l, s.file, make(map[int]string)
	}
	switch f := s.first; {
	case l.Version != f.Version || l.Fingerprint != f.Fingerprint:
		return fmt.Errorf("%s: result %d is by version %s, fingerprint %s; %s begins with %s, %s", s.file, l.Place, prose.Quote(l.Version), prose.Quote(l.Fingerprint), s.where, prose.Quote(f.Version), prose.Quote(f.Fingerprint))
	case l.Of != f.Of:
		return fmt.Errorf("%s: result %d is of a sweep of %d; %s is of one of %d", s.file, l.Place, l.Of, s.where, f.Of)
	case s.from[l.Place] != "":
		return fmt.Errorf("%s: result %d is in %s already", s.file, l.Place, s.from[l.Place])
	}
	s.from[l.Place] = s.file
	s.lines = append(s.lines, l)
	return nil
}

// wrong tells of a line that is wrong, and ends the reading unless such lines are
// skipped.
func (s *sweep) wrong(bad *document.LineError) error {
	if !s.skip {
		return fmt.Errorf("%s:%w; --skip-bad leaves it out", s.file, bad)
	}
	s.bad++
	fmt.Fprintf(s.stderr, "stones: %s:%v: left out\n", s.file, bad)
	return nil
}

// document is all that was read, in the order of the sweep.
func (s *sweep) document() (lab.Document, error) {
	if s.first == nil {
		return lab.Document{}, fmt.Errorf("%s: no results", s.file)
	}
	slices.SortFunc(s.lines, func(a, b document.Line) int { return cmp.Compare(a.Place, b.Place) })
	doc := lab.Document{Version: s.first.Version}
	for _, l := range s.lines {
		doc.Results = append(doc.Results, l.Result)
	}
	return doc, nil
}

// missing says which results of the sweep are missing.
func (s *sweep) missing() error {
	if len(s.lines) == s.first.Of {
		return nil
	}
	var gaps []string
	for place := 1; place <= s.first.Of; place++ {
		if s.from[place] != "" {
			continue
		}
		last := place
		for last < s.first.Of && s.from[last+1] == "" {
			last++
		}
		gap := fmt.Sprint(place)
		if last > place {
			gap = fmt.Sprintf("%d-%d", place, last)
		}
		if len(gaps) == 5 {
			gaps = append(gaps, "...")
			break
		}
		gaps = append(gaps, gap)
		place = last
	}
	return &failure{exitUnfinished, fmt.Errorf("%d of %s are missing: %s", s.first.Of-len(s.lines), prose.Plural(s.first.Of, "result"), strings.Join(gaps, ", "))}
}
