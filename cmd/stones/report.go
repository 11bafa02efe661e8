package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/report/picture"
)

// A kept is the command that shows results that were kept. It shows them as a throw
// does.
type kept struct {
	throw
	rows    string // the kind of --rows; empty means results
	compare bool   // compare two files
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
are refused; what is missing of a sweep is said. With --compare, two files are
two sweeps, which may be by different programs.`,
		Example: `  stones report results.jsonl                 the table of a sweep
  stones report part-*.jsonl --format csv     of its parts, as one
  stones report part-*.jsonl --out all.jsonl  the parts as one file
  stones report kept.json --picture cwnd      a picture of what was kept
  stones report kept.json --picture photo --file my.jpg
  stones report kept.json --rows stones --format csv
  stones report old.jsonl new.jsonl --compare`,
		Args: func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return errors.New("name the files with results, e.g. stones report results.jsonl; - is standard input")
			}
			return nil
		},
	}
	k := &kept{throw: throw{program: p, flags: cmd.Flags(), format: "table", theme: light}}
	k.flags.SortFlags = false
	oneFormat(k.flags, formats(), &k.format)
	plain(k.flags, "theory", "", knob.Toggle(), &k.theory)
	plain(k.flags, "all", "", knob.Toggle(), &k.all)
	plain(k.flags, "rows", "", knob.OneOf(report.Rows()), &k.rows)
	plain(k.flags, "compare", "", knob.Toggle(), &k.compare)
	plain(k.flags, "picture", "", knob.OneOf(picture.Kinds()), &k.picture)
	plain(k.flags, "file", "F", knob.Word(), &k.load)
	plain(k.flags, "zoom", "", zoomForm(), &k.zoom)
	plain(k.flags, "theme", "", knob.OneOf([]string{light, dark}), &k.theme)
	plain(k.flags, "skip-bad", "", knob.Toggle(), &k.skipBad)
	plain(k.flags, "out", "", knob.Word(), &k.out)
	plain(k.flags, "force", "", knob.Toggle(), &k.force)
	p.offer(cmd, "format", formats())
	p.offer(cmd, "rows", report.Rows())
	p.offer(cmd, "picture", picture.Kinds())
	p.offer(cmd, "theme", []string{light, dark})
	cmd.RunE = func(_ *cobra.Command, files []string) error { return k.do(files) }
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(onlyOnce)
	return cmd
}

// do reads the files and shows what is in them.
func (k *kept) do(files []string) error {
	if err := k.name(); err != nil {
		return err
	}
	if k.theory && report.WithTheory[k.format] == nil {
		return &knob.ConflictError{One: "--theory", Other: "--format " + prose.Quote(k.format), Why: "it has no room for theory"}
	}
	if err := cmp.Or(k.unpictured(), k.rowless()); err != nil {
		return err
	}
	if k.load != "" && k.picture != picture.PhotoKind {
		return errors.New("--file needs --picture \"photo\": nothing else shows it")
	}
	if k.compare {
		return k.beside(files)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	s := k.sweep()
	s.gist = k.gist()
	defer s.close()
	if err := s.read(files); err != nil {
		return err
	}
	if flag := k.drawn(); flag != "" && len(s.entries) > 1 {
		return &knob.ConflictError{One: flag, Other: fmt.Sprintf("%d results", len(s.entries)), Why: "one result at a time"}
	}
	if err := k.develop(s); err != nil {
		return err
	}
	out, done, err := k.destination()
	if err != nil {
		return err
	}
	err = k.put(out, done, func(w io.Writer) error { return k.write(w, s) })
	if none := new(report.NoRowsError); errors.As(err, &none) {
		return fmt.Errorf("--rows %q: none are kept; they are with %s of stones throw", none.Kind, keeping[none.Kind])
	}
	if err != nil {
		return err
	}
	if s.broken != nil {
		return s.broken
	}
	return s.missing()
}

// heldMemory is the memory limit for the garbage collector while so many results are
// read: what was read of a line is garbage at once, so the collector should run rather
// than let the heap double.
func heldMemory(results int) int64 { return int64(max(results, 1_000_000)) * 160 }

// gist returns an empty gist for the format, or nil if the format needs the results
// themselves.
func (k *kept) gist() *report.Gist {
	switch {
	case k.compare:
		return report.NewSideGist()
	case k.rows != "" || k.theory || k.drawn() != "":
		return nil
	}
	return report.NewGist(k.format, k.view())
}

// sweep returns a sweep of which nothing has been read.
func (k *kept) sweep() *sweep {
	s := &sweep{skip: k.skipBad, stdin: k.stdin, stderr: k.stderr, screen: k.screen()}
	if !k.display || k.out != "" { // otherwise the terminal shows the output itself
		s.again = s.screen
	}
	return s
}

// develop reads the pixels of a photo again, which results do not keep.
func (k *kept) develop(s *sweep) error {
	if k.load == "" || len(s.entries) == 0 {
		return nil
	}
	l, err := s.line(0)
	if err != nil {
		return err
	}
	thrown := l.Result.Experiment.File
	if !thrown.IsPicture() {
		return &quantity.InvalidError{Word: "file", Value: k.load, Why: "no picture was thrown there"}
	}
	s.file, err = thrownFile(k.load, thrown)
	return err
}

// keeping are the flags that keep the rows of each kind.
var keeping = map[string]string{"stones": "--per-stone", "packets": "--packets", "intervals": "--interval"}

// rowless returns an error if a flag cannot be combined with --rows.
func (k *kept) rowless() error {
	switch {
	case k.rows == "":
		return nil
	case !slices.Contains(report.RowFormats(), k.format):
		return &knob.ConflictError{One: "--rows", Other: "--format " + prose.Quote(k.format), Why: "rows for programs are " + strings.Join(report.RowFormats(), " or ")}
	case k.theory:
		return &knob.ConflictError{One: "--rows", Other: "--theory", Why: "--format csv alone has room for it"}
	}
	return nil
}

// write writes the sweep in the format that is asked for.
func (k *kept) write(out io.Writer, s *sweep) error {
	if k.rows != "" {
		return report.WriteRows(out, k.rows, k.format, s.first.Version, s.results())
	}
	if k.format == jsonl {
		for text, err := range s.texts() {
			if err == nil {
				_, err = out.Write(text)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	stream := report.Streamed[k.format]
	if k.theory {
		stream = report.WithTheory[k.format]
	}
	if stream != nil && k.drawn() == "" {
		return stream(out, s.first.Version, s.results(), k.view())
	}
	switch gist, err := k.told(s); {
	case err != nil:
		return err
	case gist != nil:
		return gist.Write(out, s.first.Version)
	}
	doc, err := s.document()
	if err != nil {
		return err
	}
	if k.load != "" && len(doc.Results) > 0 {
		doc.Results[0].Experiment.File = s.file
	}
	return k.writer()(out, doc, k.view())
}

// told returns the gist of all results, or nil if the format needs the results
// themselves.
func (k *kept) told(s *sweep) (*report.Gist, error) {
	if s.gist != nil {
		return s.gist, nil
	}
	gist := k.gist()
	if gist == nil {
		return nil, nil
	}
	for r, err := range s.results() {
		if err != nil {
			return nil, err
		}
		gist.Add(&r)
	}
	return gist, nil
}

// document returns the sweep as a document.
func (s *sweep) document() (lab.Document, error) {
	doc := lab.Document{Version: s.first.Version}
	for r, err := range s.results() {
		if err != nil {
			return lab.Document{}, err
		}
		doc.Results = append(doc.Results, r)
	}
	return doc, nil
}
