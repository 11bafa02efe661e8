package report

import (
	"fmt"
	"io"
	"time"

	"stones/lab"
	"stones/lab/relay"
)

// A Relayed is the result of a relay.
type Relayed struct {
	Clients int // that have sent something
	Seed    uint64
	Ran     time.Duration
	Ways    [2]relay.Counts // out, back
	Broken  error           // names the datagrams that are not accounted for; nil if there are none
}

// Relay writes the fates of the datagrams, a column for each direction.
func Relay(w io.Writer, r Relayed, v View) error {
	var p page
	p.above = []string{fmt.Sprintf("%d of clients, seed %d, %s", r.Clients, r.Seed, short(milliseconds.write(lab.Milliseconds(r.Ran).Value)))}
	if r.Clients == 1 {
		p.above = []string{fmt.Sprintf("one client, seed %d, %s", r.Seed, short(milliseconds.write(lab.Milliseconds(r.Ran).Value)))}
	}
	p.table = grid{head: []string{"datagrams", "out", "back"}, words: 1}
	for _, row := range []struct {
		name string
		of   func(c relay.Counts) int
		rare bool
	}{
		{"entered", func(c relay.Counts) int { return c.Entered }, false},
		{"bytes of these", func(c relay.Counts) int { return c.Bytes }, false},
		{"delivered", func(c relay.Counts) int { return c.Delivered }, false},
		{"lost", func(c relay.Counts) int { return c.Lost }, false},
		{"found the queue full", func(c relay.Counts) int { return c.Overflowed }, false},
		{"duplicated", func(c relay.Counts) int { return c.Copied }, false},
		{"damaged", func(c relay.Counts) int { return c.Damaged }, false},
		{"reordered", func(c relay.Counts) int { return c.Reordered }, false},
		{"longer than the MTU", func(c relay.Counts) int { return c.TooBig }, true},
		{"found no memory", func(c relay.Counts) int { return c.NoMemory }, true},
		{"of clients too many", func(c relay.Counts) int { return c.NoRoom }, true},
		{"refused by the system", func(c relay.Counts) int { return c.Unsent }, true},
		{"still on the way", func(c relay.Counts) int { return c.InFlight }, true},
	} {
		out, back := row.of(r.Ways[0]), row.of(r.Ways[1])
		if row.rare && out == 0 && back == 0 {
			continue
		}
		p.table.rows = append(p.table.rows, []string{row.name, count.write(float64(out)), count.write(float64(back))})
	}
	delays := []string{"delay p50 / p99 / max"}
	for _, c := range r.Ways {
		text := noCell
		if c.DelayMax > 0 {
			text = fmt.Sprintf("%s / %s / %s ms", inMilliseconds(c.DelayP50), inMilliseconds(c.DelayP99), inMilliseconds(c.DelayMax))
		}
		delays = append(delays, text)
	}
	p.table.rows = append(p.table.rows, delays)
	if r.Broken != nil {
		p.below = append(p.below, "A law is broken: "+r.Broken.Error())
	}
	return p.text(w, v)
}

func inMilliseconds(d time.Duration) string { return human(lab.Milliseconds(d).Value) }
