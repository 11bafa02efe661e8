package wire

import "slices"

// The built-in traces are made, not measured: each by a few rules with fixed random
// numbers, so that they are the same on every machine. The glossary describes them. Rates
// are in bits a millisecond, which is kbit/s.

// TraceNames are the names of the traces that are built in.
func TraceNames() []string { return []string{"lte-car", "satellite-handover", "wifi-busy"} }

// ownTrace makes the trace of that name.
func ownTrace(name string) (t Trace, ok bool) {
	d := dice(slices.Index(TraceNames(), name) + 1)
	switch name {
	case "lte-car":
		t = painted(name, 120_000, lteCar(&d))
	case "satellite-handover":
		t = painted(name, 60_000, satellite(&d))
	case "wifi-busy":
		t = painted(name, 30_000, wifi(&d))
	}
	return t, !t.IsZero()
}

// dice are a fixed sequence of draws.
type dice uint64

// roll draws a number from low to high.
func (d *dice) roll(low, high int) int {
	*d += scatter % (1 << 63)
	return low + int(mix(uint64(*d))%uint64(high-low+1))
}

// painted is a trace of length milliseconds. Rate is called for each millisecond in order,
// and returns its rate.
func painted(name string, length int, rate func(ms int) int) Trace {
	t := Trace{name: name}
	bits := 0
	for ms := 1; ms <= length; ms++ {
		bits += rate(ms)
		for ; bits >= 8*opportunity; bits -= 8 * opportunity {
			t.at = append(t.at, uint32(ms))
		}
	}
	if t.at[len(t.at)-1] != uint32(length) {
		t.at = append(t.at, uint32(length))
	}
	return t
}

// lteCar is a modem in a moving car. The strength of the signal, 0 to 1000, changes by up
// to 80 each 100 ms, and the rate grows with its square, from 0.3 to 25 Mbit/s. The cell
// serves the modem in half of the milliseconds, at twice that rate. After 15 to 25 s
// another cell takes over. That takes 50 to 300 ms, and the strength is then a new one.
// From 70 to 73 s the car is under a bridge: the strength is at most 60.
func lteCar(d *dice) func(ms int) int {
	strength, over, silent := 600, 20_000, 0
	return func(ms int) int {
		if ms%100 == 0 {
			strength = min(max(strength+d.roll(-80, 80), 0), 1000)
		}
		if ms >= 70_000 && ms < 73_000 {
			strength = min(strength, 60)
		}
		if ms == over {
			silent = ms + d.roll(50, 300)
			over += d.roll(15_000, 25_000)
			strength = d.roll(300, 900)
		}
		if ms < silent || d.roll(0, 1) == 0 {
			return 0
		}
		return 2 * (300 + strength*strength/40)
	}
}

// satellite is a terminal under passing satellites. Every 15 s it changes to another one.
// That takes 100 to 200 ms, and the new one has a rate of its own, 15 to 60 Mbit/s. The
// rate of each 100 ms differs from it by up to a fifth.
func satellite(d *dice) func(ms int) int {
	level, rate, silent := 40_000, 40_000, 0
	return func(ms int) int {
		if ms%15_000 == 1 {
			silent = ms + d.roll(100, 200)
			level = d.roll(15_000, 60_000)
		}
		if ms%100 == 1 {
			rate = level * d.roll(80, 120) / 100
		}
		if ms < silent {
			return 0
		}
		return rate
	}
}

// wifi is a station in a room with many senders. It waits for 2 to 25 ms, one time in
// twenty for 40 to 150 ms, and then sends for up to 4 ms at 65 Mbit/s, one time in four at
// 19.5 Mbit/s.
func wifi(d *dice) func(ms int) int {
	from, until, rate := 0, 0, 0
	return func(ms int) int {
		if ms > until {
			wait := d.roll(2, 25)
			if d.roll(1, 20) == 1 {
				wait = d.roll(40, 150)
			}
			from = ms + wait
			until = from + d.roll(0, 3)
			rate = 65_000
			if d.roll(1, 4) == 1 {
				rate = 19_500
			}
		}
		if ms < from {
			return 0
		}
		return rate
	}
}
