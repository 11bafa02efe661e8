package picture

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strings"
)

// SweepKind is the name of the picture of a sweep, which shows many results.
const SweepKind = "sweep"

// A Sweep is one figure of several experiments that differ in one setting. Its picture
// has the setting's values across, in the order in which they were given, and a line
// for each transport.
type Sweep struct {
	Setting string   // its word
	Values  []string // of the setting, in the order in which they were given
	Label   string   // what the figure is
	Unit    string   // ms, bit/s, or empty for a count
	TCP     [][]float64
	UDP     [][]float64 // for each value the figure of each run; infinite means lost, empty means not known
	Own     []OwnSweep  // protocols of one's own; the first two are drawn
}

// An OwnSweep is the figure of a protocol of one's own.
type OwnSweep struct {
	Name string
	Runs [][]float64
}

// A sweepSide is one transport in the picture.
type sweepSide struct {
	name             string
	runs             [][]float64
	aside            float64 // the offset that puts bars beside each other
	line, band, mark look
}

// sides returns the transports, and the protocols of one's own for which there is room.
func (s Sweep) sides() []sweepSide {
	list := []sweepSide{{tcpName, s.TCP, -0.04, tcpLine, tcpBand, tcpStone}, {udpName, s.UDP, 0.04, udpLine, udpBand, udpStone}}
	for i, own := range s.Own[:min(len(s.Own), maxOwns)] {
		n := look(i)
		list = append(list, sweepSide{own.Name, own.Runs, 0.12 * float64(2*i-1), ownLine + n, ownBand + n, ownStone + n})
	}
	return list
}

// SweepText writes the picture of a sweep in plain ASCII, 80 characters wide.
func (v View) SweepText(w io.Writer, s Sweep) error {
	_, err := io.WriteString(w, strings.Join(s.chart(14).text(), "\n")+"\n")
	return err
}

// SweepSVG writes the picture of a sweep as a drawing, as SVG does.
func (v View) SweepSVG(w io.Writer, s Sweep) error { return v.sheet(s.chart(14)).writeSVG(w) }

// SweepPNG writes the picture of a sweep as an image, as PNG does.
func (v View) SweepPNG(w io.Writer, s Sweep) error { return v.sheet(s.chart(14)).writePNG(w) }

// chart has a mark for the median of each value's runs, and a bar from the least to the
// most of them.
func (s Sweep) chart(lines int) chart {
	c := chart{title: sweepTitle(s.Label, s.Setting)}
	across := axis{label: settingLabel(s.Setting), min: -0.5, max: float64(len(s.Values)) - 0.5, unit: 1, whole: true, names: s.Values}
	p := panel{x: across, lines: lines, close: true}
	most := 0.0
	for _, side := range s.sides() {
		for _, v := range slices.Concat(side.runs...) {
			if !math.IsInf(v, 0) {
				most = max(most, sane(v))
			}
		}
		if side.mark >= ownStone {
			c.owns = append(c.owns, side.name)
		}
	}
	p.y = s.axis(most)
	for _, l := range s.sides() {
		p.series = append(p.series, sweepLine(l.runs, l.aside, p.y.max, l.line, l.band, l.mark)...)
	}
	slices.SortStableFunc(p.series, func(a, b series) int { return cmp.Compare(a.look, b.look) })
	if !slices.ContainsFunc(p.series, func(one series) bool { return len(one.points) > 0 }) {
		p.empty = noFigures
	}
	c.rows = [][]panel{{p}}
	c.says = sweepSays(s)
	return c
}

// axis is the axis of the figure.
func (s Sweep) axis(most float64) axis {
	switch s.Unit {
	case "ms":
		return timeAxis(s.Label, 0, max(most, 0.001)*1.1)
	case "bit/s":
		return rateAxis(s.Label, most)
	}
	return axis{label: s.Label, max: max(most, 1e-3) * 1.1, unit: 1}
}

// sweepLine returns the series of one transport. Where the median is lost there is a
// cross at the top, and the line is interrupted.
func sweepLine(runs [][]float64, aside, top float64, line, band, mark look) []series {
	var all []series
	var through, bars, medians, gone []point
	for i, values := range runs {
		if len(values) == 0 {
			continue
		}
		x := float64(i) + aside
		sorted := slices.Sorted(slices.Values(values))
		n := len(sorted)
		least, median, most := sorted[0], sorted[(n-1)/2]/2+sorted[n/2]/2, sorted[n-1] // RFC 2330 section 11.3
		if math.IsInf(median, 1) {
			gone = append(gone, point{x, top})
			all, through = append(all, series{line, through}), nil
			continue
		}
		if most = min(most, top); len(values) > 1 {
			bars = append(bars, point{x, least}, point{x, most})
		}
		through, medians = append(through, point{x, median}), append(medians, point{x, median})
	}
	return append(all, series{line, through}, series{band, bars}, series{mark, medians}, series{lost, gone})
}
