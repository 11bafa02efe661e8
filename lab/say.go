package lab

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"stones/lab/quantity"
	"stones/lab/stone"
)

// MaxSay is how many bytes a text may have that stones carry.
const MaxSay = 200

// Carries says what stone n of a size carries. It is nil if they carry nothing.
func (e Experiment) Carries(size int) func(n uint64) string {
	switch {
	case e.File.Is():
		return func(n uint64) string { return e.File.Part(n, size) }
	case e.Say != "":
		said := spoken(e.Say, size-stone.HeaderLen)
		return func(uint64) string { return said }
	}
	return nil
}

// spoken is a text as often as there is room for all of it, and blanks.
func spoken(text string, room int) string {
	times := (room + 1) / (len(text) + 1)
	said := strings.TrimSuffix(strings.Repeat(text+" ", times), " ")
	return said + strings.Repeat(" ", room-len(said))
}

// validateSay checks the text that the stones are to carry.
func (e Experiment) validateSay() error {
	if e.Say == "" {
		return nil
	}
	hidden := func(r rune) bool { return !strconv.IsPrint(r) }
	switch {
	case !utf8.ValidString(e.Say):
		return quantity.Invalid("say", e.Say, "not UTF-8")
	case strings.IndexFunc(e.Say, hidden) >= 0:
		return quantity.Invalid("say", e.Say, "not all of it can be seen; allowed are letters, digits, marks and blanks")
	case len(e.Say) > MaxSay:
		return quantity.Invalid("say", e.Say, fmt.Sprintf("it has %d bytes; allowed 1 to %d", len(e.Say), MaxSay))
	case e.File.Is():
		return quantity.Invalid("say", e.Say, "the stones carry a file; leave out --file, or this")
	}
	for _, f := range e.Flows {
		if need := stone.HeaderLen + len(e.Say); f.Plan.Size >= MinSize && f.Plan.Size < need {
			return quantity.Invalid("size", f.Plan.Size, fmt.Sprintf("what is said has %d bytes behind a header of %d; allowed from %d", len(e.Say), stone.HeaderLen, need))
		}
	}
	return nil
}
