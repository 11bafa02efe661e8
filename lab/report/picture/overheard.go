package picture

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"stones/lab"
	layout "stones/lab/stone" // stone is a type of this package
)

// Limits of what is shown: flows, packets of each, lines of each, bytes of a line.
const (
	mostHeard  = 2
	mostDumps  = 2 // packets; of what went through a socket, one more
	dumpLines  = 7
	bytesALine = 16
)

// A tap is what somebody on the way sees of the flows.
type tap struct {
	flows []heardFlow
	says  string
	empty string // why there is nothing
}

// A heardFlow is what somebody sees of one flow.
type heardFlow struct {
	colour role
	dumps  []dump
}

// A dump is the beginning of one packet, or of what went through a socket.
type dump struct {
	title string
	lines []dumpLine
	more  int // bytes
}

// A dumpLine is some bytes of a packet.
type dumpLine struct {
	at    int
	bytes []byte
	text  []string // a letter stands at its first byte, and nothing at its others
}

// newTap makes the tap from the first packets of each flow that carry data.
func newTap(r lab.Result) tap {
	var t tap
	socket := false
	for _, x := range r.Flows[:min(len(r.Flows), mostHeard)] {
		f := heardFlow{colour: blue}
		if x.Is().Over != lab.TCP {
			f.colour = orange
		}
		var heard [][]byte
		for _, o := range x.Overheard {
			head, err := hex.DecodeString(o.Head)
			if err != nil || o.Bytes < len(head) {
				continue
			}
			heard = append(heard, head)
			most := mostDumps
			if o.What == lab.HeardSocket {
				socket, most = true, mostDumps+1
			}
			if o.Data > 0 && o.Back == r.Experiment.Reverse && len(f.dumps) < most {
				f.dumps = append(f.dumps, dump{heardTitle(x.Name, o), linesOf(head, r.Experiment.Say), o.Bytes - min(len(head), dumpLines*bytesALine)})
			}
		}
		if len(f.dumps) > 0 {
			t.flows = append(t.flows, f)
			t.says += heardSays(&x, legible(heard, r.Experiment.Say)) + " "
		}
	}
	if len(t.flows) == 0 {
		return tap{empty: noneHeard}
	}
	if socket {
		t.says += socketSays
	}
	t.says = strings.TrimSpace(t.says)
	return t
}

// legible reports whether the text, or without one a stone's mark, can be found in what
// was heard.
func legible(heard [][]byte, text string) bool {
	const enough = 12 // bytes of the text, which the beginning of a packet has room for
	if text == "" {
		text = layout.Mark
	}
	for len(text) > enough {
		_, last := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-last]
	}
	for _, b := range heard {
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

// linesOf divides the beginning of a packet into lines.
func linesOf(head []byte, said string) []dumpLine {
	letters := lettersOf(head, said)
	var lines []dumpLine
	for at := 0; at < len(head) && len(lines) < dumpLines; at += bytesALine {
		end := min(at+bytesALine, len(head))
		lines = append(lines, dumpLine{at, head[at:end], letters[at:end]})
	}
	return lines
}

// lettersOf returns the letter that begins at each byte: "" within a letter, and a dot
// where there is none. Bytes that form a letter of several bytes count as one only if
// the letter is in said; otherwise it is chance.
func lettersOf(b []byte, said string) []string {
	letters := make([]string, len(b))
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case ' ' <= r && r <= '~', size > 1 && r != utf8.RuneError && strings.ContainsRune(said, r):
			letters[i] = string(r)
			i += size
		default:
			letters[i] = "."
			i++
		}
	}
	return letters
}

// String formats the line for a terminal.
func (l dumpLine) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%04x ", l.at)
	for i := range bytesALine {
		if i%8 == 0 {
			b.WriteByte(' ')
		}
		if i < len(l.bytes) {
			fmt.Fprintf(&b, "%02x ", l.bytes[i])
		} else {
			b.WriteString("   ")
		}
	}
	b.WriteByte(' ')
	for _, letter := range l.text {
		if letter == "" {
			letter = " "
		}
		b.WriteString(letter)
	}
	return strings.TrimRight(b.String(), " ")
}

func (t tap) heading() (title, says string) { return overheardTitle, t.says }

// lines formats the dumps for a terminal.
func (t tap) lines() []string {
	lines := []string{overheardTitle}
	if t.empty != "" {
		return append(lines, wrapText(t.empty)...)
	}
	for _, f := range t.flows {
		for _, d := range f.dumps {
			lines = append(lines, "", d.title)
			for _, l := range d.lines {
				lines = append(lines, l.String())
			}
			if d.more > 0 {
				lines = append(lines, moreBytes(d.more))
			}
		}
	}
	return append(append(lines, ""), wrapText(t.says)...)
}

// draw draws the flows side by side.
func (t tap) draw(p pen, area draw.Canvas) {
	if t.empty != "" {
		p.nothing(area, t.empty)
		return
	}
	area.Max.Y -= margin / 2
	width := (area.Max.X - area.Min.X) / vg.Length(len(t.flows))
	for i, f := range t.flows {
		c := area
		c.Min.X += vg.Length(i) * width
		c.Max.X = c.Min.X + width
		for _, d := range f.dumps {
			c = p.dump(c, f.colour, d)
		}
	}
}

// dump draws the beginning of a packet at the top of c, and returns what is left.
func (p pen) dump(c draw.Canvas, colour role, d dump) draw.Canvas {
	const (
		size       = captionSize
		pair       = size * 1.42 // from one byte to the next
		letter     = size * 0.72
		offsetRoom = size * 2.8
	)
	c = p.above(c, p.text(tickSize, colour), []string{d.title})
	plain, hexes, letters := p.text(size, ink), p.text(size, ink), p.text(size, colour)
	plain.YAlign, hexes.YAlign, letters.YAlign = draw.YTop, draw.YTop, draw.YTop
	hexes.XAlign, letters.XAlign = draw.XCenter, draw.XCenter
	for _, l := range d.lines {
		c.FillText(plain, vg.Point{X: c.Min.X, Y: c.Max.Y}, fmt.Sprintf("%04x", l.at))
		for i, b := range l.bytes {
			x := c.Min.X + offsetRoom + (vg.Length(i)+0.5)*pair
			c.FillText(hexes, vg.Point{X: x, Y: c.Max.Y}, fmt.Sprintf("%02x", b))
			x = c.Min.X + offsetRoom + bytesALine*pair + letter + vg.Length(i)*letter
			if text := strings.TrimSpace(l.text[i]); text != "" {
				c.FillText(letters, vg.Point{X: x, Y: c.Max.Y}, text)
			}
		}
		c.Max.Y -= leading(plain)
	}
	if d.more > 0 {
		c = p.above(c, plain, []string{moreBytes(d.more)})
	}
	c.Max.Y -= leading(plain) / 2
	return c
}
