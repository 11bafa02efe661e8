package prose

import (
	"strings"
	"unicode/utf8"
)

// Lines breaks s at blanks into lines that fit. A word that does not fit has a
// line of its own.
func Lines(s string, fits func(line string) bool) []string {
	var lines []string
	for word := range strings.FieldsSeq(s) {
		if last := len(lines) - 1; last >= 0 {
			if longer := lines[last] + " " + word; fits(longer) {
				lines[last] = longer
				continue
			}
		}
		lines = append(lines, word)
	}
	return lines
}

// Wrap breaks s at blanks into lines of at most width characters, indents
// included: that of the first line, and that of the others.
func Wrap(s string, width int, first, others string) []string {
	var lines []string
	line, indent := "", first
	for word := range strings.FieldsSeq(s) {
		switch {
		case line == "":
			line = indent + word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines, indent = append(lines, line), others
			line = indent + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
