package report

import (
	"slices"

	"stones/lab"
)

// addIntervals adds the table of the intervals, if they were kept: a row for each flow
// and interval.
func (p *page) addIntervals(c combination) {
	type row struct {
		flow string
		lab.Interval
	}
	var rows []row
	for i := 0; ; i++ {
		before := len(rows)
		for _, s := range c.series {
			if intervals := s.whole().Intervals; i < len(intervals) {
				rows = append(rows, row{s.title(), intervals[i]})
			}
		}
		if len(rows) == before {
			break
		}
	}
	if len(rows) == 0 {
		return
	}
	g := grid{words: 2, rows: make([][]string, len(rows))}
	add := func(head string, cell func(r row) string) {
		g.head = append(g.head, head)
		for i, r := range rows {
			g.rows[i] = append(g.rows[i], cell(r))
		}
	}
	number := func(head string, of func(r row) int) {
		add(head, func(r row) string { return count.write(float64(of(r))) })
	}
	figure := func(head string, u unit, of func(r row) lab.Figure) {
		largest := slices.MaxFunc(rows, func(a, b row) int { return int(of(a).Value) - int(of(b).Value) })
		size, name := u.scale(of(largest).Value)
		add(withUnit(head, name, "\n"), func(r row) string {
			if f := of(r); !f.Known() {
				if f == lab.Infinite() {
					return lostWord
				}
				return noCell
			}
			return u.number(of(r).Value, size)
		})
	}
	add(intervalWord, func(r row) string {
		return human(r.From.Value/1000) + "-" + human(r.To.Value/1000)
	})
	add(transportWord, func(r row) string { return r.flow })
	number(rowNames["thrown"], func(r row) int { return r.Thrown })
	number(rowNames["lost"], func(r row) int { return r.Lost })
	if c.experiment().Deadline > 0 {
		number(find("late").head, func(r row) int { return r.Late })
	}
	figure(find("delay_p50_ms").head, milliseconds, func(r row) lab.Figure { return r.P50 })
	number(find("delivered").head, func(r row) int { return r.Delivered })
	figure(find("goodput_bps").head, bitsASecond, func(r row) lab.Figure { return r.Goodput })
	p.more = append(p.more, extra{caption: intervalCaption, grid: g, below: []string{intervalLine}})
}

// LiveRow is the progress of a flow, on a line.
func LiveRow(l lab.Live) string { return liveRow(l) }
