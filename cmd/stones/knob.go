package main

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"stones/lab"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// A knob is a flag that shapes an experiment. Several values with commas
// between them make a sweep.
type knob interface {
	pflag.Value
	len() int                       // how many values were given
	turn(e *lab.Experiment, to int) // sets one of them
}

// A knobOf is a knob whose values are of type T.
type knobOf[T any] struct {
	parse  func(string) (T, error)
	fields []func(*lab.Experiment) *T
	given  string // or the default
	values []T
}

// Set reads the values. It returns a [quantity.InvalidError] for the first wrong one.
func (k *knobOf[T]) Set(text string) error {
	var values []T
	for part := range strings.SplitSeq(text, ",") {
		v, err := k.parse(part)
		if err != nil {
			return &quantity.InvalidError{Value: part, Why: err.Error()}
		}
		values = append(values, v)
	}
	k.given, k.values = text, values
	return nil
}

func (k *knobOf[T]) String() string { return k.given }
func (k *knobOf[T]) Type() string   { return typeName[T]() }
func (k *knobOf[T]) len() int       { return len(k.values) }

func (k *knobOf[T]) turn(e *lab.Experiment, to int) {
	for _, field := range k.fields {
		*field(e) = k.values[to]
	}
}

// A listOf is a knob that sets a list, and so has one value only. Each part
// between commas may stand for several entries.
type listOf[T any] struct {
	knobOf[[]T]
	field func(*lab.Experiment) *[]T
}

func (l *listOf[T]) len() int                      { return min(1, len(l.values)) }
func (l *listOf[T]) turn(e *lab.Experiment, _ int) { *l.field(e) = slices.Concat(l.values...) }
func (l *listOf[T]) Type() string                  { return typeName[T]() }

// A plainOf is a flag that is about more than one experiment.
type plainOf[T any] struct {
	parse func(string) (T, error)
	field *T
	given string // or the default
}

func (p *plainOf[T]) Set(text string) error {
	v, err := p.parse(text)
	if err == nil {
		p.given, *p.field = text, v
	}
	return err
}

func (p *plainOf[T]) String() string { return p.given }
func (p *plainOf[T]) Type() string   { return typeName[T]() }

// typeName is what pflag wants to know of a type: whether it is bool.
func typeName[T any]() string {
	if _, ok := any(*new(T)).(bool); ok {
		return "bool"
	}
	return "value"
}

// show writes a default as it is given on the command line; nothing for zero.
func show(v any) string {
	switch v := v.(type) {
	case time.Duration:
		if v != 0 {
			return quantity.FormatDuration(v)
		}
		return ""
	case encoding.TextMarshaler:
		if !reflect.ValueOf(v).IsZero() {
			text, _ := v.MarshalText() // defaults are valid
			return string(text)
		}
		return ""
	}
	if reflect.ValueOf(v).IsZero() {
		return ""
	}
	return fmt.Sprint(v)
}

// onlyOnce refuses a flag that is given twice.
func onlyOnce(f *pflag.Flag) { f.Value = &once{Value: f.Value} }

// A once is the value of a flag that may be given only once.
type once struct {
	pflag.Value
	given bool
}

func (o *once) Set(text string) error {
	if o.given {
		return &quantity.InvalidError{Value: text, Why: "given twice; before, it was " + prose.Quote(o.String())}
	}
	o.given = true
	return o.Value.Set(text)
}

// text parses a type that reads itself.
func text[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](s string) (v T, err error) {
	err = P(&v).UnmarshalText([]byte(s))
	return v, err
}

// whole parses whole numbers. What is within the limits is not for it to say,
// but it names them.
func whole(least, most int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return 0, fmt.Errorf("out of range; allowed %d to %d", least, most)
		case err != nil || s[0] == '+':
			return 0, fmt.Errorf("not a whole number; allowed %d to %d", least, most)
		}
		return n, nil
	}
}

// upTo parses whole numbers from 1 to the most.
func upTo(most int) func(string) (int, error) {
	parse := whole(1, most)
	return func(s string) (int, error) {
		n, err := parse(s)
		if err == nil && (n < 1 || n > most) {
			err = fmt.Errorf("out of range; allowed 1 to %d", most)
		}
		return n, err
	}
}

// during parses durations within limits.
func during(least, most time.Duration) func(string) (time.Duration, error) {
	return func(s string) (time.Duration, error) {
		d, err := quantity.ParseDuration(s)
		if err == nil && (d < least || d > most) {
			err = fmt.Errorf("out of range; allowed %s to %s", quantity.FormatDuration(least), quantity.FormatDuration(most))
		}
		return d, err
	}
}

// numbers parses the number of a stone or packet, or the first and the last of
// several in a row.
func numbers(s string) ([]uint64, error) {
	from, to, several := strings.Cut(s, "-")
	if from == "" { // a minus sign
		from, several = s, false
	}
	parse := upTo(lab.MaxCount)
	first, err := parse(from)
	if err != nil || !several {
		return []uint64{uint64(first)}, err
	}
	last, err := parse(to)
	switch {
	case err != nil:
		return nil, err
	case last < first:
		return nil, errors.New("ends before it begins; write the lower number first")
	case last-first >= maxRow:
		return nil, fmt.Errorf("too many in a row; allowed %d", maxRow)
	}
	var list []uint64
	for n := first; n <= last; n++ {
		list = append(list, uint64(n))
	}
	return list, nil
}

// maxRow is how many numbers may be given by their first and last.
const maxRow = 10_000

// one makes a parser of one thing into that of a list.
func one[T any](parse func(string) (T, error)) func(string) ([]T, error) {
	return func(s string) ([]T, error) {
		v, err := parse(s)
		return []T{v}, err
	}
}

// seed parses the seed.
func seed(s string) (uint64, error) {
	const allowed = "allowed 0 to 18446744073709551615"
	n, err := strconv.ParseUint(s, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errors.New("out of range; " + allowed)
	case err != nil:
		return 0, errors.New("not a whole number; " + allowed)
	}
	return n, nil
}

// size parses a number of bytes, with or without a unit.
func size(s string) (int, error) {
	const form = "not a size; "
	n, err := quantity.ParseSize(s)
	spelling := new(quantity.SpellingError)
	switch {
	case errors.As(err, &spelling):
		return 0, fmt.Errorf(form+"%w", spelling)
	case err != nil || n > 1<<40:
		return 0, errors.New(form + "write bytes, or e.g. 64kB, 64KiB, 1MB")
	}
	return int(n), nil
}

// yes parses the value of a flag that needs none.
func yes(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errors.New("allowed true and false, or nothing")
}

// no is yes turned round.
func no(s string) (bool, error) {
	v, err := yes(s)
	return !v, err
}

// word parses a word that others have to understand.
func word(s string) (string, error) {
	if s == "" {
		return "", errors.New("the value is empty")
	}
	return s, nil
}

// oneOf parses one of the names.
func oneOf(names ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if slices.Contains(names, s) {
			return s, nil
		}
		return "", errors.New("allowed " + strings.Join(names, ", "))
	}
}
