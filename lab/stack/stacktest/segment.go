package stacktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Segment is a TCP segment as a story tells it. Sequence numbers count from
// the SYN of the end that they belong to, which is 0; so the first byte of data
// is 1 in both directions.
//
// Its text is what packetdrill and tcpdump write:
//
//	flags seq:end(length) [ack N] [win N] [<options>]
//
//	S 0:0(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 10>
//	P. 1:1001(1000) ack 1 win 63
//	. 1:1(0) ack 2001 <nop,nop,sack 3001:4001>
//	F. 1001:1001(0) ack 1
//	R 1:1(0)
//
// The flags are S, F, R, P, E (ECE), W (CWR) and a dot for ACK, in any order.
type Segment struct {
	Flags   Flags
	Seq     uint32
	Len     int // bytes of payload
	Ack     uint32
	Window  int // as in the header, not scaled; Unsaid if the text has none
	Options []Option
	Bare    bool // the text has <>: there are no options, and none are added
}

// Unsaid is the window of a text without a window.
const Unsaid = -1

// Flags are the control bits of the header.
type Flags uint8

// The flags (RFC 9293 section 3.1, RFC 3168 section 6.1).
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// letters holds the flags in the order in which they are written.
var letters = []struct {
	flag   Flags
	letter byte
}{{SYN, 'S'}, {FIN, 'F'}, {RST, 'R'}, {PSH, 'P'}, {URG, 'U'}, {ECE, 'E'}, {CWR, 'W'}, {ACK, '.'}}

func (f Flags) String() string {
	var b strings.Builder
	for _, l := range letters {
		if f&l.flag != 0 {
			b.WriteByte(l.letter)
		}
	}
	if b.Len() == 0 {
		return "-"
	}
	return b.String()
}

// An Option is one of the header's options.
type Option struct {
	Kind   Kind
	Value  int     // MSS and Scale
	Val    uint32  // Stamps
	Ecr    uint32  // Stamps
	Blocks []Block // SACK
}

// A Kind tells options apart. It is the number on the wire.
type Kind uint8

// The kinds of options (RFC 9293 section 3.2, RFC 7323, RFC 2018).
const (
	EOL    Kind = 0
	NOP    Kind = 1
	MSS    Kind = 2
	Scale  Kind = 3
	SACKOK Kind = 4
	SACK   Kind = 5
	Stamps Kind = 8
)

// A Block is a range of sequence numbers that arrived (RFC 2018 section 3).
type Block struct{ From, To uint32 }

func (o Option) String() string {
	switch o.Kind {
	case EOL:
		return "eol"
	case NOP:
		return "nop"
	case MSS:
		return fmt.Sprintf("mss %d", o.Value)
	case Scale:
		return fmt.Sprintf("wscale %d", o.Value)
	case SACKOK:
		return "sackOK"
	case SACK:
		b := strings.Builder{}
		b.WriteString("sack")
		for _, k := range o.Blocks {
			fmt.Fprintf(&b, " %d:%d", k.From, k.To)
		}
		return b.String()
	case Stamps:
		return fmt.Sprintf("TS val %d ecr %d", o.Val, o.Ecr)
	}
	return fmt.Sprintf("option %d", o.Kind)
}

// Option returns the first option of a kind, and whether there is one.
func (g Segment) Option(kind Kind) (Option, bool) {
	i := slices.IndexFunc(g.Options, func(o Option) bool { return o.Kind == kind })
	if i < 0 {
		return Option{}, false
	}
	return g.Options[i], true
}

// Blocks are those of the SACK option.
func (g Segment) Blocks() []Block {
	o, _ := g.Option(SACK)
	return o.Blocks
}

// End is the sequence number behind the payload.
func (g Segment) End() uint32 { return g.Seq + uint32(g.Len) }

func (g Segment) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %d:%d(%d)", g.Flags, g.Seq, g.End(), g.Len)
	if g.Flags&ACK != 0 {
		fmt.Fprintf(&b, " ack %d", g.Ack)
	}
	if g.Window != Unsaid {
		fmt.Fprintf(&b, " win %d", g.Window)
	}
	if len(g.Options) == 0 {
		if g.Bare {
			b.WriteString(" <>")
		}
		return b.String()
	}
	words := make([]string, len(g.Options))
	for i, o := range g.Options {
		words[i] = o.String()
	}
	return b.String() + " <" + strings.Join(words, ",") + ">"
}

// ParseSegment reads the text of a segment. The error says which part is wrong.
func ParseSegment(text string) (Segment, error) {
	g := Segment{Window: Unsaid}
	head, options, has := strings.Cut(text, "<")
	if has {
		if err := g.parseOptions(options); err != nil {
			return g, fmt.Errorf("segment %q: %w", text, err)
		}
	}
	words := strings.Fields(head)
	if len(words) < 2 {
		return g, fmt.Errorf("segment %q: it begins with flags and seq:end(length)", text)
	}
	if err := g.parseFlags(words[0]); err != nil {
		return g, fmt.Errorf("segment %q: %w", text, err)
	}
	var end uint32
	if n, err := fmt.Sscanf(words[1], "%d:%d(%d)", &g.Seq, &end, &g.Len); n != 3 || end != g.End() {
		return g, fmt.Errorf("segment %q: %q is not seq:end(length): %w", text, words[1], err)
	}
	if err := g.parseFields(words[2:]); err != nil {
		return g, fmt.Errorf("segment %q: %w", text, err)
	}
	return g, nil
}

func (g *Segment) parseFlags(word string) error {
	if word == "-" {
		return nil
	}
	for _, r := range []byte(word) {
		i := slices.IndexFunc(letters, func(l struct {
			flag   Flags
			letter byte
		},
		) bool {
			return l.letter == r
		})
		if i < 0 {
			return fmt.Errorf("%q is not a flag; allowed are SFRPUEW and a dot", r)
		}
		g.Flags |= letters[i].flag
	}
	return nil
}

// parseFields reads ack and win.
func (g *Segment) parseFields(words []string) error {
	for ; len(words) > 0; words = words[2:] {
		if len(words) == 1 {
			return fmt.Errorf("%q has no number", words[0])
		}
		n, err := strconv.ParseUint(words[1], 10, 32)
		if err != nil {
			return fmt.Errorf("%s %q is not a number", words[0], words[1])
		}
		switch words[0] {
		case "ack":
			g.Ack = uint32(n)
		case "win":
			g.Window = int(n)
		default:
			return fmt.Errorf("%q is neither ack nor win", words[0])
		}
	}
	return nil
}

func (g *Segment) parseOptions(text string) error {
	text, rest, closed := strings.Cut(text, ">")
	if !closed || strings.TrimSpace(rest) != "" {
		return fmt.Errorf("options end with > and are the last")
	}
	if strings.TrimSpace(text) == "" {
		g.Bare = true
		return nil
	}
	for word := range strings.SplitSeq(text, ",") {
		o, err := parseOption(strings.Fields(word))
		if err != nil {
			return err
		}
		g.Options = append(g.Options, o)
	}
	return nil
}

func parseOption(words []string) (Option, error) {
	text := strings.Join(words, " ")
	var o Option
	var err error
	switch {
	case text == "nop":
		o.Kind = NOP
	case text == "eol":
		o.Kind = EOL
	case text == "sackOK":
		o.Kind = SACKOK
	case strings.HasPrefix(text, "mss "):
		o.Kind = MSS
		_, err = fmt.Sscanf(text, "mss %d", &o.Value)
	case strings.HasPrefix(text, "wscale "):
		o.Kind = Scale
		_, err = fmt.Sscanf(text, "wscale %d", &o.Value)
	case strings.HasPrefix(text, "TS "):
		o.Kind = Stamps
		_, err = fmt.Sscanf(text, "TS val %d ecr %d", &o.Val, &o.Ecr)
	case strings.HasPrefix(text, "sack "):
		o.Kind = SACK
		for _, w := range words[1:] {
			var b Block
			if _, err = fmt.Sscanf(w, "%d:%d", &b.From, &b.To); err != nil {
				break
			}
			o.Blocks = append(o.Blocks, b)
		}
	default:
		return o, fmt.Errorf("%q is not an option", text)
	}
	if err != nil {
		return o, fmt.Errorf("option %q: %w", text, err)
	}
	return o, nil
}
