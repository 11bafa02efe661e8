package control

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Safe makes text that comes from outside fit to be shown: if there is anything
// in it that is not a visible character or a plain blank, above all what steers
// a terminal, ends a line or turns the direction of writing, all such is spelled
// out as in a Go string. What is safe already stays as it is.
func Safe(text string) string {
	if utf8.ValidString(text) && strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	quoted := strconv.Quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func hidden(r rune) bool { return !strconv.IsPrint(r) }

// longestQuote is how many bytes of a bad word an error shows.
const longestQuote = 40

// quote shows a bad word in an error.
func quote(word string) string {
	if len(word) > longestQuote {
		return strconv.Quote(word[:longestQuote]) + "..."
	}
	return strconv.Quote(word)
}
