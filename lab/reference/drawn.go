package reference

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// drawn are forty experiments that nobody chose.
func drawn() []Cell {
	var cells []Cell
	for n := range 40 {
		lot := lots{rand.New(rand.NewPCG(20261126, uint64(n)))}
		cells = append(cells, Cell{fmt.Sprintf("drawn%02d", n+1), Drawn, lot.flags(), few})
	}
	return cells
}

// lots draws the flags of an experiment.
type lots struct{ *rand.Rand }

func (l lots) one(of ...string) string { return of[l.IntN(len(of))] }

func (l lots) flags() string {
	flags := []string{
		"delay " + l.one("3ms", "10ms", "20ms", "35ms", "60ms", "90ms"),
		"bandwidth " + l.one("2Mbit", "5Mbit", "10Mbit", "20Mbit"),
		"queue " + l.one("20", "50", "100", "300"),
		"size " + l.one("100", "300", "700", "1000", "1448", "3000"),
		"loss " + l.one("0%", "0.3%", "1%", "2%", "3%", "gemodel 0.5% 30%"),
		"reorder " + l.one("0%", "0%", "1%", "3%:4"),
	}
	if l.IntN(3) == 0 {
		flags = append(flags, "rate max", "time 6s")
	} else {
		rate := []int{30, 80, 150, 300, 600}[l.IntN(5)]
		flags = append(flags, fmt.Sprintf("rate %d", rate), fmt.Sprintf("count %d", 5*rate), "pattern "+l.one("steady", "steady", "poisson", "burst:10"))
	}
	for _, more := range []string{"jitter " + l.one("1ms", "3ms"), "jitter 2ms, overtake", "duplicate 3%", "loss-back " + l.one("1%", "5%")} {
		second := strings.HasPrefix(more, "jitter") && strings.Contains(strings.Join(flags, " "), "jitter")
		if l.IntN(5) == 0 && !second {
			flags = append(flags, more)
		}
	}
	return strings.Join(flags, ", ")
}
