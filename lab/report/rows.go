package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"stones/lab"
)

// Rows are the kinds of things that have rows: flows, stones, packets and intervals.
func Rows() []string { return slices.Sorted(maps.Keys(rowKinds)) }

// RowFormats are the formats that have rows.
func RowFormats() []string { return slices.Sorted(maps.Keys(encodings)) }

// A NoRowsError says that no result has rows of a kind.
type NoRowsError struct{ Kind string }

func (e *NoRowsError) Error() string { return fmt.Sprintf("report: no %s in any result", e.Kind) }

// WriteRows writes a row for each thing of a kind in the results, one result at a time,
// in one of [RowFormats]. Every column has one type: words, whole numbers, other
// numbers, which always have a point, or true and false. A figure without a value is an
// empty cell, or null. It returns a [NoRowsError] if there is nothing to write; its
// other errors are those of w and of results.
func WriteRows(w io.Writer, kind, format, version string, results iter.Seq2[lab.Result, error]) error {
	return rowKinds[kind](w, encodings[format], version, results)
}

// rowKinds holds the functions that write the rows of each kind.
var rowKinds = map[string]func(w io.Writer, e encoding, version string, results iter.Seq2[lab.Result, error]) error{
	"flows": func(w io.Writer, e encoding, version string, results iter.Seq2[lab.Result, error]) error {
		return rowsOf(w, e, flowColumns(version, false), results, theFlow)
	},
	"stones": func(w io.Writer, e encoding, _ string, results iter.Seq2[lab.Result, error]) error {
		return someRows("stones", w, e, stoneColumns, results, func(x *lab.Outcome) []lab.StoneRecord { return x.Stones })
	},
	"packets": func(w io.Writer, e encoding, _ string, results iter.Seq2[lab.Result, error]) error {
		return someRows("packets", w, e, packetColumns, results, func(x *lab.Outcome) []lab.Packet { return x.Packets })
	},
	"intervals": func(w io.Writer, e encoding, _ string, results iter.Seq2[lab.Result, error]) error {
		return someRows("intervals", w, e, intervalColumns, results, func(x *lab.Outcome) []lab.Interval { return x.Intervals })
	},
}

// A column is one column of rows.
type column[T any] struct {
	name string
	of   func(r *row[T]) value
}

// A row is one thing of a flow.
type row[T any] struct {
	place  int // of the result, from 1
	result *lab.Result
	flow   *lab.Outcome
	it     T
}

// theFlow makes one row for a flow.
func theFlow(x *lab.Outcome) []struct{} { return make([]struct{}, 1) }

// someRows writes rows of which there may be none at all: then it writes nothing.
func someRows[T any](kind string, w io.Writer, e encoding, columns []column[T], results iter.Seq2[lab.Result, error], things func(x *lab.Outcome) []T) error {
	out := bufio.NewWriterSize(w, rowBuffer)
	n, err := putRows(out, e, append(whichFlow[T](), columns...), results, things)
	if err == nil && n == 0 {
		return &NoRowsError{kind} // the head is still in the buffer
	}
	return cmp.Or(err, out.Flush())
}

// rowsOf writes the rows of all flows.
func rowsOf[T any](w io.Writer, e encoding, columns []column[T], results iter.Seq2[lab.Result, error], things func(x *lab.Outcome) []T) error {
	out := bufio.NewWriterSize(w, rowBuffer)
	_, err := putRows(out, e, columns, results, things)
	return cmp.Or(err, out.Flush())
}

// rowBuffer is larger than any head.
const rowBuffer = 1 << 16

// whichFlow are the columns that identify the flow of a row.
func whichFlow[T any]() []column[T] {
	return []column[T]{
		{"result", func(r *row[T]) value { return whole(r.place) }},
		{"seed", func(r *row[T]) value { return value{kind: natural, natural: r.result.Experiment.Seed} }},
		{"flow", func(r *row[T]) value { return word(r.flow.Name) }},
		{"transport", func(r *row[T]) value { return word(r.flow.Transport) }},
	}
}

// putRows writes the rows of all flows, and returns how many there are.
func putRows[T any](out *bufio.Writer, e encoding, columns []column[T], results iter.Seq2[lab.Result, error], things func(x *lab.Outcome) []T) (n int, err error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	line := e.head(nil, names)
	if _, err := out.Write(line); err != nil {
		return n, err
	}
	r := row[T]{}
	for result, err := range results {
		if err != nil {
			return n, err
		}
		r.place++
		r.result = &result
		for i := range result.Flows {
			r.flow = &result.Flows[i]
			for _, r.it = range things(r.flow) {
				n++
				line = line[:0]
				for i, c := range columns {
					line = e.cell(line, i, c.name, c.of(&r))
				}
				if _, err := out.Write(append(line, e.end...)); err != nil {
					return n, err
				}
			}
		}
	}
	return n, nil
}

var stoneColumns = []column[lab.StoneRecord]{
	{"number", func(r *row[lab.StoneRecord]) value { return value{kind: natural, natural: r.it.Number} }},
	{"due_ms", func(r *row[lab.StoneRecord]) value { return amount(milliseconds, r.it.Due) }},
	{"first_ms", func(r *row[lab.StoneRecord]) value { return amount(milliseconds, r.it.First) }},
	{"copies", func(r *row[lab.StoneRecord]) value { return whole(r.it.Copies) }},
	{"fate", func(r *row[lab.StoneRecord]) value { return word(r.it.Fate) }},
	{"waited_to_leave_ms", waited(func(w *lab.StoneWaits) lab.Figure { return w.ToLeave })},
	{"thrown_again_ms", waited(func(w *lab.StoneWaits) lab.Figure { return w.Again })},
	{"waited_for_earlier_ms", waited(func(w *lab.StoneWaits) lab.Figure { return w.Earlier })},
	{"waited_on_road_ms", waited(func(w *lab.StoneWaits) lab.Figure { return w.Road })},
}

// waited is a figure of the stone's waiting.
func waited(of func(w *lab.StoneWaits) lab.Figure) func(r *row[lab.StoneRecord]) value {
	return func(r *row[lab.StoneRecord]) value {
		if r.it.Waits == nil {
			return value{}
		}
		return amount(milliseconds, of(r.it.Waits))
	}
}

var packetColumns = []column[lab.Packet]{
	{"number", func(r *row[lab.Packet]) value { return value{kind: natural, natural: r.it.Number} }},
	{"sent_ms", func(r *row[lab.Packet]) value { return amount(milliseconds, r.it.Sent) }},
	{"back", func(r *row[lab.Packet]) value { return either(r.it.Back) }},
	{"protocol", func(r *row[lab.Packet]) value { return word(r.it.Protocol) }},
	{"bytes", func(r *row[lab.Packet]) value { return whole(r.it.Bytes) }},
	{"data_bytes", func(r *row[lab.Packet]) value { return whole(r.it.Data) }},
	{"first_stone", func(r *row[lab.Packet]) value { return some(r.it.First) }},
	{"last_stone", func(r *row[lab.Packet]) value { return some(r.it.Last) }},
	{"flags", func(r *row[lab.Packet]) value { return word(r.it.Flags) }},
	{"seq", func(r *row[lab.Packet]) value { return value{kind: natural, natural: uint64(r.it.Seq)} }},
	{"ack", func(r *row[lab.Packet]) value { return value{kind: natural, natural: uint64(r.it.Ack)} }},
	{"again", func(r *row[lab.Packet]) value { return either(r.it.Again) }},
	{"offset_bytes", func(r *row[lab.Packet]) value { return whole(r.it.Offset) }},
	{"more", func(r *row[lab.Packet]) value { return either(r.it.More) }},
	{"fate", func(r *row[lab.Packet]) value { return word(r.it.Fate) }},
	{"left_ms", func(r *row[lab.Packet]) value { return amount(milliseconds, r.it.Left) }},
	{"arrived_ms", func(r *row[lab.Packet]) value { return amount(milliseconds, r.it.Arrived) }},
	{"copy_fate", func(r *row[lab.Packet]) value {
		if r.it.Copy == nil {
			return value{}
		}
		return word(r.it.Copy.Fate)
	}},
	{"copy_left_ms", func(r *row[lab.Packet]) value {
		if r.it.Copy == nil {
			return value{}
		}
		return amount(milliseconds, r.it.Copy.Left)
	}},
	{"copy_arrived_ms", func(r *row[lab.Packet]) value {
		if r.it.Copy == nil {
			return value{}
		}
		return amount(milliseconds, r.it.Copy.Arrived)
	}},
}

var intervalColumns = []column[lab.Interval]{
	{"from_ms", func(r *row[lab.Interval]) value { return amount(milliseconds, r.it.From) }},
	{"to_ms", func(r *row[lab.Interval]) value { return amount(milliseconds, r.it.To) }},
	{"thrown", func(r *row[lab.Interval]) value { return whole(r.it.Thrown) }},
	{"lost", func(r *row[lab.Interval]) value { return whole(r.it.Lost) }},
	{"late", func(r *row[lab.Interval]) value { return whole(r.it.Late) }},
	{"delay_p50_ms", func(r *row[lab.Interval]) value { return amount(milliseconds, r.it.P50) }},
	{"delivered", func(r *row[lab.Interval]) value { return whole(r.it.Delivered) }},
	{"goodput_bps", func(r *row[lab.Interval]) value { return amount(bitsASecond, r.it.Goodput) }},
}
