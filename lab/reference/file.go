package reference

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A File has runs of cells, in the order in which cells were first added. As text
// it is a head of names with what they say, and then for each cell, behind a blank
// line, its name and flags, a line of columns, and a line for each seed:
//
//	kernel: Linux 6.18.44
//
//	loss1: loss 1%, reorder 0%
//	seed thrown delivered held_up ...
//	1 1000 1000 349 ...
type File struct {
	About map[string]string // what made it: a line each
	cells []*entry
}

// An entry is a cell in a file.
type entry struct {
	name, flags string
	runs        []Run // in the order of their seeds
}

// Runs returns those of a cell. There are none if it had other flags then.
func (f *File) Runs(c Cell) []Run {
	for _, have := range f.cells {
		if have.name == c.Name && have.flags == c.Flags {
			return have.runs
		}
	}
	return nil
}

// Run returns that of one seed.
func (f *File) Run(c Cell, seed uint64) (r Run, ok bool) {
	runs := f.Runs(c)
	if at, ok := find(runs, seed); ok {
		return runs[at], true
	}
	return Run{}, false
}

func find(runs []Run, seed uint64) (at int, ok bool) {
	return slices.BinarySearchFunc(runs, seed, func(r Run, seed uint64) int { return cmp.Compare(r.Seed, seed) })
}

// Add keeps a run, in the place of an earlier one with its seed. What the cell had
// with other flags goes.
func (f *File) Add(c Cell, r Run) {
	at := slices.IndexFunc(f.cells, func(have *entry) bool { return have.name == c.Name })
	if at < 0 {
		at = len(f.cells)
		f.cells = append(f.cells, &entry{name: c.Name})
	}
	have := f.cells[at]
	if have.flags != c.Flags {
		have.flags, have.runs = c.Flags, nil
	}
	if i, ok := find(have.runs, r.Seed); ok {
		have.runs[i] = r
	} else {
		have.runs = slices.Insert(have.runs, i, r)
	}
}

// Write writes the file as text. Its errors are those of w.
func (f *File) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(f.About)) {
		fmt.Fprintf(b, "%s: %s\n", name, f.About[name])
	}
	for _, c := range f.cells {
		columns := c.columns()
		fmt.Fprintf(b, "\n%s: %s\nseed %s\n", c.name, c.flags, strings.Join(columns, " "))
		for _, r := range c.runs {
			fmt.Fprint(b, r.Seed)
			for _, name := range columns {
				fmt.Fprint(b, " ", short(r.Values[name]))
			}
			fmt.Fprintln(b)
		}
	}
	return b.Flush()
}

// short writes v to a thousandth.
func short(v float64) string {
	text := strconv.FormatFloat(v, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// columns are those of all runs, and then those that are not 0 in each.
func (c *entry) columns() []string {
	more := map[string]bool{}
	for _, r := range c.runs {
		for name, v := range r.Values {
			if v != 0 && !slices.Contains(columns, name) {
				more[name] = true
			}
		}
	}
	return slices.Concat(columns, slices.Sorted(maps.Keys(more)))
}

// Read reads what [File.Write] has written. An error names the line.
func Read(r io.Reader) (*File, error) {
	f := &File{About: map[string]string{}}
	p := parser{file: f}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if err := p.line(lines.Text()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return f, lines.Err()
}

// A parser reads a file line by line.
type parser struct {
	file    *File
	body    bool     // the head is over
	cell    *entry   // nil before its first line
	columns []string // nil before the cell's second line
}

func (p *parser) line(line string) error {
	switch name, rest, named := strings.Cut(line, ": "); {
	case line == "":
		p.body, p.cell, p.columns = true, nil, nil
	case !p.body && named:
		p.file.About[name] = rest
	case p.body && p.cell == nil && named:
		p.cell = &entry{name: name, flags: rest}
		p.file.cells = append(p.file.cells, p.cell)
	case p.cell != nil && p.columns == nil && strings.HasPrefix(line, "seed "):
		p.columns = strings.Fields(line)[1:]
	case p.columns != nil:
		return p.run(strings.Fields(line))
	default:
		return fmt.Errorf("%.40q: not expected here", line)
	}
	return nil
}

// run reads the line of a seed.
func (p *parser) run(words []string) error {
	if len(words) != len(p.columns)+1 {
		return fmt.Errorf("%d values; expected %d", len(words), len(p.columns)+1)
	}
	seed, err := strconv.ParseUint(words[0], 10, 64)
	if err != nil {
		return fmt.Errorf("%.40q: not a seed", words[0])
	}
	r := Run{seed, make(map[string]float64, len(p.columns))}
	for i, name := range p.columns {
		if r.Values[name], err = strconv.ParseFloat(words[i+1], 64); err != nil {
			return fmt.Errorf("%.40q: not a number", words[i+1])
		}
	}
	if at, ok := find(p.cell.runs, seed); ok || at < len(p.cell.runs) {
		return fmt.Errorf("seed %d: not above the one before", seed)
	}
	p.cell.runs = append(p.cell.runs, r)
	return nil
}
