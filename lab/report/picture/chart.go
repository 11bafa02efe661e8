package picture

import (
	"cmp"
	"math"
	"slices"
)

// A chart is a picture with axes, as plain data.
type chart struct {
	title string
	rows  [][]panel // all rows have the same number of panels
	flows []string  // the names of firstFlow and the looks after it
	owns  []string  // the names of the protocols of one's own
	says  string    // what it shows, in a sentence
}

// A panel is a pair of axes with the data between them.
type panel struct {
	title  string
	x, y   axis
	series []series
	lines  int    // height in a terminal
	close  bool   // few enough marks to draw them large
	empty  string // why there is nothing
}

// An axis is what is measured along one side. Its zero value is not an axis.
type axis struct {
	label    string
	min, max float64 // min < max; above 0 if log
	unit     float64 // the value that is written as 1
	log      bool
	whole    bool     // only whole numbers have ticks
	short    bool     // has room for half as many numbers
	names    []string // written in place of the whole numbers from 0; nil means none
}

// place is where v lies along the axis: 0 is at min, 1 at max.
func (a axis) place(v float64) float64 {
	if a.log {
		return math.Log(max(v, a.min)/a.min) / math.Log(a.max/a.min)
	}
	return (v - a.min) / (a.max - a.min)
}

// holds reports whether v lies on the axis.
func (a axis) holds(v float64) bool { return a.min <= v && v <= a.max }

// timeAxis is an axis in milliseconds that is labelled in seconds if it is long. It has
// a least length, so that its numbers have few digits.
func timeAxis(label string, from, to float64) axis {
	to = max(to, from+0.01+1e-6*math.Abs(from))
	if to-from >= 10_000 {
		return axis{label: label + secondsUnit, min: from, max: to, unit: 1000}
	}
	return axis{label: label + millisecondsUnit, min: from, max: to, unit: 1}
}

// A point is a place on a panel, in the units of the axes.
type point struct{ x, y float64 }

// A series is points with one look.
type series struct {
	look   look
	points []point
}

// A look says how a series is drawn.
type look int

// The looks. Earlier ones are drawn below later ones.
const (
	tcpFlight look = iota // point pairs: when due, and when it came
	udpFlight
	ownFlight // of a protocol of one's own, and of a second one
	ownFlight2
	leaving // point pairs: the beginning and the end of a wait, by its cause
	repeating
	waiting
	tcpLine // through the medians of a sweep
	udpLine
	ownLine
	ownLine2
	tcpBand // point pairs: the least and the most of them
	udpBand
	ownBand
	ownBand2
	due
	tcpStone
	udpStone
	ownStone
	ownStone2
	lost
	tcpSteps // points are corners; the curve goes right, then up
	udpSteps
	ownSteps
	ownSteps2
	never // a level from one point to the next
	window
	threshold
	roundTrip
	waitingLine // packets in the queue
	queueMark   // the queue marked a packet instead of dropping it
	gone        // of a ladder: an arrow that does not arrive ends there
	again       // of a ladder: the arrow of a packet that is sent again
	firstFlow   // the first of several flows over time; the looks after it are the others'
)

// A drawing is how the points of a series are drawn.
type drawing int

const (
	marks  drawing = iota // a shape at each
	pairs                 // a line from the first to the second, from the third to the fourth ...
	curve                 // a line through all of them
	steps                 // a line that goes right, then up or down
	dashes                // steps with gaps
	dots                  // a dotted line through all of them
)

// A style is how a look appears.
type style struct {
	drawing drawing
	letter  byte // in a terminal
	name    string
	colour  role
	shape   shape
	line    lineKind // of pairs
}

// A lineKind tells lines apart without colour.
type lineKind int

const (
	plainLine lineKind = iota
	dottedLine
	dashedLine
	boldLine
)

// A role is the use of a colour.
type role int

const (
	ink role = iota
	faint
	blue   // TCP
	orange // UDP
	green  // a protocol of one's own
)

// A shape tells marks apart without colour.
type shape int

const (
	disc shape = iota
	triangle
	cross
	speck
	square
	diamond
)

// styles holds the style of each look.
var styles = [...]style{
	tcpFlight:   {drawing: pairs, letter: '-', colour: blue},
	udpFlight:   {drawing: pairs, letter: '-', colour: orange},
	ownFlight:   {drawing: pairs, letter: '-', colour: green},
	ownFlight2:  {drawing: pairs, letter: '-', colour: ink},
	leaving:     {drawing: pairs, letter: '<', name: leavingName, colour: green, line: dashedLine},
	repeating:   {drawing: pairs, letter: '%', name: repeatingName, colour: ink, line: dottedLine},
	waiting:     {drawing: pairs, letter: '=', name: waitingName, colour: blue, line: boldLine},
	tcpLine:     {drawing: curve, letter: '.', colour: blue},
	udpLine:     {drawing: curve, letter: '.', colour: orange},
	ownLine:     {drawing: curve, letter: '.', colour: green},
	ownLine2:    {drawing: curve, letter: '.', colour: ink},
	tcpBand:     {drawing: pairs, letter: '|', name: bandName, colour: blue, line: boldLine},
	udpBand:     {drawing: pairs, letter: '|', colour: orange, line: dashedLine},
	ownBand:     {drawing: pairs, letter: '|', colour: green, line: boldLine},
	ownBand2:    {drawing: pairs, letter: '|', colour: ink, line: dashedLine},
	due:         {drawing: marks, letter: '.', name: dueName, colour: ink, shape: speck},
	tcpStone:    {drawing: marks, letter: 'T', name: tcpName, colour: blue, shape: disc},
	udpStone:    {drawing: marks, letter: 'U', name: udpName, colour: orange, shape: triangle},
	ownStone:    {drawing: marks, letter: 'O', colour: green, shape: square},
	ownStone2:   {drawing: marks, letter: 'P', colour: ink, shape: diamond},
	lost:        {drawing: marks, letter: 'x', name: lostName, colour: ink, shape: cross},
	tcpSteps:    {drawing: steps, letter: 'T', name: tcpName, colour: blue},
	udpSteps:    {drawing: dashes, letter: 'U', name: udpName, colour: orange},
	ownSteps:    {drawing: steps, letter: 'O', colour: green},
	ownSteps2:   {drawing: dashes, letter: 'P', colour: ink},
	never:       {drawing: dots, letter: '.', name: neverName, colour: ink},
	window:      {drawing: steps, letter: '#', name: windowName, colour: blue},
	threshold:   {drawing: dashes, letter: '-', name: thresholdName, colour: ink},
	roundTrip:   {drawing: curve, letter: '*', name: roundTripName, colour: green},
	waitingLine: {drawing: steps, letter: '=', name: queueName, colour: orange},
	queueMark:   {drawing: marks, letter: 'o', name: markedName, colour: green, shape: disc},
	gone:        {drawing: marks, letter: 'x', name: goneName, colour: ink, shape: cross},
	again:       {drawing: dashes, letter: '-', name: againName, colour: ink},
	// Six flows differ in the pair of colour and line.
	firstFlow:     {drawing: steps, letter: '1', colour: blue},
	firstFlow + 1: {drawing: dashes, letter: '2', colour: orange},
	firstFlow + 2: {drawing: steps, letter: '3', colour: green},
	firstFlow + 3: {drawing: dashes, letter: '4', colour: ink},
	firstFlow + 4: {drawing: dashes, letter: '5', colour: blue},
	firstFlow + 5: {drawing: steps, letter: '6', colour: orange},
}

// name is the name of a look in the legend.
func (c chart) name(l look) string {
	if l >= firstFlow && int(l-firstFlow) < len(c.flows) {
		return c.flows[l-firstFlow]
	}
	for i, name := range c.owns {
		if l == ownStone+look(i) || l == ownSteps+look(i) {
			return name
		}
	}
	return styles[l].name
}

// legend returns the looks that have a name and occur, in their order.
func (c chart) legend() []look {
	var looks []look
	for _, row := range c.rows {
		for _, p := range row {
			for _, s := range p.series {
				if len(s.points) > 0 && c.name(s.look) != "" {
					looks = append(looks, s.look)
				}
			}
		}
	}
	slices.Sort(looks)
	return slices.Compact(looks)
}

// Marks in the same cell of a grid of so many columns and rows cannot be told apart.
const columns, rows = 600, 300

// thin leaves out points that cannot be told from others. The extremes stay.
func (p panel) thin(s series) []point {
	switch styles[s.look].drawing {
	case marks:
		return p.thinMarks(s.points)
	case pairs:
		return s.points // they are only drawn where there are few
	case curve, steps, dashes, dots:
	}
	return p.thinCurve(s.points)
}

// thinMarks keeps one point in each cell, and those at the outer edges.
func (p panel) thinMarks(points []point) []point {
	if len(points) == 0 {
		return nil
	}
	edges := []point{
		slices.MinFunc(points, byX), slices.MaxFunc(points, byX),
		slices.MinFunc(points, byY), slices.MaxFunc(points, byY),
	}
	type cell struct{ column, row int }
	taken := make(map[cell]bool)
	var kept []point
	for _, q := range points {
		at := cell{int(p.x.place(q.x) * columns), int(p.y.place(q.y) * rows)}
		if !taken[at] || slices.Contains(edges, q) {
			taken[at] = true
			kept = append(kept, q)
		}
	}
	return kept
}

func byX(a, b point) int { return cmp.Compare(a.x, b.x) }
func byY(a, b point) int { return cmp.Compare(a.y, b.y) }

// thinCurve keeps the first, the last, the lowest and the highest point of each
// column.
func (p panel) thinCurve(points []point) []point {
	var kept []point
	for i := 0; i < len(points); {
		column := int(p.x.place(points[i].x) * columns)
		end := i + 1
		for end < len(points) && int(p.x.place(points[end].x)*columns) == column {
			end++
		}
		kept = append(kept, extremes(points[i:end])...)
		i = end
	}
	return kept
}

// extremes returns the first, the lowest, the highest and the last of points, in their
// order.
func extremes(points []point) []point {
	if len(points) <= 4 {
		return points
	}
	low, high := 0, 0
	for i, q := range points {
		if q.y < points[low].y {
			low = i
		}
		if q.y > points[high].y {
			high = i
		}
	}
	at := []int{0, low, high, len(points) - 1}
	slices.Sort(at)
	var kept []point
	for _, i := range slices.Compact(at) {
		kept = append(kept, points[i])
	}
	return kept
}
