package pace

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"stones/lab/number"
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
const notRate = "not a rate; write 200 (stones a second), 1.6Mbit or max; units: bit kbit Mbit Gbit B kB MB GB"

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
		return outOfRange(BitsPerSecond(1), "1000Gbit")
	}
	return outOfRange(Rate{stones, 1}, Rate{stones, maxStones})
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
		return number.Format(r.n, million) + "/s"
	case stoneBits:
		switch {
		case r.n >= 1e9:
			return number.Format(r.n, 1e9) + "Gbit"
		case r.n >= 1e6:
			return number.Format(r.n, 1e6) + "Mbit"
		case r.n >= 1e3:
			return number.Format(r.n, 1e3) + "kbit"
		}
		return strconv.FormatInt(r.n, 10) + "bit"
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
	amount, unit := number.CutUnit(string(text))
	unit = strings.TrimSuffix(unit, "/s")
	kind, scale := stoneBits, int64(1)
	switch unit {
	case "":
		kind, scale = stones, million
	case "bit":
	case "kbit":
		scale = 1e3
	case "Mbit":
		scale = 1e6
	case "Gbit":
		scale = 1e9
	case "Tbit":
		scale = 1e12
	case "B":
		scale = 8
	case "kB":
		scale = 8e3
	case "MB":
		scale = 8e6
	case "GB":
		scale = 8e9
	case "k", "M", "G":
		return fmt.Errorf("bits or bytes? write %s%sbit or %s%sB", amount, unit, amount, unit)
	case "NaN", "Inf", "-Inf", "+Inf":
		return errors.New(stones.outOfRange())
	default:
		return errors.New(notRate)
	}
	n, err := number.Parse(strings.TrimPrefix(amount, "-"), scale)
	read := Rate{kind, n}
	switch {
	case errors.Is(err, number.ErrNotNumber):
		return errors.New(notRate)
	case errors.Is(err, number.ErrLarge) || amount[0] == '-' || err == nil && !read.inRange():
		return errors.New(kind.outOfRange())
	case errors.Is(err, number.ErrFine) && kind == stones:
		return errors.New("too fine; a rate has up to 6 decimals")
	case errors.Is(err, number.ErrFine):
		return errors.New("not a whole number of bits a second")
	}
	*r = read
	return nil
}
