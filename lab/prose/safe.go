package prose

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Safe makes text of others fit to be shown. Text that has anything but visible
// characters and plain blanks, above all what controls a terminal, ends a line
// or reverses the direction of writing, is spelled out as in a Go string. Text
// that is safe already stays as it is.
func Safe(s string) string {
	if utf8.ValidString(s) && strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	quoted := strconv.Quote(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func hidden(r rune) bool { return !strconv.IsPrint(r) }

// longest is how many characters of a text are quoted.
const longest = 64

// Quote quotes what others wrote, for an error: hidden characters are spelled
// out, and what is too long is cut.
func Quote(s string) string {
	return strconv.Quote(Cut(s, longest))
}

// Cut returns at most the first n characters of s, with an ellipsis in place of
// the rest.
func Cut(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return s
}
