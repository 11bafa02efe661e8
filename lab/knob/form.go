package knob

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"stones/lab"
	"stones/lab/quantity"
	"stones/lab/wire"
)

// A Form is how values of type T are read and written.
type Form[T any] struct {
	Read  func(string) (T, error)
	Write func(T) string
}

// text is the form of a type that reads and writes itself.
func text[T encoding.TextMarshaler, P interface {
	*T
	encoding.TextUnmarshaler
}]() Form[T] {
	return Form[T]{
		Read: func(s string) (v T, err error) {
			err = P(&v).UnmarshalText([]byte(s))
			return v, err
		},
		Write: func(v T) string {
			text, _ := v.MarshalText() // what is in an experiment can be written
			return string(text)
		},
	}
}

// Whole is the form of whole numbers within limits. If 0 is outside of them, it
// means that nothing was chosen.
func Whole(least, most int) Form[int] {
	return Form[int]{Read: readWhole(least, most), Write: writeWhole(least)}
}

func readWhole(least, most int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		switch {
		case err == nil && s[0] != '+' && least <= n && n <= most:
			return n, nil
		case errors.Is(err, strconv.ErrRange) || err == nil && s[0] != '+':
			return 0, errors.New(quantity.OutOfRange(least, most))
		}
		return 0, fmt.Errorf("not a whole number; allowed %d to %d", least, most)
	}
}

func writeWhole(least int) func(int) string {
	return func(n int) string {
		if n == 0 && least > 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
}

// Size is the form of a number of bytes within limits.
func Size(least, most int) Form[int] {
	return Form[int]{
		Read: func(s string) (int, error) {
			n, err := quantity.ParseSize(s)
			spelling := new(quantity.SpellingError)
			switch {
			case errors.As(err, &spelling):
				return 0, fmt.Errorf("not a size; %w", spelling)
			case errors.Is(err, quantity.ErrLarge) || err == nil && (n < int64(least) || n > int64(most)):
				return 0, errors.New(quantity.OutOfRange(least, most) + " bytes")
			case err != nil:
				return 0, errors.New("not a size; write bytes, or e.g. 64kB, 64KiB, 1MB")
			}
			return int(n), nil
		},
		Write: writeWhole(least),
	}
}

// During is the form of durations within limits.
func During(least, most time.Duration) Form[time.Duration] {
	return Form[time.Duration]{
		Read: func(s string) (time.Duration, error) {
			d, err := quantity.ParseDuration(s)
			if err == nil && (d < least || d > most) {
				err = errors.New(quantity.OutOfRange(least, most))
			}
			return d, err
		},
		Write: func(d time.Duration) string {
			if d == 0 && least > 0 {
				return ""
			}
			return quantity.FormatDuration(d)
		},
	}
}

// Toggle is the form of a switch, whose flag needs no value.
func Toggle() Form[bool] {
	return Form[bool]{
		Read: func(s string) (bool, error) {
			switch s {
			case "true":
				return true, nil
			case "false":
				return false, nil
			}
			return false, errors.New("allowed true and false, or nothing")
		},
		Write: strconv.FormatBool,
	}
}

// not is a switch that sets its field to the opposite.
func not() Form[bool] {
	to := Toggle()
	return Form[bool]{
		Read: func(s string) (bool, error) {
			v, err := to.Read(s)
			return !v, err
		},
		Write: func(v bool) string { return to.Write(!v) },
	}
}

// Word is the form of a word that is not checked here: it only must not be empty.
func Word() Form[string] {
	return Form[string]{
		Read: func(s string) (string, error) {
			if s == "" {
				return "", errors.New("the value is empty")
			}
			return s, nil
		},
		Write: func(s string) string { return s },
	}
}

// OneOf is the form of one of the words.
func OneOf(words []string) Form[string] {
	return Form[string]{
		Read: func(s string) (string, error) {
			if slices.Contains(words, s) {
				return s, nil
			}
			return "", errors.New("allowed " + strings.Join(words, ", "))
		},
		Write: func(s string) string { return s },
	}
}

// Seed is the form of a seed.
func Seed() Form[uint64] {
	const allowed = "allowed 0 to 18446744073709551615"
	return Form[uint64]{
		Read: func(s string) (uint64, error) {
			n, err := strconv.ParseUint(s, 10, 64)
			switch {
			case errors.Is(err, strconv.ErrRange):
				return 0, errors.New("out of range; " + allowed)
			case err != nil:
				return 0, errors.New("not a whole number; " + allowed)
			}
			return n, nil
		},
		Write: func(n uint64) string { return strconv.FormatUint(n, 10) },
	}
}

// numbers is the form of a list of numbers of stones or packets. An entry is a
// number, or the first and the last of several in a row.
func numbers() Form[[]uint64] {
	parse := readWhole(1, lab.MaxCount)
	return Form[[]uint64]{
		Read: func(s string) ([]uint64, error) {
			from, to, several := strings.Cut(s, "-")
			if from == "" { // a minus sign
				from, several = s, false
			}
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
			case last-first >= quantity.MaxRow:
				return nil, fmt.Errorf("too many in a row; allowed %d", quantity.MaxRow)
			}
			var list []uint64
			for n := first; n <= last; n++ {
				list = append(list, uint64(n))
			}
			return list, nil
		},
		Write: quantity.FormatNumbers,
	}
}

// readNumbers reads a list of such numbers, with commas between its entries.
func readNumbers(text string) (list []uint64, err error) {
	for entry := range strings.SplitSeq(text, ",") {
		more, err := numbers().Read(entry)
		if list = append(list, more...); err != nil {
			return nil, err
		}
		if len(list) > wire.MaxListed {
			return nil, errTooMany
		}
	}
	return list, nil
}

// listOf is the form of a list whose entries have a form of their own.
func listOf[T any](entry Form[T]) Form[[]T] {
	return Form[[]T]{
		Read: func(s string) ([]T, error) {
			v, err := entry.Read(s)
			return []T{v}, err
		},
		Write: func(list []T) string {
			parts := make([]string, len(list))
			for i, v := range list {
				parts[i] = entry.Write(v)
			}
			return strings.Join(parts, ",")
		},
	}
}

// stoneSize is the form of a stone's size. It reads every size, because the limits
// depend on the transport: [lab.Experiment.Validate] checks them.
func stoneSize() Form[int] {
	form := Size(lab.MinSize, lab.MaxSize)
	wide := Size(0, math.MaxInt32)
	read := form.Read
	form.Read = func(s string) (int, error) {
		if n, err := wide.Read(s); err == nil {
			return n, nil
		}
		return read(s)
	}
	return form
}
