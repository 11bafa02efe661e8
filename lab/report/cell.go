package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"stones/lab"
	"stones/lab/prose"
)

// A value is the content of a cell in rows for programs. Its zero value is missing.
type value struct {
	kind    kind
	real    float64 // also 1 for true
	natural uint64
	text    string
}

// A kind is the type of a value, and so of its column.
type kind int

const (
	missing kind = iota
	text
	natural // a whole number from 0
	integer // a figure that counts, or another whole number
	real    // any number; written with a point
	truth
)

// whole is a whole number.
func whole(n int) value { return value{kind: integer, real: float64(n)} }

// some is a number from 1; 0 means that it is missing.
func some(n uint64) value {
	if n == 0 {
		return value{}
	}
	return value{kind: natural, natural: n}
}

// word is text.
func word[T ~string](s T) value { return value{kind: text, text: string(s)} }

// either is true or false.
func either(b bool) value {
	v := value{kind: truth}
	if b {
		v.real = 1
	}
	return v
}

// amount is a figure in its unit, if it has a value.
func amount(u unit, f lab.Figure) value {
	switch {
	case !f.Known():
		return value{}
	case u == count:
		return value{kind: integer, real: f.Value}
	}
	return value{kind: real, real: f.Value}
}

// append writes the value: text by quote, and a missing value as none.
func (v value) append(to []byte, none string, quote func(to []byte, s string) []byte) []byte {
	switch v.kind {
	case missing:
		return append(to, none...)
	case text:
		return quote(to, prose.Safe(v.text))
	case natural:
		return strconv.AppendUint(to, v.natural, 10)
	case truth:
		return strconv.AppendBool(to, v.real == 1)
	case integer:
		return strconv.AppendFloat(to, v.real, 'f', -1, 64)
	case real:
	}
	from := len(to)
	to = strconv.AppendFloat(to, v.real, 'f', -1, 64)
	if !slices.Contains(to[from:], '.') {
		to = append(to, ".0"...)
	}
	return to
}

// An encoding writes rows in a format.
type encoding struct {
	head func(to []byte, names []string) []byte
	cell func(to []byte, i int, name string, v value) []byte
	end  string // of a row

	// Of a list of rows, if it is more than the rows.
	between, foot string
}

// encodings are CSV (RFC 4180, but for line breaks without a carriage return), and an
// object a line (JSON Lines).
var encodings = map[string]encoding{
	"csv": {
		head: func(to []byte, names []string) []byte { return append(to, strings.Join(names, ",")+"\n"...) },
		cell: func(to []byte, i int, _ string, v value) []byte {
			if i > 0 {
				to = append(to, ',')
			}
			return v.append(to, "", quoteCSV)
		},
		end: "\n",
	},
	"jsonl": {
		head: func(to []byte, _ []string) []byte { return to },
		cell: func(to []byte, i int, name string, v value) []byte {
			lead := `,"`
			if i == 0 {
				lead = `{"`
			}
			to = append(append(append(to, lead...), name...), `":`...)
			return v.append(to, "null", quoteJSON)
		},
		end: "}\n",
	},
}

// quoteCSV writes a field, in quotes if it needs them.
func quoteCSV(to []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") && !strings.HasPrefix(s, " ") && s != `\.` {
		return append(to, s...)
	}
	return append(append(append(to, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}

// quoteJSON writes a string; [prose.Safe] has left nothing in it that cannot stand
// in one.
func quoteJSON(to []byte, s string) []byte {
	quoted, _ := jsontext.AppendQuote(to, s)
	return quoted
}
