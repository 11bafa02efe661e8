package picture

import (
	"math"
	"slices"

	"stones/lab"
)

// A stone is the fate of one stone. Times are in milliseconds since its thrower began.
type stone struct {
	number float64
	due    float64
	came   float64
	lost   bool

	leaving, repeating, waiting float64 // how long it waited, by cause, where the path knows
}

// delay is the delay of a stone that came.
func (s stone) delay() float64 { return s.came - s.due }

// stonesOf returns the stones that were thrown, in order of number.
//
// A lost stone that is due when it is thrown has no time of its own. It gets that of
// the one before it, which was thrown no later.
func stonesOf(x *lab.Outcome) []stone {
	if x == nil {
		return nil
	}
	start := 0.0 // of the plan
	if x.Connect.Known() {
		start = sane(x.Connect.Value)
	}
	last := start
	list := make([]stone, 0, len(x.Stones))
	for _, r := range x.Stones {
		s := stone{number: float64(r.Number), due: last, lost: !r.First.Known()}
		if r.Due.Known() {
			s.due = start + sane(r.Due.Value)
		}
		if !s.lost {
			s.came = start + sane(r.First.Value)
		}
		if w := r.Waits; w != nil && !s.lost {
			s.leaving, s.repeating, s.waiting = sane(w.ToLeave.Value), sane(w.Again.Value), sane(w.Earlier.Value)
		}
		last = s.due
		list = append(list, s)
	}
	return list
}

// sane limits a time in milliseconds to what can be drawn.
func sane(ms float64) float64 {
	const eon = 1e10
	if math.IsNaN(ms) {
		return 0
	}
	return min(max(ms, -eon), eon)
}

// find returns the flow over the transport, or nil.
func find(r lab.Result, transport string) *lab.Outcome {
	for i := range r.Flows {
		if r.Flows[i].Transport == transport {
			return &r.Flows[i]
		}
	}
	return nil
}

// A side is one transport in a picture, or one protocol of one's own.
type side struct {
	flow                *lab.Outcome
	stones              []stone
	name                string
	mark, flight, curve look
}

// maxOwns is how many protocols of one's own a picture shows beside TCP and UDP.
const maxOwns = 2

// sides returns the transports of the result, and the first protocols of one's own.
func sides(r lab.Result) []side {
	var list []side
	for _, s := range []side{
		{flow: find(r, lab.TCP), name: tcpName, mark: tcpStone, flight: tcpFlight, curve: tcpSteps},
		{flow: find(r, lab.UDP), name: udpName, mark: udpStone, flight: udpFlight, curve: udpSteps},
	} {
		if s.flow != nil {
			s.stones = stonesOf(s.flow)
			list = append(list, s)
		}
	}
	for i := range r.Flows {
		n, x := look(len(ownNames(list))), &r.Flows[i]
		if x.Transport == lab.Own && n < maxOwns {
			list = append(list, side{x, stonesOf(x), x.Name, ownStone + n, ownFlight + n, ownSteps + n})
		}
	}
	return list
}

// ownNames returns the names of the sides that are protocols of one's own.
func ownNames(list []side) []string {
	var names []string
	for _, s := range list {
		if s.flow.Transport == lab.Own {
			names = append(names, s.name)
		}
	}
	return names
}

// stonesChart is arrival time against stone number: TCP's staircase beside UDP's holes.
// If there are more than closer stones, it shows all of them small, and below that
// closer of them large. With a zoom it shows the stones that were due in that time.
func stonesChart(r lab.Result, closer int, zoom Zoom) chart {
	list := sides(r)
	c := chart{title: stonesTitle, says: unshownSays(stonesSays(list), len(list), len(r.Flows)), owns: ownNames(list)}
	last := 0.0
	for _, s := range list {
		for _, one := range s.stones {
			last = max(last, one.number)
		}
	}
	if last == 0 {
		c.rows = [][]panel{{{lines: 5, x: timeAxis(sinceAxis, 0, 1), y: numberAxis(1, 1), empty: noStones}}}
		return c
	}
	near := span{1, last}
	if zoom != (Zoom{}) {
		c.rows = [][]panel{zoom.row(list, closer)}
		return c
	}
	if last > float64(closer) {
		c.rows = append(c.rows, stonesRow(list, near, false, 7))
		near = worst(list, closer, last)
		for i := range list {
			list[i].name = closerTitle(list[i].name, int(near.from), int(near.to))
		}
	}
	c.rows = append(c.rows, stonesRow(list, near, true, int(near.to-near.from)+1))
	return c
}

// A span is the stones from one number to another.
type span struct{ from, to float64 }

// numberAxis is an axis that has room for each of these stones.
func numberAxis(from, to float64) axis {
	return axis{label: numberLabel, min: from - 0.5, max: to + 0.5, unit: 1, whole: true}
}

// stonesRow has a panel for each side, all with the same axes.
func stonesRow(list []side, near span, close bool, lines int) []panel {
	from, to := math.Inf(1), math.Inf(-1)
	for _, s := range list {
		for _, one := range s.stones {
			if one.number < near.from || one.number > near.to {
				continue
			}
			from, to = min(from, one.due), max(to, one.due)
			if !one.lost {
				to = max(to, one.came)
			}
		}
	}
	if !close && near.from == 1 {
		from = 0
	}
	if from > to {
		from, to = 0, 1
	}
	margin := (to - from) * 0.02
	if close {
		from -= margin
	}
	x, y := timeAxis(sinceAxis, from, to+margin), numberAxis(near.from, near.to)
	x.short = len(list) > 2
	var row []panel
	for _, s := range list {
		p := panel{title: s.name, x: x, y: y, close: close, lines: lines}
		p.series = s.marks(near, close)
		row = append(row, p)
	}
	return row
}

// marks returns the series of the stones in a span. When each was due is shown only if
// close.
func (s side) marks(near span, close bool) []series {
	var dues, came, gone []point
	parts := make(map[look][]point)
	for _, one := range s.stones {
		if one.number < near.from || one.number > near.to {
			continue
		}
		if one.lost {
			gone = append(gone, point{one.due, one.number})
			continue
		}
		came = append(came, point{one.came, one.number})
		if close {
			one.stretch(s.flight, parts)
			dues = append(dues, point{one.due, one.number})
		}
	}
	return []series{
		{s.flight, parts[s.flight]},
		{leaving, parts[leaving]},
		{repeating, parts[repeating]},
		{waiting, parts[waiting]},
		{due, dues},
		{s.mark, came},
		{lost, gone},
	}
}

// stretch adds the line from when the stone was due to when it came, in parts: its
// waits at the thrower, its flight, and its wait at the catcher.
func (s stone) stretch(flight look, parts map[look][]point) {
	const shortest = 0.5 // ms; shorter waits are not drawn
	at := s.due
	for _, part := range []struct {
		look look
		to   float64
	}{
		{leaving, s.due + s.leaving},
		{repeating, s.due + s.leaving + s.repeating},
		{flight, s.came - s.waiting},
		{waiting, s.came},
	} {
		to := min(part.to, s.came)
		if to-at > shortest || part.look == flight && to > at {
			parts[part.look] = append(parts[part.look], point{at, s.number}, point{to, s.number})
			at = to
		}
	}
}

// worst is a span of so many stones around the largest jump of TCP's delay, if possible
// one where UDP lost a stone too. Without a jump it is around UDP's first loss, or at
// the beginning. A protocol of one's own stands in for TCP if TCP is missing.
func worst(list []side, most int, last float64) span {
	var (
		holes []float64 // numbers that UDP lost
		tcp   []stone
	)
	for _, s := range list {
		if s.mark == tcpStone || s.mark >= ownStone {
			if tcp == nil {
				tcp = s.stones
			}
			continue
		}
		for _, one := range s.stones {
			if one.lost {
				holes = append(holes, one.number)
			}
		}
	}
	before := float64(most / 5)
	width := float64(most)
	around := func(n float64) span {
		from := max(1, min(n-before, last-width+1))
		return span{from, min(last, from+width-1)}
	}
	best, jump := 0.0, 1.0 // a millisecond is no jump
	withHole := false
	for i := 1; i < len(tcp); i++ {
		if tcp[i].lost || tcp[i-1].lost {
			continue
		}
		up := tcp[i].delay() - tcp[i-1].delay()
		if up <= 1 {
			continue
		}
		near := around(tcp[i].number)
		at, _ := slices.BinarySearch(holes, near.from)
		hole := at < len(holes) && holes[at] <= near.to
		if hole && !withHole || hole == withHole && up > jump {
			best, jump, withHole = tcp[i].number, up, hole
		}
	}
	if best == 0 && len(holes) > 0 {
		best = holes[0]
	}
	return around(best)
}
