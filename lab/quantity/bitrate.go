package quantity

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Units of bit rates, in bits a second. They are decimal.
const (
	Kbit int64 = 1e3
	Mbit int64 = 1e6
	Gbit int64 = 1e9
	Tbit int64 = 1e12
)

// BitRateUnits names the units that [ParseBitRate] reads.
const BitRateUnits = "units: bit kbit Mbit Gbit B kB MB GB"

// What is wrong with a bit rate besides its number.
var (
	ErrNoUnit  = errors.New("no unit")
	ErrUnit    = errors.New("unknown unit")
	ErrNotBits = errors.New("not a whole number of bits a second")
)

// ParseBitRate reads bits or bytes a second: "10Mbit", "1.5MB". The unit is
// required, and a "/s" behind it changes nothing. A rate below 0 is [ErrLarge],
// as one that is too large.
func ParseBitRate(s string) (int64, error) {
	amount, unit := CutUnit(s)
	scale := int64(1)
	switch strings.TrimSuffix(unit, "/s") {
	case "bit":
	case "kbit":
		scale = Kbit
	case "Mbit":
		scale = Mbit
	case "Gbit":
		scale = Gbit
	case "Tbit":
		scale = Tbit
	case "B":
		scale = 8
	case "kB":
		scale = 8 * Kbit
	case "MB":
		scale = 8 * Mbit
	case "GB":
		scale = 8 * Gbit
	case "k", "M", "G":
		unit = strings.TrimSuffix(unit, "/s")
		return 0, fmt.Errorf("bits or bytes? write %s%sbit or %s%sB", amount, unit, amount, unit)
	case "":
		return 0, ErrNoUnit
	default:
		return 0, ErrUnit
	}
	magnitude, negative := strings.CutPrefix(amount, "-")
	n, err := ParseDecimal(magnitude, scale)
	switch {
	case errors.Is(err, ErrFine):
		return 0, ErrNotBits
	case err == nil && negative:
		return 0, ErrLarge
	}
	return n, err
}

// FormatBitRate writes n bits a second in the largest unit that fits.
func FormatBitRate(n int64) string {
	switch {
	case n >= Gbit:
		return FormatDecimal(n, Gbit) + "Gbit"
	case n >= Mbit:
		return FormatDecimal(n, Mbit) + "Mbit"
	case n >= Kbit:
		return FormatDecimal(n, Kbit) + "kbit"
	}
	return strconv.FormatInt(n, 10) + "bit"
}
