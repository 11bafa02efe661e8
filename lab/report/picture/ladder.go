package picture

import (
	"cmp"
	"math"
	"slices"

	"stones/lab"
)

// maxArrows is the largest number of arrows of a ladder: more cannot be read. One of
// two transports gets at most mostArrows of them while the other has packets left.
const (
	maxArrows  = 30
	mostArrows = 20
)

// A ladder is a time-sequence diagram for each transport, side by side. After cut it
// has no more than maxArrows packets.
type ladder struct {
	rails  []rail
	before int // packets that were sent before those shown
	more   int // packets that were sent later and are not shown
	says   string
}

// A rail is the packets of one transport in order of sending.
type rail struct {
	name    string
	look    look
	packets []packet
}

// A packet is an arrow of a ladder. Times are in milliseconds since the thrower
// began.
type packet struct {
	sent    float64
	came    float64
	arrived bool
	refused bool   // it never left: the queue was full, or it was too big
	back    bool   // from the catcher to the thrower
	again   bool   // its stones were sent before
	what    string // what it is, if it carries no stone
	note    string // what happened to it at the other end
	first   uint64 // the stones in it; 0 if there are none
	last    uint64
}

// label says what is in the packet.
func (p packet) label() string {
	text := p.what
	if p.first > 0 {
		text = stonesLabel(p.first, p.last, p.again)
	}
	if p.note != "" {
		text += ", " + p.note
	}
	return text
}

// packetsOf returns the packets of a flow, in order of sending.
func packetsOf(x *lab.Outcome) []packet {
	var list []packet
	own, seen := x.Transport == lab.Own, make(map[uint64]bool)
	for _, p := range x.Packets {
		if own && p.First > 0 {
			p.Again = seen[p.First]
			seen[p.First] = true
		}
		list = append(list, packet{
			sent: sane(p.Sent.Value), came: sane(p.Arrived.Value), arrived: p.Arrived.Known(),
			refused: p.Fate == lab.PacketOverflowed || p.Fate == lab.PacketTooBig,
			back:    p.Back, again: p.Again && p.First > 0,
			what: whatLabel(p, own), note: fateNotes[p.Fate], first: p.First, last: max(p.First, p.Last),
		})
	}
	slices.SortStableFunc(list, func(a, b packet) int { return cmp.Compare(a.sent, b.sent) })
	return list
}

// newLadder makes the ladder of a result.
func newLadder(r lab.Result, zoom Zoom) ladder {
	var l ladder
	for _, s := range sides(r) {
		l.rails = append(l.rails, rail{s.name, s.mark, packetsOf(s.flow)})
	}
	l.says = unshownSays(ladderSays(l.rails), len(l.rails), len(r.Flows))
	zoom.packets(&l)
	l.cut()
	return l
}

// flight is the median time that the packets that arrived were in flight.
func (r rail) flight() float64 {
	var flights []float64
	for _, p := range r.packets {
		if p.arrived {
			flights = append(flights, p.came-p.sent)
		}
	}
	if len(flights) == 0 {
		return 0
	}
	slices.Sort(flights)
	return flights[len(flights)/2]
}

// empty reports whether there is nothing to draw.
func (l ladder) empty() bool {
	return !slices.ContainsFunc(l.rails, func(r rail) bool { return len(r.packets) > 0 })
}

// cut leaves maxArrows packets: the first ones, or those around the first packet that
// did not arrive, if that comes later.
func (l *ladder) cut() {
	total := 0
	var sent, gone []float64
	for _, r := range l.rails {
		total += len(r.packets)
		for _, p := range r.packets {
			sent = append(sent, p.sent)
			if !p.arrived {
				gone = append(gone, p.sent)
			}
		}
	}
	if total <= maxArrows {
		return
	}
	slices.Sort(sent)
	from := sent[0]
	if len(gone) > 0 && slices.Min(gone) > sent[maxArrows/2] {
		at, _ := slices.BinarySearch(sent, slices.Min(gone))
		from = sent[min(at-maxArrows/5, total-maxArrows)]
	}
	skipped, _ := slices.BinarySearch(sent, from)
	l.before += skipped
	l.more = total - skipped
	places := make([]int, len(l.rails))
	for i, r := range l.rails {
		for places[i] < len(r.packets) && r.packets[places[i]].sent < from {
			places[i]++
		}
		l.rails[i].packets = r.packets[places[i]:]
		places[i] = 0
	}
	for range maxArrows {
		i := l.next(places)
		if i < 0 {
			break
		}
		if other := 1 - i; places[i] == mostArrows && len(l.rails) == 2 && places[other] < len(l.rails[other].packets) {
			i = other
		}
		places[i]++
		l.more--
	}
	for i, n := range places {
		l.rails[i].packets = l.rails[i].packets[:n]
	}
}

// next returns the rail whose next packet was sent first, if so many packets of each
// are done; -1 if all are.
func (l ladder) next(done []int) int {
	best := -1
	for i, r := range l.rails {
		if done[i] < len(r.packets) && (best < 0 || r.packets[done[i]].sent < l.rails[best].packets[done[best]].sent) {
			best = i
		}
	}
	return best
}

// span is the time that the ladder covers.
func (l ladder) span() (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, r := range l.rails {
		for _, p := range r.packets {
			from, to = min(from, p.sent), max(to, p.sent)
			if p.arrived {
				to = max(to, p.came)
			}
		}
	}
	if from == to {
		to++
	}
	return from, to
}
