package prose

import (
	"slices"
	"strings"
)

// Nearest is the known name that is most like the given one, and whether it is
// so much like it that it may have been meant. It is not if there is none.
func Nearest(name string, known []string) (best string, near bool) {
	if len(known) == 0 {
		return "", false
	}
	best = slices.MinFunc(known, func(a, b string) int { return distance(name, a) - distance(name, b) })
	return best, distance(name, best) <= max(2, len(best)/3)
}

// mostAlike is how many letters of names that are alike may differ.
const mostAlike = 2

// Alike returns those known names that are most like the given one, in their
// order: those that begin with it, or differ from it in the fewest letters, at
// most two. Of a short name fewer may differ, or all would be alike.
func Alike(name string, known []string) []string {
	for most := range min(mostAlike, (len(name)+1)/3) + 1 {
		var near []string
		for _, k := range known {
			if distance(name, k) <= most || strings.HasPrefix(strings.ToLower(k), strings.ToLower(name)) {
				near = append(near, k)
			}
		}
		if near != nil {
			return near
		}
	}
	return nil
}

// longestName is how many bytes a name can have that is like another one.
const longestName = 256

// distance counts the letters to change, add, take away or swap with their neighbour
// to come from a to b (optimal string alignment), whatever their case. A name far too
// long counts as far.
func distance(a, b string) int {
	if len(a) > longestName {
		return len(a)
	}
	a, b = strings.ToLower(a), strings.ToLower(b)
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range len(b) {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, row[j]+1, last[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
