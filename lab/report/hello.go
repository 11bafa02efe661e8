package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Talk is an exchange of greetings over one transport, call by call.
type Talk struct {
	Transport string
	Calls     []Call
	Trouble   string // why it ended early; empty if it did not
}

// A Call is one call of a socket.
type Call struct {
	Name string        // socket, connect, handshake, send, recv or close
	Took time.Duration // only of connect, handshake and recv
	Data []byte        // what was sent or received
	Note string        // a remark
}

// The names of calls, in the order in which they are made. Between the two kinds
// of send, what comes is waited for.
const (
	CallSocket    = "socket"
	CallConnect   = "connect"
	CallHandshake = "handshake"
	CallAsk       = "send hello"
	CallRecv      = "recv"
	CallAnswer    = "send"
	CallClose     = "close"
)

// stages are the names in that order.
var stages = []string{CallSocket, CallConnect, CallHandshake, CallAsk, CallRecv, CallAnswer, CallClose}

// Heard returns all bytes received.
func (t Talk) Heard() []byte {
	var all []byte
	for _, read := range t.reads() {
		all = append(all, read.Data...)
	}
	return all
}

// reads returns the calls of recv that returned data.
func (t Talk) reads() []Call {
	return slices.DeleteFunc(slices.Clone(t.Calls), func(c Call) bool { return c.Name != CallRecv || len(c.Data) == 0 })
}

// mostReads is how many reads are shown of each talk.
const mostReads = 12

// Hello writes the talks side by side, call by call, and then the data of each read.
func Hello(w io.Writer, talks []Talk) error {
	g := grid{words: 1 + len(talks), head: []string{"call"}}
	for _, t := range talks {
		g.head = append(g.head, title(t.Transport))
	}
	for _, stage := range stages {
		for i := range mostReads + 1 {
			row, some := []string{stage}, false
			for _, t := range talks {
				cell := callCell(t, stage, i)
				row = append(row, cell)
				some = some || cell != noCell
			}
			if !some {
				break
			}
			g.rows = append(g.rows, row)
		}
	}
	p := page{table: g}
	cut := false
	for _, t := range talks {
		lines, some := heardLines(t)
		p.below = append(p.below, lines...)
		cut = cut || some
	}
	if cut {
		p.below = append(p.below, "Where a letter is cut, decoding that read by itself fails: put the bytes together first.")
	}
	return p.text(w, View{})
}

// callCell is the cell of a talk's i-th call of one name.
func callCell(t Talk, stage string, i int) string {
	var calls []Call
	for _, c := range t.Calls {
		if c.Name == stage {
			calls = append(calls, c)
		}
	}
	switch {
	case i >= len(calls):
		return noCell
	case i == mostReads:
		return fmt.Sprintf("and %d more", len(calls)-i)
	}
	c := calls[i]
	var words []string
	if c.Data != nil {
		words = append(words, fmt.Sprintf("%d B", len(c.Data)))
	}
	if c.Note != "" {
		words = append(words, c.Note)
	}
	if c.Took > 0 {
		words = append(words, "after "+short(milliseconds.write(float64(c.Took)/float64(time.Millisecond))))
	}
	if len(words) == 0 {
		return "done"
	}
	return strings.Join(words, ", ")
}

// heardLines show the data of each read of a talk. cut reports whether a read ended
// within a letter.
func heardLines(t Talk) (lines []string, cut bool) {
	reads := t.reads()
	head := fmt.Sprintf("%s: %s in %s", title(t.Transport), many(len(t.Heard()), "byte"), many(len(reads), "read"))
	if t.Trouble != "" {
		head += "; " + t.Trouble
	}
	lines = []string{"", head}
	for i, read := range reads {
		if i == mostReads {
			lines = append(lines, fmt.Sprintf("and %d more", len(reads)-i))
			break
		}
		text := fmt.Sprintf(`%d. "%s"`, i+1, read.Data)
		if n := unfinished(read.Data); n > 0 {
			cut = true
			text += fmt.Sprintf(" - ends within a letter, behind byte %d of it", n)
		}
		lines = append(lines, text)
	}
	if len(reads) > 1 {
		lines = append(lines, fmt.Sprintf(`together: "%s"`, t.Heard()))
	}
	return lines, cut
}

// unfinished is how many bytes at the end of data begin a letter of UTF-8 without
// completing it (RFC 3629 section 3).
func unfinished(data []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(data); n++ {
		tail := data[len(data)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
