package web

import (
	"math"
	"slices"
	"strings"

	"stones/lab"
)

// A Column is one figure of all stones, or of all packets, of a flow. Times are in ms
// since the flow began; NaN means never.
type Column struct {
	Flow string `json:"flow"`
	Of   string `json:"of"` // stones, packets
	Name string `json:"name"`
	At   int    `json:"at"` // the index of its first number among all
	N    int    `json:"n"`  // how many numbers it has
}

// Bits of a packet's kind.
const (
	kindBack = 1 << iota
	kindAgain
	kindSYN
	kindCopy
	kindFragment
)

// fates are the names of the fates of stones and packets; a column holds their places
// in this list.
func fates() []lab.Fate {
	return []lab.Fate{
		lab.StoneDelivered, lab.StoneLost, lab.StoneReceiverDrop, lab.StoneUnknown,
		lab.PacketArrived, lab.PacketDamaged, lab.PacketOverflowed, lab.PacketTooBig, lab.PacketNobody, lab.PacketOnTheWay,
	}
}

func (h *Header) fate(name lab.Fate) float64 { return float64(slices.Index(h.Fates, name)) }

// columns returns the figures of all stones and packets. All times of a flow are since
// it began to connect.
func (h *Header) columns(r *lab.Result) []float64 {
	const ofStone, ofPacket = 5, 9 // columns
	n := 0
	for _, x := range r.Flows {
		n += ofStone*len(x.Stones) + ofPacket*len(x.Packets)
	}
	all := make([]float64, 0, n)
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
			{"left", func(p *lab.Packet) float64 { return number(p.Left, 0) }},
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

// kind returns the kind of a packet as bits.
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
