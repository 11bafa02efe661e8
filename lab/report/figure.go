package report

import (
	"math"
	"strconv"
	"strings"
)

// A unit says what a figure counts, and so how people write it.
type unit int

// The units of figures.
const (
	count         unit = iota // of stones, packets or bytes
	milliseconds              // of time
	bitsASecond               // of a rate
	stonesASecond             // of a rate
	parts                     // of a whole, which is 1
	aMinute                   // of what happens again and again
)

// multiples of bits a second are decimal.
var multiples = []struct {
	name string
	size float64
}{{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}}

// scale returns the multiple of u, and its name, in which v is easily read.
func (u unit) scale(v float64) (size float64, name string) {
	switch u {
	case count:
		return 1, ""
	case milliseconds:
		return 1, "ms"
	case stonesASecond:
		return 1, "stones/s"
	case aMinute:
		return 1, "/min"
	case parts:
		return 1, ""
	case bitsASecond:
	}
	for _, m := range multiples {
		if v >= m.size {
			return m.size, m.name
		}
	}
	return 1, "bit/s"
}

// number is v without its unit, as people write it in that multiple.
func (u unit) number(v, size float64) string {
	if u == count {
		return plain(v)
	}
	return human(v / size)
}

// write is v with its unit, as people write it.
func (u unit) write(v float64) string {
	size, name := u.scale(v)
	if name == "" {
		return u.number(v, size)
	}
	return u.number(v, size) + " " + name
}

// plain writes v in full, or with few digits if it is 1e15 or more.
func plain(v float64) string {
	if v >= 1e15 {
		return human(v)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// human writes v with at least three significant digits, but nothing finer than
// thousandths.
func human(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 0.001:
		return "<0.001"
	case v >= 1e7:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case v >= 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', min(3, 2-int(math.Floor(math.Log10(v)))), 64)
}

// short removes the zeros at the end of text's decimals.
func short(text string) string {
	number, unit, _ := strings.Cut(text, " ")
	if strings.Contains(number, ".") && !strings.Contains(number, "e") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return strings.TrimSpace(number + " " + unit)
}

// percent writes part as a share of whole, which must not be 0. A share above 0 is
// never shown as 0%, nor one below 100% as 100%.
func percent(part, whole float64) string {
	share := 100 * part / whole
	switch {
	case share == 0 || share == 100:
		return strconv.FormatFloat(share, 'f', 0, 64) + "%"
	case share < 0.05:
		return "<0.1%"
	case share >= 99.95:
		return ">99.9%"
	}
	return strconv.FormatFloat(share, 'f', 1, 64) + "%"
}

// bytes writes a length in the largest binary unit of which it is a multiple.
func bytes(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.Itoa(n>>20) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.Itoa(n>>10) + " KiB"
	}
	return strconv.Itoa(n) + " B"
}
