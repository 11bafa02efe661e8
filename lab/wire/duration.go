package wire

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"stones/lab/number"
)

// durations matches each unit once, from the largest to the smallest.
var durations = regexp.MustCompile(`^([0-9.]+h)?([0-9.]+m)?([0-9.]+s)?([0-9.]+ms)?([0-9.]+[uµ]s)?([0-9.]+ns)?$`)

// duration reads what [time.Duration] writes, without a sign.
func duration(s string) (time.Duration, error) {
	if number.Digits(s) && strings.Trim(s, "0") != "" {
		return 0, fmt.Errorf("add a unit, e.g. %sms", s)
	}
	d, err := time.ParseDuration(s)
	if err != nil || s != "0" && !durations.MatchString(s) {
		return 0, errors.New("not a duration; write 20ms or 1.5s; units: h m s ms us ns")
	}
	return d, nil
}
