package report

import (
	"strconv"
	"strings"
)

// safe makes text that comes from outside fit to be shown: what is not a
// visible character or a plain blank, above all what steers a terminal or
// turns the direction of writing, is spelled out as in a Go string.
func safe(text string) string {
	quoted := strconv.Quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
