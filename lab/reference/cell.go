package reference

import (
	"fmt"
	"slices"
	"strings"
)

// A Kind says how an experiment throws, and so which of its figures mean anything.
type Kind string

// The kinds of cells.
const (
	Stream Kind = "stream" // stones at a rate: delays, ACKs, retransmissions, what was held up
	Event  Kind = "event"  // one thing happens, and a timer of TCP's decides what comes of it
	Bulk   Kind = "bulk"   // as fast as TCP goes: goodput
	Window Kind = "window" // socket buffers set by hand, or a catcher that sleeps
	Drawn  Kind = "drawn"  // drawn by lot, so that nothing could be made to fit it
)

// A Cell is one experiment over TCP that a reference has figures of.
type Cell struct {
	Name  string
	Kind  Kind
	Flags string // of the command throw, without their dashes, and with ", " between them
	Runs  int    // seeds
}

// Cells returns every cell.
func Cells() []Cell { return slices.Concat(streams(), events(), bulk(), windows(), drawn()) }

// Select returns the cells whose name or kind is among the words. No words are all
// cells. It returns the first word that means nothing, if there is one.
func Select(words []string) (cells []Cell, unknown string) {
	meant := map[string]bool{}
	for _, c := range Cells() {
		if len(words) == 0 || slices.Contains(words, c.Name) || slices.Contains(words, string(c.Kind)) {
			cells = append(cells, c)
		}
		meant[c.Name], meant[string(c.Kind)] = true, true
	}
	for _, word := range words {
		if !meant[word] {
			return nil, word
		}
	}
	return cells, ""
}

// How many seeds a cell has: many where chance decides.
const (
	chance = MaxRuns
	fixed  = 3
	few    = 6
)

// MaxRuns is the most that a cell has.
const MaxRuns = 20

// list makes cells of lines, each of a name and flags. All have the flags that are
// given beside.
func list(kind Kind, runs int, beside, lines string) []Cell {
	var cells []Cell
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		name, flags, _ := strings.Cut(strings.TrimSpace(line), ": ")
		cells = append(cells, Cell{name, kind, strings.Trim(flags+", "+beside, ", "), runs})
	}
	return cells
}

// streams are 1000 stones at 200/s, unless the flags say otherwise.
func streams() []Cell {
	return slices.Concat(
		list(Stream, fixed, "", `
			clean: loss 0%, reorder 0%
			duplicate10: duplicate 10%, loss 0%, reorder 0%`),
		list(Stream, chance, "", `
			default: loss 2%, reorder 1%
			loss1: loss 1%, reorder 0%
			loss2: loss 2%, reorder 0%
			loss5: loss 5%, reorder 0%
			loss10: loss 10%, reorder 0%
			rate100: rate 100, count 500, loss 2%, reorder 0%
			rate50: rate 50, count 300, loss 2%, reorder 0%
			rate10: rate 10, count 60, loss 2%, reorder 0%
			delay5: delay 5ms, loss 2%, reorder 0%
			delay50: delay 50ms, loss 2%, reorder 0%
			delay100: delay 100ms, loss 2%, reorder 0%
			poisson: pattern poisson, loss 2%, reorder 0%
			size1448: size 1448, loss 2%, reorder 0%
			back2: loss 2%, loss-back 2%, reorder 0%
			rate800: rate 800, count 4000, loss 0.5%, reorder 0%
			gemodel: loss gemodel 1% 25%, reorder 0%
			corrupt2: corrupt 2%, loss 0%, reorder 0%
			reorder5: reorder 5%, loss 0%
			early1: rate 250, reorder-early 1%, loss 0%, reorder 0%
			jitter10: jitter 10ms, overtake, loss 0%, reorder 0%
			jitter20: jitter 20ms, overtake, loss 0%, reorder 0%
			jitter20-default: jitter 20ms, overtake, loss 2%, reorder 1%
			jitter20-in-order: jitter 20ms, loss 0%, reorder 0%
			back20: loss 0%, loss-back 20%, reorder 0%
			burst50: pattern burst:50, loss 1%, reorder 0%
			small100: size 100, rate 1000, count 4000, loss 1%, reorder 0%
			size4000: size 4000, rate 50, count 300, loss 2%, reorder 0%`),
	)
}

// events are decided by timers. Where a kernel's timer has a tick, its phase is
// all that is left to chance.
func events() []Cell {
	return slices.Concat(
		list(Event, chance, "loss 0%, reorder 0%", `
			one-lost-200: drop 50, count 100, rate 200
			one-lost-100: drop 50, count 100, rate 100
			one-lost-50: drop 50, count 100, rate 50
			one-lost-20: drop 50, count 100, rate 20
			one-lost-delay50: drop 20, count 40, rate 20, delay 50ms
			two-lost: drop 50,51, count 100
			twelve-lost: drop 50-61, count 100
			last-lost: drop 100, count 100
			last-three-lost: drop 98-100, count 100
			last-lost-delay50: drop 10, count 10, delay 50ms
			lonely: rate 2, count 4, drop 3
			syn-lost-1: drop-packets 1, count 50
			syn-lost-2: drop-packets 1,2, count 50
			syn-lost-3: drop-packets 1,2,3, count 50
			overtaken-by-2: hold 50:2, count 100
			overtaken-by-3: hold 50:3, count 100
			overtaken-by-4: hold 50:4, count 100
			overtaken-by-5: hold 50:5, count 100
			overtaken-by-8: hold 50:8, count 100`),
		list(Event, fixed, "loss 0%, reorder 0%", `
			max1000: rate max, count 1000`),
	)
}

const fastest = "rate max, time 8s, "

// bulk is what TCP makes of a road.
func bulk() []Cell {
	var cells []Cell
	for _, delay := range []int{10, 20, 50, 150} {
		for _, loss := range []string{"0", "0.1", "0.5", "1", "2", "5"} {
			runs := chance
			if loss == "0" {
				runs = fixed
			}
			flags := fmt.Sprintf("delay %dms, loss %s%%, reorder 0%%", delay, loss)
			cells = append(cells, Cell{fmt.Sprintf("rtt%d-loss%s", 2*delay, loss), Bulk, fastest + flags, runs})
		}
	}
	return slices.Concat(cells,
		list(Bulk, fixed, "", `
			1M: `+fastest+`bandwidth 1Mbit, loss 0%, reorder 0%
			50M: `+fastest+`bandwidth 50Mbit, loss 0%, reorder 0%
			100M: `+fastest+`bandwidth 100Mbit, loss 0%, reorder 0%
			queue10: `+fastest+`queue 10, loss 0%, reorder 0%
			queue50: `+fastest+`queue 50, loss 0%, reorder 0%
			queue1000: `+fastest+`queue 1000, loss 0%, reorder 0%
			bulk-window64k: `+fastest+`window 64kB, loss 0%, reorder 0%`),
		list(Bulk, chance, "", `
			1M-loss1: `+fastest+`bandwidth 1Mbit, loss 1%, reorder 0%
			50M-loss0.1: `+fastest+`bandwidth 50Mbit, loss 0.1%, reorder 0%
			100M-loss0.1: `+fastest+`bandwidth 100Mbit, loss 0.1%, reorder 0%
			100M-rtt100-loss0.01: `+fastest+`bandwidth 100Mbit, delay 50ms, loss 0.01%, reorder 0%
			queue10-loss0.1: `+fastest+`queue 10, loss 0.1%, reorder 0%
			queue1000-loss0.5: `+fastest+`queue 1000, loss 0.5%, reorder 0%
			bulk-reorder1: `+fastest+`reorder 1%, loss 0%
			bulk-reorder1-loss1: `+fastest+`reorder 1%, loss 1%
			bulk-jitter1: `+fastest+`jitter 1ms, overtake, loss 0%, reorder 0%
			bulk-jitter5: `+fastest+`jitter 5ms, overtake, loss 0%, reorder 0%
			bulk-early1: `+fastest+`reorder-early 1%, loss 0%, reorder 0%
			bulk-back20: `+fastest+`loss 0%, loss-back 20%, reorder 0%
			bulk-gemodel: `+fastest+`loss gemodel 0.2% 25%, reorder 0%`),
	)
}

// windows are those where a socket buffer is the limit.
func windows() []Cell {
	return slices.Concat(
		list(Window, fixed, "loss 0%, reorder 0%", `
			window5k: `+fastest+`window 5kB
			window8k: `+fastest+`window 8kB
			window16k: `+fastest+`window 16kB
			window32k: `+fastest+`window 32kB
			window128k: `+fastest+`window 128kB
			window1M: `+fastest+`window 1MB
			asleep: asleep 1s, count 300
			asleep-window16k: asleep 1s, window 16kB
			asleep-fast: asleep 2s, rate 2000, count 4000`),
		list(Window, chance, "loss 1%, reorder 0%", `
			stream-window5k: window 5kB
			stream-window8k: window 8kB
			stream-window16k: window 16kB
			stream-window32k: window 32kB`),
	)
}
