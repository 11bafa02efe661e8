package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/prose"
	"stones/lab/report"
	"stones/lab/run"
)

// A sweep is the kept results of a sweep, in one file or in several.
type sweep struct {
	skip   bool // skip invalid lines
	left   int  // how many were skipped
	stdin  io.Reader
	stderr io.Writer
	screen io.Writer // for the progress, or nil
	again  io.Writer // for the progress of the second reading, or nil

	sources  []*source
	first    *document.Line
	where    string   // the file of the first line
	entries  []placed // sorted by place once all is read
	broken   error    // the first broken law
	progress *progress

	file lab.File     // the file that was thrown, if it was given again
	gist *report.Gist // of the results, while they are read in order; otherwise nil
}

// A source is one file, or a copy of standard input.
type source struct {
	name        string       // fit for a message
	io.ReaderAt              // reads it again
	once        io.Closer    // the original of a copy, if it must be closed
	temporary   string       // the temporary file to remove, if any
	whole       []lab.Result // the results of a document, which is held in memory
}

// A copied is a copy in memory.
type copied struct{ bytes.Buffer }

func (c *copied) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(c.Bytes()).ReadAt(p, at)
}

// A placed says where a result is kept. It is small, because there may be millions.
type placed struct {
	place  int32
	line   int32 // the number of its line, or of the result in a document; from 1
	at     int64 // where it begins
	size   int32 // with its line break; 0 in a document
	source int32 // the number of its source
}

// read reads the files, and checks everything in them.
func (s *sweep) read(files []string) error {
	defer func() {
		if s.progress != nil {
			s.progress.end()
		}
	}()
	for _, file := range files {
		if err := s.readOne(file); err != nil {
			return err
		}
	}
	if s.first == nil {
		return fmt.Errorf("%s: no results", s.sources[len(s.sources)-1].name)
	}
	slices.SortStableFunc(s.entries, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	once := s.entries[:1]
	for _, b := range s.entries[1:] {
		a := once[len(once)-1]
		if a.place != b.place {
			once = append(once, b)
			continue
		}
		if err := s.leave(fmt.Errorf("%s: result %d is in %s already", s.lineOf(b), b.place, s.lineOf(a))); err != nil {
			return err
		}
	}
	s.entries = once
	if more := s.left - mostNamed; more > 0 {
		fmt.Fprintf(s.stderr, "stones: %s left out besides\n", prose.Plural(more, "line"))
	}
	return nil
}

// leave skips a line for a reason, if invalid lines are skipped.
func (s *sweep) leave(why error) error {
	if !s.skip {
		return why
	}
	s.left++
	if s.left <= mostNamed {
		fmt.Fprintf(s.stderr, "stones: %v: left out\n", why)
	}
	return nil
}

// mostNamed is how many lines that are left out are named.
const mostNamed = 20

// readOne reads one file.
func (s *sweep) readOne(name string) error {
	src, first, err := s.open(name)
	if err != nil {
		return fmt.Errorf("%s: %s", prose.Quote(name), reason(err))
	}
	s.sources = append(s.sources, src)
	// What --format json writes begins with a line that is a brace alone.
	in := bufio.NewReader(first)
	start, _ := in.Peek(len("\ufeff{\r\n"))
	if begin, _, broken := bytes.Cut(document.Unmarked(start), []byte("\n")); broken && string(bytes.TrimSuffix(begin, []byte("\r"))) == "{" {
		return s.whole(in, src.name)
	}
	err = document.Lines(in,
		func(l document.Line, at document.Span) error {
			return s.add(&l, placed{place: int32(l.Place), line: int32(at.Number), source: int32(len(s.sources) - 1), at: at.End - int64(at.Size), size: int32(at.Size)})
		},
		func(bad *document.LineError) error {
			if !s.skip {
				return fmt.Errorf("%s:%w; --skip-bad leaves it out", src.name, bad)
			}
			return s.leave(fmt.Errorf("%s:%w", src.name, bad))
		})
	if unread := new(fs.PathError); errors.As(err, &unread) || errors.Is(err, document.ErrEndless) {
		return fmt.Errorf("%s: %s", prose.Quote(name), reason(err))
	}
	return err
}

// lineOf names a result in a message.
func (s *sweep) lineOf(e placed) string {
	return fmt.Sprintf("%s:%d", s.sources[e.source].name, e.line)
}

// open opens a file that can be read twice, and returns the reader for the first time.
// Standard input and named pipes are copied while they are read.
func (s *sweep) open(name string) (src *source, first io.Reader, err error) {
	if name == "-" {
		src, first = copyOf(name, s.stdin)
		return src, first, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	if info, err := f.Stat(); err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice|fs.ModeSocket) != 0 {
		src, first = copyOf(prose.Safe(name), f)
		src.once = f
		return src, first, nil
	}
	return &source{name: prose.Safe(name), ReaderAt: f}, f, nil
}

// copyOf copies in to a temporary file while it is read, or to memory if there is no
// folder for temporary files.
func copyOf(name string, in io.Reader) (*source, io.Reader) {
	f, err := os.CreateTemp("", "stones-*.jsonl")
	if err != nil {
		c := new(copied)
		return &source{name: name, ReaderAt: c}, io.TeeReader(in, c)
	}
	return &source{name: name, ReaderAt: f, temporary: f.Name()}, io.TeeReader(in, f)
}

// close closes the file, and removes a copy.
func (src *source) close() {
	if src.once != nil {
		_ = src.once.Close()
	}
	if f, ok := src.ReaderAt.(io.Closer); ok {
		_ = f.Close() // it was only read
	}
	if src.temporary != "" {
		_ = os.Remove(src.temporary)
	}
}

// close closes the files.
func (s *sweep) close() {
	for _, src := range s.sources {
		src.close()
	}
}

// mostDocument is the largest document, in bytes.
const mostDocument = 1 << 30

// whole reads a document, and holds it in memory.
func (s *sweep) whole(in io.Reader, name string) error {
	data, err := io.ReadAll(io.LimitReader(in, mostDocument+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %s", name, reason(err))
	case len(data) > mostDocument:
		return fmt.Errorf("%s: more than %d GiB; --format jsonl has no such limit", name, mostDocument>>30)
	}
	var doc lab.Document
	if err := document.Unmarshal(document.Unmarked(data), &doc); err != nil {
		return fmt.Errorf("%s: not what --format json writes", name)
	}
	if doc.Format != lab.Format {
		return fmt.Errorf("%s: written in format %d; this program reads format %d", name, doc.Format, lab.Format)
	}
	number := len(s.sources) - 1
	s.sources[number].whole = doc.Results
	for i, r := range doc.Results {
		l := &document.Line{Version: doc.Version, Format: doc.Format, Place: i + 1, Of: len(doc.Results), Result: r}
		if err := s.add(l, placed{place: int32(i + 1), line: int32(i + 1), source: int32(number)}); err != nil {
			return err
		}
	}
	return nil
}

// add adds a result that was read, if it belongs to the same sweep as the others.
func (s *sweep) add(l *document.Line, e placed) error {
	if s.first == nil {
		s.first, s.where = &document.Line{Version: l.Version, Fingerprint: l.Fingerprint, Of: l.Of}, s.sources[e.source].name
		s.progress = newProgress(s.screen, l.Of)
		debug.SetMemoryLimit(heldMemory(l.Of))
		s.entries = make([]placed, 0, min(l.Of, 1<<20)) // what is not used takes no memory
	}
	switch f := s.first; {
	case l.Version != f.Version || l.Fingerprint != f.Fingerprint:
		return s.leave(fmt.Errorf("%s: result %d is by version %s, fingerprint %s; %s begins with %s, %s", s.lineOf(e), l.Place, prose.Quote(l.Version), prose.Quote(l.Fingerprint), s.where, prose.Quote(f.Version), prose.Quote(f.Fingerprint)))
	case l.Of != f.Of:
		return s.leave(fmt.Errorf("%s: result %d is of a sweep of %d; %s is of one of %d", s.lineOf(e), l.Place, l.Of, s.where, f.Of))
	}
	switch n := len(s.entries); {
	case s.gist == nil:
	case n == 0 || s.entries[n-1].place < e.place:
		s.gist.Add(&l.Result)
	default:
		s.gist = nil // made once all is sorted
	}
	s.entries = append(s.entries, e)
	s.progress.done(len(s.entries))
	for _, x := range l.Result.Flows {
		if law := lawOf(x); law != "" && s.broken == nil {
			s.broken = &failure{exitBroken, fmt.Errorf("%s: %s, seed %d: a law is broken: %s", s.lineOf(e), x.Name, l.Result.Experiment.Seed, law)}
		}
	}
	return nil
}

// lawOf says which law a kept result broke, or breaks now, in a line.
func lawOf(x lab.Outcome) string {
	law := x.Broken
	if err := run.Check(x); err != nil {
		law = err.Error()
	}
	return strings.ReplaceAll(law, "\n", "; ")
}

// texts yields the lines, sorted by place.
func (s *sweep) texts() iter.Seq2[[]byte, error] { return reread(s, s.text) }

// results yields the results, sorted by place.
func (s *sweep) results() iter.Seq2[lab.Result, error] {
	return reread(s, func(i int) (lab.Result, error) {
		l, err := s.line(i)
		return l.Result, err
	})
}

// reread yields of(i) for each entry i, with progress.
func reread[T any](s *sweep, of func(i int) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		p := newProgress(s.again, len(s.entries))
		defer p.end()
		for i := range s.entries {
			if !yield(of(i)) {
				return
			}
			p.done(i + 1)
		}
	}
}

// text is the line of result i, as it was written: without what an editor, or a shell of
// another system, has put before and behind it.
func (s *sweep) text(i int) ([]byte, error) {
	e := s.entries[i]
	if e.size == 0 {
		l, err := s.line(i)
		if err != nil {
			return nil, err
		}
		return document.MarshalLine(l)
	}
	text := make([]byte, e.size)
	_, err := s.sources[e.source].ReadAt(text, e.at)
	text = document.Unmarked(text)
	if line, ok := bytes.CutSuffix(text, []byte("\r\n")); ok {
		text = append(line, '\n')
	}
	return text, err
}

// line is result i.
func (s *sweep) line(i int) (document.Line, error) {
	e := s.entries[i]
	if e.size == 0 {
		return document.Line{Version: s.first.Version, Fingerprint: s.first.Fingerprint, Place: int(e.place), Of: s.first.Of, Result: s.sources[e.source].whole[e.line-1]}, nil
	}
	text, err := s.text(i)
	if err != nil {
		return document.Line{}, err
	}
	var l document.Line
	err = document.Lines(bytes.NewReader(text),
		func(read document.Line, _ document.Span) error { l = read; return nil },
		func(*document.LineError) error {
			return errors.New(s.sources[e.source].name + " was changed while it was read")
		})
	return l, err
}

// missing returns an error that lists the missing results.
func (s *sweep) missing() error {
	if len(s.entries) == s.first.Of {
		return nil
	}
	const most = 5
	var gaps []string
	next := 1 // the place that should come next
	for _, place := range append(places(s.entries), s.first.Of+1) {
		switch last := place - 1; {
		case last < next:
		case len(gaps) == most:
			gaps = append(gaps, "...")
		case len(gaps) > most:
		case last > next:
			gaps = append(gaps, fmt.Sprintf("%d-%d", next, last))
		default:
			gaps = append(gaps, fmt.Sprint(next))
		}
		next = place + 1
	}
	return &failure{exitUnfinished, fmt.Errorf("%d of %s are missing: %s", s.first.Of-len(s.entries), prose.Plural(s.first.Of, "result"), strings.Join(gaps, ", "))}
}

// places are the places of the entries.
func places(entries []placed) []int {
	list := make([]int, len(entries), len(entries)+1)
	for i, e := range entries {
		list[i] = int(e.place)
	}
	return list
}
