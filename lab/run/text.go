package run

import (
	"unicode/utf8"

	"stones/lab"
	"stones/lab/stone"
)

// text is how a text that the stones carry was read. In UTF-8 a letter may have several
// bytes, and a read may end between them.
type text struct {
	said    string // follows the header of each stone
	stream  bool   // the next read goes on where the last one ended
	read    int    // bytes
	letters int    // that a read has cut
}

// reading returns what is called after each read of a text; nil if the stones carry
// none.
func (x *flow) reading() func(bytes int) {
	if x.cargo == nil || x.got != nil {
		return nil
	}
	x.text = &text{said: x.cargo(1), stream: x.is.Ordered}
	return x.text.gave
}

// gave records where a read has ended.
func (t *text) gave(bytes int) {
	if !t.stream {
		t.read = 0
	}
	t.read += bytes
	at := t.read%(stone.HeaderLen+len(t.said)) - stone.HeaderLen
	if at > 0 && !utf8.RuneStart(t.said[at]) {
		t.letters++
	}
}

// textFigures fills in how the text was read.
func (x *flow) textFigures(r *lab.Outcome) {
	if x.text != nil {
		r.CutLetters = new(lab.Number(x.text.letters))
	}
}
