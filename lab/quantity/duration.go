package quantity

import (
	"errors"
	"strings"
	"time"
)

// ParseDuration reads a duration as people write it: numbers with units from
// large to small, each unit once: "20ms", "1.5s", "1h30m". It is stricter than
// [time.ParseDuration], which takes "1h1h" for two hours and "1.h" for one. Only
// "0" needs no unit.
//
// The error is the end of a sentence that begins with the text.
func ParseDuration(text string) (time.Duration, error) {
	rest := strings.TrimPrefix(text, "-")
	switch {
	case text == "0":
		return 0, nil
	case digits(rest) > 0 && strings.Trim(rest, "0123456789.") == "":
		return 0, errors.New("add a unit, e.g. " + rest + "ms or " + rest + "s")
	}
	last := len(units)
	for again := true; again; again = rest != "" {
		whole := digits(rest)
		rest = rest[whole:]
		fraction := 0
		if strings.HasPrefix(rest, ".") {
			fraction = 1 + digits(rest[1:])
			rest = rest[fraction:]
		}
		unit, length := unitOf(rest)
		switch {
		case whole == 0 || fraction == 1 || unit < 0:
			return 0, errors.New("not a duration; write a number and a unit, e.g. 20ms, 1.5s, 1h30m")
		case unit >= last:
			return 0, errors.New("not a duration; write each unit once, the larger one first, e.g. 1h30m")
		}
		last = unit
		rest = rest[length:]
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errors.New("out of range; the longest duration is 2562047h")
	}
	return d, nil
}

// FormatDuration writes d in the shortest form that [ParseDuration] reads.
func FormatDuration(d time.Duration) string {
	text := strings.Replace(d.String(), "µs", "us", 1)
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// units of time from small to large.
var units = [...]string{"ns", "us", "ms", "s", "m", "h"}

// unitOf returns the index of the unit that text begins with, or -1, and the
// unit's length in bytes.
func unitOf(text string) (index, length int) {
	end := strings.IndexAny(text, "0123456789.")
	if end < 0 {
		end = len(text)
	}
	name := text[:end]
	if name == "µs" {
		name = "us"
	}
	for i, unit := range units {
		if name == unit {
			return i, end
		}
	}
	return -1, 0
}

// digits returns how many ASCII digits text begins with.
func digits(text string) int {
	return len(text) - len(strings.TrimLeft(text, "0123456789"))
}
