package quantity

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sizes are the units of sizes in bytes. Those with an i are binary.
var sizes = map[string]int64{
	"": 1, "B": 1,
	"kB": 1e3, "MB": 1e6, "GB": 1e9,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
}

// ParseSize reads a number of bytes: "1000", "64kB", "64KiB", "1.5MB". A size
// below 0 is [ErrLarge], as one that is too large. Where a unit is misspelled,
// the error says how it is written.
func ParseSize(s string) (int64, error) {
	amount, unit := CutUnit(s)
	scale, known := sizes[unit]
	magnitude, negative := strings.CutPrefix(amount, "-")
	n, err := ParseDecimal(magnitude, max(scale, 1))
	switch {
	case errors.Is(err, ErrNotNumber):
		return 0, ErrNotNumber
	case !known:
		return 0, misspelled(magnitude, unit)
	case err == nil && negative:
		return 0, ErrLarge
	}
	return n, err
}

// A SpellingError says how a size is written whose unit is misspelled.
type SpellingError struct {
	write []string
}

func (e *SpellingError) Error() string { return "write " + strings.Join(e.write, " or ") }

// misspelled returns a [SpellingError], or [ErrUnit] if no unit is like it.
func misspelled(amount, unit string) error {
	var write []string
	for _, right := range []string{"kB", "KiB", "MB", "MiB", "GB", "GiB"} {
		letter := strings.ToLower(right[:1])
		meant := []string{letter, letter + "b", letter + "byte", letter + "bytes", strings.ToLower(right)} // as in 64k, 64KB
		if !slices.Contains(meant, strings.ToLower(unit)) {
			continue
		}
		if n, err := ParseDecimal(amount, sizes[right]); err == nil {
			write = append(write, fmt.Sprintf("%s%s (%d)", amount, right, n))
		}
	}
	if write == nil {
		return ErrUnit
	}
	return &SpellingError{write}
}

// FormatSize writes n bytes in the largest decimal unit that fits.
func FormatSize(n int64) string {
	switch {
	case n >= 1e6:
		return FormatDecimal(n, 1e6) + "MB"
	case n >= 1e3:
		return FormatDecimal(n, 1e3) + "kB"
	}
	return strconv.FormatInt(n, 10) + "B"
}
