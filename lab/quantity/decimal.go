package quantity

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// What is wrong with a number.
var (
	ErrNotNumber = errors.New("not a number")
	ErrLarge     = errors.New("too large")
	ErrFine      = errors.New("too many decimals")
)

// ParseDecimal reads a number without sign and exponent, such as 12 or 0.5, in
// parts of which one makes unit. The result is exact.
func ParseDecimal(s string, unit int64) (int64, error) {
	const most = 9 // decimals
	integer, fraction, point := strings.Cut(s, ".")
	if !Digits(integer) || point && !Digits(fraction) {
		return 0, ErrNotNumber
	}
	n, err := strconv.ParseInt(integer, 10, 64)
	if err != nil || n >= math.MaxInt64/unit {
		return 0, ErrLarge
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > most {
		return 0, ErrFine
	}
	part, scale := int64(0), int64(1)
	for _, digit := range []byte(fraction) {
		part = 10*part + int64(digit-'0')
		scale *= 10
	}
	for scale > 1 && unit%10 == 0 { // what is left of unit is small
		unit, scale, n = unit/10, scale/10, 10*n
	}
	if part*unit%scale != 0 {
		return 0, ErrFine
	}
	return n*unit + part*unit/scale, nil
}

// Digits reports whether s consists of one or more ASCII digits.
func Digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// FormatDecimal writes n parts of which one, a power of ten, makes unit.
func FormatDecimal(n, unit int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	whole := strconv.FormatInt(n/unit, 10)
	rest := strconv.FormatInt(unit+n%unit, 10)[1:] // with its leading zeros
	if rest = strings.TrimRight(rest, "0"); rest == "" {
		return sign + whole
	}
	return sign + whole + "." + rest
}

// CutUnit cuts s behind its last digit.
func CutUnit(s string) (number, unit string) {
	i := strings.LastIndexAny(s, "0123456789.") + 1
	return s[:i], s[i:]
}
