package pace

import (
	"errors"
	"math/bits"
	"strings"

	"stones/lab/quantity"
)

// A Rate is how fast stones are thrown: stones a second, bits of stone a
// second, or as fast as the thrower can. Units are decimal. Rates can be
// compared with ==; the zero value is no rate at all.
//
// Its text is "200/s", "1.6Mbit" or "max". It is read from "200" and from bytes
// a second ("2MB") as well. "10M" is refused: some tools mean bits by it and
// some bytes.
type Rate struct {
	kind kind
	n    int64 // millionths of a stone, or bits, a second
}

// A kind is what a rate counts.
type kind uint8

const (
	unset kind = iota
	stones
	stoneBits
	unpaced
)

const (
	million   = 1_000_000
	maxStones = 1_000_000_000 * million // one each nanosecond
	maxBits   = 1_000_000_000_000
)

// What is said of a rate that is none.
const notRate = "not a rate; write 200 (stones a second), 1.6Mbit or max; " + quantity.BitRateUnits

// StonesPerSecond is a rate of n stones a second, from 1 to 1,000,000,000.
func StonesPerSecond(n int64) Rate { return Rate{stones, n * million} }

// BitsPerSecond is a rate of n bits of stone a second, from 1 to 10^12.
func BitsPerSecond(n int64) Rate { return Rate{stoneBits, n} }

// Max is as fast as the thrower can.
func Max() Rate { return Rate{kind: unpaced} }

// inRange reports whether the rate is one that may be asked for.
func (r Rate) inRange() bool {
	switch r.kind {
	case stones:
		return 1 <= r.n && r.n <= maxStones
	case stoneBits:
		return 1 <= r.n && r.n <= maxBits
	case unpaced:
		return true
	case unset:
	}
	return false
}

// outOfRange says what is allowed.
func (k kind) outOfRange() string {
	if k == stoneBits {
		return quantity.OutOfRange(BitsPerSecond(1), "1000Gbit")
	}
	return quantity.OutOfRange(Rate{stones, 1}, Rate{stones, maxStones})
}

// gap returns the gap between stones of size bytes as a fraction, in
// nanoseconds.
func (r Rate) gap(size int) (num, den uint64) {
	const second = 1_000_000_000
	if r.kind == stoneBits {
		return 8 * uint64(size) * second, uint64(r.n)
	}
	return million * second, uint64(r.n)
}

// Stones is the rate in millionths of a stone a second, rounded down, for
// stones of size bytes. It is 0 for max.
func (r Rate) Stones(size int) int64 {
	switch r.kind {
	case stones:
		return r.n
	case stoneBits:
		return r.n * million / (8 * int64(size))
	case unset, unpaced:
	}
	return 0
}

// Bits is the rate in bits of stone a second, rounded down, for stones of size
// bytes. It is 0 for max.
func (r Rate) Bits(size int) int64 {
	switch r.kind {
	case stones:
		hi, lo := bits.Mul64(uint64(r.n), 8*uint64(size))
		n, _ := bits.Div64(hi, lo, million)
		return int64(n)
	case stoneBits:
		return r.n
	case unset, unpaced:
	}
	return 0
}

func (r Rate) String() string {
	switch r.kind {
	case stones:
		return quantity.FormatDecimal(r.n, million) + "/s"
	case stoneBits:
		return quantity.FormatBitRate(r.n)
	case unpaced:
		return "max"
	case unset:
	}
	return ""
}

// MarshalText writes the rate as it is read; no rate is empty.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a rate.
func (r *Rate) UnmarshalText(text []byte) error {
	if string(text) == "max" {
		*r = Max()
		return nil
	}
	read, err := parseRate(string(text))
	switch {
	case errors.Is(err, quantity.ErrLarge) || err == nil && !read.inRange():
		return errors.New(read.kind.outOfRange())
	case errors.Is(err, quantity.ErrNotNumber) || errors.Is(err, quantity.ErrUnit):
		return errors.New(notRate)
	case errors.Is(err, quantity.ErrFine):
		return errors.New("too fine; a rate has up to 6 decimals")
	case err != nil:
		return err
	}
	*r = read
	return nil
}

// parseRate reads a rate that is not max. Its kind is known even if there is an
// error.
func parseRate(text string) (Rate, error) {
	amount, unit := quantity.CutUnit(text)
	switch unit {
	case "", "/s":
	case "NaN", "Inf", "-Inf", "+Inf":
		return Rate{kind: stones}, quantity.ErrLarge
	default:
		n, err := quantity.ParseBitRate(text)
		return Rate{stoneBits, n}, err
	}
	magnitude, negative := strings.CutPrefix(amount, "-")
	n, err := quantity.ParseDecimal(magnitude, million)
	if err == nil && negative {
		err = quantity.ErrLarge
	}
	return Rate{stones, n}, err
}
