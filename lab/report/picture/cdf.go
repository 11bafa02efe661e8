package picture

import (
	"math"
	"slices"

	"stones/lab"
)

// delayChart is the cumulative distribution of the delays. The curve of a transport
// that lost stones stops below 100 %.
func delayChart(r lab.Result) chart {
	list := sides(r)
	c := chart{title: delayTitle, says: unshownSays(delaySays(list), len(list), len(r.Flows)), owns: ownNames(list)}
	p := panel{lines: 16, close: true, y: axis{label: shareLabel, min: 0, max: 102, unit: 1}}
	least, most := math.Inf(1), math.Inf(-1)
	curves := make([][]float64, len(list))
	for i, s := range list {
		for _, one := range s.stones {
			if !one.lost {
				curves[i] = append(curves[i], one.delay())
				least, most = min(least, one.delay()), max(most, one.delay())
			}
		}
		slices.Sort(curves[i])
	}
	if least > most {
		p.x, p.empty = timeAxis(delayLabel, 0, 1), noneCame
		c.rows = [][]panel{{p}}
		return c
	}
	p.x = delayAxis(least, most)
	for i, s := range list {
		p.series = append(p.series, cumulate(s, curves[i], p.x)...)
	}
	c.rows = [][]panel{{p}}
	return c
}

// delayAxis has room for delays from least to most. It is logarithmic if they
// are far apart.
func delayAxis(least, most float64) axis {
	if least <= 0.001 || most < 3*least {
		return timeAxis(delayLabel, 0, max(most, 0.001)*1.1)
	}
	a := timeAxis(delayLabel+logSuffix, least*0.8, most*1.25)
	a.log = true
	return a
}

// cumulate is the curve of a side's sorted delays and, if some of its stones never
// came, the level at which it stays.
func cumulate(s side, delays []float64, x axis) []series {
	if len(delays) == 0 {
		return nil
	}
	whole := float64(len(s.stones))
	points := []point{{x.min, 0}}
	for i, d := range delays {
		if i+1 < len(delays) && delays[i+1] == d {
			continue // the step is as high as all that are equal
		}
		points = append(points, point{d, 100 * float64(i+1) / whole})
	}
	end := points[len(points)-1]
	if len(delays) == len(s.stones) {
		return []series{{s.curve, append(points, point{x.max, 100})}}
	}
	return []series{{s.curve, points}, {never, []point{end, {x.max, end.y}}}}
}
