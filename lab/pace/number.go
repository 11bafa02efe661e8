package pace

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// What decimal finds wrong.
var (
	errNotNumber = errors.New("not a number")
	errLarge     = errors.New("too large")
	errFine      = errors.New("too many decimals")
)

// decimal reads a number without sign and exponent, such as 12 or 0.5, in
// parts of which one makes unit. The result is exact.
func decimal(s string, unit int64) (int64, error) {
	const most = 9 // decimals
	integer, fraction, point := strings.Cut(s, ".")
	if !digits(integer) || point && !digits(fraction) {
		return 0, errNotNumber
	}
	n, err := strconv.ParseInt(integer, 10, 64)
	if err != nil || n >= math.MaxInt64/unit {
		return 0, errLarge
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > most {
		return 0, errFine
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
		return 0, errFine
	}
	return n*unit + part*unit/scale, nil
}

// digits reports whether s is made of one or more of 0 to 9.
func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// formatDecimal writes n parts of which one, a power of ten, makes unit.
func formatDecimal(n, unit int64) string {
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

// cutUnit cuts s behind its last digit.
func cutUnit(s string) (number, unit string) {
	i := strings.LastIndexAny(s, "0123456789.") + 1
	return s[:i], s[i:]
}
