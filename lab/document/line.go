package document

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-json-experiment/json/jsontext"

	"stones/lab"
	"stones/lab/prose"
)

// A Line is one of many results, on a line of its own (JSON Lines). It has its place in
// the sweep, so that parts of a sweep can be put together again.
type Line struct {
	Version     string     `json:"stones"` // of the program that wrote it
	Format      int        `json:"format"`
	Fingerprint string     `json:"fingerprint"` // of the result of a probe: programs with the same one give the same results
	Place       int        `json:"place"`       // in the sweep, from 1
	Of          int        `json:"of"`          // how many results the sweep has
	Result      lab.Result `json:"result"`
}

// MarshalLine writes a line, with its line break. The samples of TCP's state, which
// are most of a result, are left out.
func MarshalLine(l Line) ([]byte, error) {
	l.Format = lab.Format
	flows := make([]lab.Outcome, len(l.Result.Flows))
	for i, x := range l.Result.Flows {
		x.Samples = []lab.Sample{}
		flows[i] = x
	}
	l.Result.Flows = flows
	return marshal(l, jsontext.Multiline(false))
}

// A LineError says which line is wrong, and why.
type LineError struct {
	Line int // from 1
	Why  string
	Torn bool // it is the last one, and has no line break
}

func (e *LineError) Error() string { return fmt.Sprintf("%d: %s", e.Line, e.Why) }

// A Span says where a line stands in the input.
type Span struct {
	Number int   // from 1
	Size   int   // its bytes
	End    int64 // where it ends, in bytes from the start of the input
}

// ErrEndless is the error of input without line breaks, as a device may give.
var ErrEndless = fmt.Errorf("more than %d MiB without a line break", mostUnbroken>>20)

const mostUnbroken = 256 << 20

// Lines reads lines to the end of r, and calls each for every valid one, and wrong for
// every other. An error of either ends it.
func Lines(r io.Reader, each func(l Line, at Span) error, wrong func(*LineError) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	end := int64(0)
	for number := 1; ; number++ {
		text, size, err := readLine(in)
		if size == 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		end += int64(size)
		var l Line
		bad := &LineError{Line: number, Why: "more than 16 MiB"}
		if text != nil && number == 1 {
			text = Unmarked(text)
		}
		if text != nil {
			l, bad = readOne(text, number)
		}
		if err != nil { // no line break behind it
			bad = &LineError{number, "ends in the middle", true}
		}
		if bad != nil {
			if err := wrong(bad); err != nil {
				return err
			}
			continue
		}
		if err := each(l, Span{number, size, end}); err != nil {
			return err
		}
	}
}

// readLine reads a line with its line break. For a line of more than 16 MiB, line is
// nil.
func readLine(in *bufio.Reader) (line []byte, size int, err error) {
	line = []byte{}
	for {
		part, err := in.ReadSlice('\n')
		size += len(part)
		if size > mostUnbroken {
			return nil, size, ErrEndless
		}
		if size > maxDocument {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, size, err
		}
	}
}

// readOne decodes and validates a line.
func readOne(text []byte, number int) (l Line, bad *LineError) {
	if err := Unmarshal(text, &l); err != nil {
		return l, &LineError{Line: number, Why: "not a line that --format jsonl writes"}
	}
	switch {
	case l.Format == 0:
		return l, &LineError{Line: number, Why: "not a line that --format jsonl writes"}
	case l.Format != lab.Format:
		return l, &LineError{Line: number, Why: fmt.Sprintf("written in format %d; this program reads format %d", l.Format, lab.Format)}
	case l.Place < 1 || l.Place > l.Of || l.Of > math.MaxInt32:
		return l, &LineError{Line: number, Why: fmt.Sprintf("place %d of %d", l.Place, l.Of)}
	}
	e := &l.Result.Experiment
	if err := e.Validate(); err != nil {
		return l, &LineError{Line: number, Why: err.Error()}
	}
	for _, x := range l.Result.Flows {
		if e.Number(x.Name) == 0 {
			return l, &LineError{Line: number, Why: fmt.Sprintf("result of flow %s, which is not in the experiment", prose.Quote(x.Name))}
		}
	}
	return l, nil
}
