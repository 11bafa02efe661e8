package quantity

import (
	"strconv"
	"strings"
)

// MaxRow is how many numbers may be given by their first and last.
const MaxRow = 10_000

// FormatNumbers writes a list with its rows shortened to their first and last.
func FormatNumbers(list []uint64) string {
	var parts []string
	for i := 0; i < len(list); {
		end := i
		for end+1 < len(list) && list[end+1] == list[end]+1 && end-i < MaxRow-1 {
			end++
		}
		part := strconv.FormatUint(list[i], 10)
		switch {
		case end == i+1:
			end = i // two in a row are no shorter with a dash
		case end > i:
			part += "-" + strconv.FormatUint(list[end], 10)
		}
		parts = append(parts, part)
		i = end + 1
	}
	return strings.Join(parts, ",")
}
