package web

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/protocol"
	"stones/lab/quantity"
	"stones/lab/report"
	"stones/lab/run"
)

// A Request is what the page asks for.
type Request struct {
	ID   int       `json:"id"`   // comes back in the frame
	Set  []Setting `json:"set"`  // knobs, in the order in which they were turned
	With []string  `json:"with"` // protocols of flows beside TCP and UDP; those that are built in
}

// A Setting is what one knob is set to, as on the command line.
type Setting struct {
	Word string `json:"word"`
	Text string `json:"text"`
}

// Limits of a request.
const (
	MaxRequest = 64 << 10 // bytes
	MaxStones  = 20_000   // of all flows together
	MaxPackets = 5_000    // stones of a flow up to which every packet is told of
	maxLasts   = 600_000  // ms that a plan may take
)

// A Header is what stands at the beginning of a frame, in JSON. The columns stand
// behind it: numbers of 64 bits, in the order of the list.
type Header struct {
	Version string          `json:"stones"`
	ID      int             `json:"id"`
	Result  json.RawMessage `json:"result,omitempty"` // a lab.Result, without stones and packets
	Report  *report.Sheet   `json:"report,omitempty"`
	Command string          `json:"command,omitempty"` // what gives this on the command line
	Columns []Column        `json:"columns,omitempty"`
	Fates   []string        `json:"fates,omitempty"` // what the numbers of fates mean
	Error   *Error          `json:"error,omitempty"`
}

// A Column is one figure of all stones, or of all packets, of a flow. Times are in ms
// since the flow began; one that never came is not a number.
type Column struct {
	Flow string `json:"flow"`
	Of   string `json:"of"` // stones, packets
	Name string `json:"name"`
	At   int    `json:"at"` // of the first number, counted in numbers
	N    int    `json:"n"`
}

// An Error is what is wrong with a request.
type Error struct {
	Word string `json:"word,omitempty"` // the knob that it is about
	Text string `json:"text"`           // in the command line's words
}

// Bits of a packet's kind.
const (
	kindBack = 1 << iota
	kindAgain
	kindSYN
	kindCopy
	kindFragment
)

// An Engine answers requests.
type Engine struct {
	Version string
	Path    run.Path
}

// Frame answers a request, which is JSON. What is wrong stands in the frame.
func (g Engine) Frame(ctx context.Context, request []byte) []byte {
	var r Request
	h := Header{Version: g.Version}
	var columns []float64
	dec := json.NewDecoder(bytes.NewReader(request))
	dec.DisallowUnknownFields()
	err := dec.Decode(&r)
	if err != nil {
		err = errors.New("not a request: " + prose.Cut(prose.Safe(err.Error()), 100))
	} else {
		h.ID = r.ID
		columns, err = g.answer(ctx, r, &h)
	}
	if err != nil {
		h.Result, h.Report, h.Columns, columns = nil, nil, nil, nil
		h.Error = told(err)
	}
	return encode(h, columns)
}

// told is an error in the command line's words.
func told(err error) *Error {
	e := &Error{Text: err.Error()}
	if invalid := new(quantity.InvalidError); errors.As(err, &invalid) {
		e.Word, e.Text = invalid.Word, "--"+e.Text
	}
	return e
}

// encode writes a header, blanks up to a whole number of numbers, and the numbers.
func encode(h Header, columns []float64) []byte {
	head, err := json.Marshal(h)
	if err != nil {
		panic(err) // it is made of what can be written
	}
	for (4+len(head))%8 != 0 {
		head = append(head, ' ')
	}
	frame := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(head)+8*len(columns)), uint32(len(head)))
	frame = append(frame, head...)
	for _, v := range columns {
		frame = binary.LittleEndian.AppendUint64(frame, math.Float64bits(v))
	}
	return frame
}

// answer runs what a request asks for.
func (g Engine) answer(ctx context.Context, r Request, h *Header) ([]float64, error) {
	e, err := experiment(r)
	if err != nil {
		return nil, err
	}
	h.Command = command(r)
	result, err := run.Run(ctx, e, g.Path)
	if err != nil {
		return nil, err
	}
	h.Fates = fates()
	columns := h.columns(&result)
	for i := range result.Flows {
		result.Flows[i].Stones, result.Flows[i].Packets = nil, nil
	}
	sheet := report.NewSheet(lab.Document{Version: g.Version, Results: []lab.Result{result}}, report.View{Width: 200})
	h.Report = &sheet
	text, err := document.Marshal(result)
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, text)
	h.Result = compact.Bytes()
	return columns, err
}

// experiment is what a request asks for. It is one on the path sim, and not too large
// for a page.
func experiment(r Request) (lab.Experiment, error) {
	var s knob.Settings
	for _, with := range r.With {
		if protocol.IsProgram(with) {
			return lab.Experiment{}, quantity.Invalid("with", with, "a page runs no programs; allowed are those that are built in")
		}
		if err := s.AddOwn(with); err != nil {
			return lab.Experiment{}, err
		}
	}
	for _, set := range r.Set {
		if set.Word == "path" || set.Word == "to" {
			return lab.Experiment{}, quantity.Invalid(set.Word, set.Text, "a page throws on the path sim")
		}
		if err := s.Set(set.Word, set.Text); err != nil {
			return lab.Experiment{}, err
		}
	}
	if k, several := s.Several(); several {
		return lab.Experiment{}, quantity.Invalid(k.Word, s.Text(k.Word), "one value; a page shows one experiment at a time")
	}
	es, err := s.Experiments(1)
	if err != nil {
		return lab.Experiment{}, err
	}
	e := es[0]
	stones, most := 0, 0
	for _, f := range e.Flows {
		n := f.Plan.Count
		if f.Plan.Time > 0 {
			n = int(f.Plan.PerSecond() * f.Plan.Time.Seconds())
			if f.Plan.PerSecond() == 0 {
				return e, quantity.Invalid("time", f.Plan.Time, "needs a --rate on a page, or --count instead")
			}
		}
		if per := f.Plan.PerSecond(); per > 0 && 1000*float64(n)/per > maxLasts {
			return e, quantity.Invalid("rate", f.Plan.Rate, fmt.Sprintf("takes too long; a page throws for at most %d min", maxLasts/60_000))
		}
		stones, most = stones+n, max(most, n)
	}
	if stones > MaxStones {
		return e, quantity.Invalid("count", most, fmt.Sprintf("too many for a page; allowed %d, all flows together", MaxStones))
	}
	e.PerStone, e.Packets = true, most <= MaxPackets
	return e, nil
}

// command is the command line that gives the same.
func command(r Request) string {
	words := []string{"stones", "throw"}
	for _, s := range r.Set {
		k, _ := knob.Find(s.Word)
		if k.Switch {
			words = append(words, "--"+s.Word+"="+s.Text)
			continue
		}
		words = append(words, "--"+s.Word, shell(s.Text))
	}
	for _, with := range r.With {
		words = append(words, "--with", shell(with))
	}
	return strings.Join(words, " ")
}

// shell is a word as a shell takes it.
func shell(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:%-_/=") == "" && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// fates are the names of what becomes of stones and packets; in columns stand their
// places in this list.
func fates() []string {
	return []string{
		"delivered", "lost", "receiver drop", "unknown",
		lab.PacketArrived, lab.PacketDamaged, lab.PacketOverflowed, lab.PacketTooBig, lab.PacketNobody, lab.PacketOnTheWay,
	}
}

func (h *Header) fate(name string) float64 { return float64(slices.Index(h.Fates, name)) }

// columns are the figures of all stones and packets, one clock for all of a flow: that
// of its beginning, the asking included.
func (h *Header) columns(r *lab.Result) []float64 {
	var all []float64
	add := func(flow, of, name string, n int, value func(i int) float64) {
		h.Columns = append(h.Columns, Column{flow, of, name, len(all), n})
		for i := range n {
			all = append(all, value(i))
		}
	}
	number := func(f lab.Figure, after float64) float64 {
		if !f.Known() {
			return math.NaN()
		}
		return f.Value + after
	}
	for _, x := range r.Flows {
		asked := 0.0
		if x.Connect.Known() {
			asked = x.Connect.Value
		}
		stones, packets := x.Stones, x.Packets
		for _, c := range []struct {
			name string
			of   func(s *lab.StoneRecord) float64
		}{
			{"number", func(s *lab.StoneRecord) float64 { return float64(s.Number) }},
			{"due", func(s *lab.StoneRecord) float64 { return number(s.Due, asked) }},
			{"first", func(s *lab.StoneRecord) float64 { return number(s.First, asked) }},
			{"copies", func(s *lab.StoneRecord) float64 { return float64(s.Copies) }},
			{"fate", func(s *lab.StoneRecord) float64 { return h.fate(s.Fate) }},
		} {
			add(x.Name, "stones", c.name, len(stones), func(i int) float64 { return c.of(&stones[i]) })
		}
		for _, c := range []struct {
			name string
			of   func(p *lab.Packet) float64
		}{
			{"number", func(p *lab.Packet) float64 { return float64(p.Number) }},
			{"sent", func(p *lab.Packet) float64 { return p.Sent.Value }},
			{"arrived", func(p *lab.Packet) float64 { return number(p.Arrived, 0) }},
			{"first", func(p *lab.Packet) float64 { return float64(p.First) }},
			{"last", func(p *lab.Packet) float64 { return float64(p.Last) }},
			{"bytes", func(p *lab.Packet) float64 { return float64(p.Bytes) }},
			{"kind", kind},
			{"fate", func(p *lab.Packet) float64 { return h.fate(p.Fate) }},
		} {
			add(x.Name, "packets", c.name, len(packets), func(i int) float64 { return c.of(&packets[i]) })
		}
	}
	return all
}

// kind is what kind of packet it is, bit by bit.
func kind(p *lab.Packet) float64 {
	bits := 0
	for bit, is := range map[int]bool{
		kindBack: p.Back, kindAgain: p.Again, kindSYN: strings.Contains(p.Flags, "SYN"),
		kindCopy: p.Copy != nil, kindFragment: p.Offset > 0 || p.More,
	} {
		if is {
			bits |= bit
		}
	}
	return float64(bits)
}
