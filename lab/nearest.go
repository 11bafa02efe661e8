package lab

import (
	"slices"
	"strings"
)

// Nearest is the known name that is most like the given one, and whether it is
// so much like it that it may have been meant. There must be a known name.
func Nearest(name string, known []string) (best string, near bool) {
	best = slices.MinFunc(known, func(a, b string) int { return distance(name, a) - distance(name, b) })
	return best, distance(name, best) <= max(2, len(best)/3)
}

// distance counts the letters to change, add or take away to come from a to b
// (Levenshtein), whatever their case. A name far too long counts as far.
func distance(a, b string) int {
	if len(a) > maxText {
		return len(a)
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
