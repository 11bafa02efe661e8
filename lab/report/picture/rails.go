package picture

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// clock is the width of a time, with a blank.
const clock = 8

func (l ladder) heading() (title, says string) { return ladderTitle, l.says }

// rest says how many packets are not shown.
func (l ladder) rest() string { return restSays(l.before, l.more) }

// text formats the ladder for a terminal. Each packet has a line, in order of sending:
// the time at the foot of its arrow is when it left, that at the head when it came.
func (l ladder) text() []string {
	if l.empty() {
		return append([]string{ladderTitle}, wrapText(noPackets)...)
	}
	lines := []string{ladderTitle + "   [" + ladderLegend + "]"}
	for rails := range slices.Chunk(l.rails, 2) {
		lines = append(lines, ladder{rails: rails}.rungs()...)
	}
	if rest := l.rest(); rest != "" {
		lines = append(lines, rest)
	}
	return append(lines, wrapText(l.says)...)
}

// rungs formats the rails side by side.
func (l ladder) rungs() []string {
	const gap = 2
	width := (textWidth-gap*(len(l.rails)-1))/len(l.rails) - 2*clock - 2
	var heads []string
	for _, r := range l.rails {
		heads = append(heads, pad(throwerName, clock)+" "+centre(r.name, width)+"  "+catcherName)
	}
	lines := []string{join(heads, 2*clock+2+width, gap)}
	done := make([]int, len(l.rails))
	for {
		i := l.next(done)
		if i < 0 {
			break
		}
		now := clockText(l.rails[i].packets[done[i]].sent)
		var parts []string
		for j, r := range l.rails {
			part := strings.Repeat(" ", clock) + "|" + strings.Repeat(" ", width) + "|"
			if done[j] < len(r.packets) && clockText(r.packets[done[j]].sent) == now {
				part = r.packets[done[j]].text(width)
				done[j]++
			}
			parts = append(parts, part)
		}
		lines = append(lines, join(parts, 2*clock+2+width, gap))
	}
	return lines
}

// join joins parts side by side.
func join(parts []string, width, gap int) string {
	line := ""
	for i, part := range parts {
		line = pad(line, i*(width+gap)) + part
	}
	return strings.TrimRight(line, " ")
}

// centre centres a text.
func centre(text string, width int) string {
	return pad(strings.Repeat(" ", max(0, (width-len(text))/2))+text, width)
}

// clockText is a time beside a ladder, in fewer letters than clock.
func clockText(ms float64) string {
	text := strconv.FormatFloat(math.Round(ms*10)/10, 'f', 1, 64)
	if len(text) >= clock {
		text = strconv.FormatFloat(ms, 'f', 0, 64)
	}
	if len(text) >= clock {
		text = strconv.FormatFloat(ms, 'g', 1, 64)
	}
	return text
}

// text formats the packet as an arrow between two times.
func (p packet) text(width int) string {
	arrow := fill('-', width)
	label := p.label()
	if len(label) > width-4 {
		label = label[:width-4]
	}
	copy(arrow[(width-len(label))/2:], label)
	head, came := ">", ""
	if p.arrived {
		came = clockText(p.came)
	} else {
		head = "x  "
	}
	sent := clockText(p.sent)
	if p.back {
		head = strings.Map(func(r rune) rune {
			if r == '>' {
				return '<'
			}
			return r
		}, reverse(head))
		copy(arrow, head)
		return pad(strings.Repeat(" ", max(0, clock-1-len(came)))+came, clock) + "|" + string(arrow) + "| " + sent
	}
	copy(arrow[width-len(head):], head)
	return pad(strings.Repeat(" ", max(0, clock-1-len(sent)))+sent, clock) + "|" + string(arrow) + "| " + came
}

func reverse(text string) string {
	letters := []byte(text)
	for i, j := 0, len(letters)-1; i < j; i, j = i+1, j-1 {
		letters[i], letters[j] = letters[j], letters[i]
	}
	return string(letters)
}

// draw draws the ladder. Time runs down, and is the same for all transports.
func (l ladder) draw(p pen, area draw.Canvas) {
	style := p.text(labelSize, ink)
	if l.empty() {
		style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
		area.FillText(style, area.Center(), noPackets)
		return
	}
	area = p.legend(area, []look{gone, again}, chart{}.name)
	if rest := l.rest(); rest != "" {
		area = p.below(area, p.text(tickSize, ink), []string{rest})
	}
	names := area
	area.Max.Y -= 2 * leading(style)
	from, to := l.span()
	time := timeAxis(ladderTime, from, to)
	down := func(t float64) vg.Length { return area.Max.Y - vg.Length(time.place(t))*(area.Max.Y-area.Min.Y) }
	left := l.drawTime(p, area, names.Max.Y, time, down)

	width := (area.Max.X - left) / vg.Length(len(l.rails))
	for i, r := range l.rails {
		rung := drawnRail{pen: p, canvas: area, colour: styles[r.look].colour, down: down, left: left + vg.Length(i)*width + 4*margin, right: left + vg.Length(i+1)*width - 2*margin}
		rung.heads(names.Max.Y, r.name)
		rung.flight = r.flight()
		rung.arrows(r.packets)
	}
}

// drawTime draws the time axis at the left, and returns where it ends.
func (l ladder) drawTime(p pen, area draw.Canvas, top vg.Length, time axis, down func(float64) vg.Length) vg.Length {
	style := p.text(tickSize, ink)
	style.XAlign, style.YAlign = draw.XRight, draw.YCenter
	name := p.text(labelSize, ink)
	name.YAlign = draw.YTop
	area.FillText(name, vg.Point{X: area.Min.X, Y: top}, time.label)
	left := area.Min.X + 3*margin
	for _, t := range time.ticks(10) {
		y := down(t.value)
		area.FillText(style, vg.Point{X: left - 4, Y: y + style.FontExtents().Descent}, t.label)
		area.StrokeLine2(p.line(hair, faint), left, y, area.Max.X, y)
	}
	return left
}

// A drawnRail is a rail with the place where it is drawn.
type drawnRail struct {
	pen
	canvas      draw.Canvas
	colour      role
	down        func(float64) vg.Length
	left, right vg.Length
	flight      float64 // the median time in flight, for arrows that do not arrive
}

// heads draws the two ends with their names.
func (d drawnRail) heads(top vg.Length, name string) {
	style := d.text(labelSize, ink)
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	title := d.text(saysSize, d.colour)
	title.XAlign, title.YAlign = draw.XCenter, draw.YTop
	d.canvas.FillText(title, vg.Point{X: (d.left + d.right) / 2, Y: top}, name)
	if room := d.right - d.left - (style.Width(throwerName)+style.Width(catcherName))/2; title.Width(name) < room {
		d.canvas.FillText(style, vg.Point{X: d.left, Y: top}, throwerName)
		d.canvas.FillText(style, vg.Point{X: d.right, Y: top}, catcherName)
	}
	for _, x := range []vg.Length{d.left, d.right} {
		d.canvas.StrokeLine2(d.line(medium, ink), x, d.canvas.Min.Y-margin/4, x, top-leading(style))
	}
}

// arrows draws the packets. If they follow one another so closely that their labels
// would overlap, they share one.
func (d drawnRail) arrows(packets []packet) {
	for _, again := range []bool{false, true} { // packets that are sent again are drawn on top
		for _, p := range packets {
			if p.again == again {
				d.arrow(p)
			}
		}
	}
	for _, p := range packets {
		if !p.arrived {
			_, to := d.ends(p)
			d.marks(d.canvas, styles[gone], true, []vg.Point{to})
		}
	}
	for _, back := range []bool{false, true} {
		var group []packet
		for _, p := range packets {
			if p.back != back {
				continue
			}
			if len(group) > 0 && d.apart(group[0], p) {
				d.name(group)
				group = nil
			}
			group = append(group, p)
		}
		if len(group) > 0 {
			d.name(group)
		}
	}
}

// apart reports whether p is so far below the packet above that both have room for a
// label.
func (d drawnRail) apart(above, p packet) bool {
	from, _ := d.ends(above)
	to, _ := d.ends(p)
	return min(from.Y-to.Y, d.label(above).Y-d.label(p).Y) >= tickSize
}

// label is where the label of a packet stands: so near to the arrow's beginning that it
// does not meet a label of the other direction.
func (d drawnRail) label(p packet) vg.Point {
	const at = 0.3
	from, to := d.ends(p)
	if p.refused {
		return vg.Point{X: from.X + (to.X-from.X)*at/refusedPart, Y: from.Y}
	}
	if !p.arrived {
		return vg.Point{X: from.X + (to.X-from.X)*at/lostPart, Y: from.Y + (to.Y-from.Y)*at/lostPart}
	}
	return vg.Point{X: from.X + (to.X-from.X)*at, Y: from.Y + (to.Y-from.Y)*at}
}

// How far an arrow goes that does not arrive: of a packet that is lost on the way, and
// of one that never left.
const (
	lostPart    = 0.6
	refusedPart = 0.06
)

// ends are the beginning and the end of an arrow. That of a lost packet ends on the
// way, with the slope of a typical one.
func (d drawnRail) ends(p packet) (from, to vg.Point) {
	from, to = vg.Point{X: d.left, Y: d.down(p.sent)}, vg.Point{X: d.right}
	if p.back {
		from.X, to.X = to.X, from.X
	}
	if p.arrived {
		to.Y = d.down(p.came)
		return from, to
	}
	if p.refused {
		return from, vg.Point{X: from.X + (to.X-from.X)*refusedPart, Y: from.Y}
	}
	to = vg.Point{X: from.X + (to.X-from.X)*lostPart, Y: max(d.down(p.sent+d.flight*lostPart), d.canvas.Min.Y)}
	return from, to
}

// arrow draws one packet.
func (d drawnRail) arrow(p packet) {
	from, to := d.ends(p)
	line := d.line(medium, d.colour)
	if p.again {
		line = d.stroke(styles[again])
		line.Width = medium
	}
	d.canvas.StrokeLines(line, []vg.Point{from, to})
	if !p.arrived {
		return
	}
	angle := math.Atan2(float64(to.Y-from.Y), float64(to.X-from.X))
	const length, spread = 11, 0.4
	var path vg.Path
	path.Move(to)
	for _, turn := range []float64{-spread, spread} {
		sin, cos := math.Sincos(angle + math.Pi + turn)
		path.Line(vg.Point{X: to.X + vg.Length(length*cos), Y: to.Y + vg.Length(length*sin)})
	}
	path.Close()
	d.canvas.SetColor(d.roles[d.colour])
	d.canvas.Fill(path)
}

// name writes a label for a group of arrows along the first of them.
func (d drawnRail) name(group []packet) {
	from, to := d.ends(group[0])
	style := d.text(tickSize, ink)
	style.YAlign = draw.YBottom
	style.XAlign = draw.XCenter
	at := d.label(group[0])
	style.Rotation = math.Atan(float64(to.Y-from.Y) / float64(to.X-from.X))
	label := groupLabel(group)
	d.clear(at, style, label)
	d.canvas.FillText(style, vg.Point{X: at.X, Y: at.Y + 2}, label)
}

// clear clears the place of a label.
func (d drawnRail) clear(at vg.Point, style text.Style, label string) {
	sin, cos := math.Sincos(style.Rotation)
	wide, high := style.Width(label)/2, style.FontExtents().Ascent
	var path vg.Path
	for i, corner := range []vg.Point{{X: -wide, Y: 2}, {X: wide, Y: 2}, {X: wide, Y: high}, {X: -wide, Y: high}} {
		turned := vg.Point{
			X: at.X + corner.X*vg.Length(cos) - corner.Y*vg.Length(sin),
			Y: at.Y + corner.X*vg.Length(sin) + corner.Y*vg.Length(cos),
		}
		if i == 0 {
			path.Move(turned)
			continue
		}
		path.Line(turned)
	}
	path.Close()
	d.canvas.SetColor(d.ground)
	d.canvas.Fill(path)
}
