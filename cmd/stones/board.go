package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"stones/lab/clock"
	"stones/lab/control"
	"stones/lab/report"
	"stones/lab/server"
)

// A board is what people see of a catcher: what is said to it, line after line, and
// below that, if it is live, a table that is redrawn all the time.
//
// It is a [server.Observer]. Whoever tells it something does not wait for a terminal
// that is slow or stopped: only show does.
type board struct {
	w    io.Writer
	live bool
	here func() (clients []server.Client, strangers int)
	busy func() bool // reports that w has no room now; nil means never

	mu        sync.Mutex
	lines     []string       // to be printed
	left      int            // lines that were dropped
	guests    []report.Guest // flows, in the order in which they were planned
	forgotten int            // earlier flows that were dropped

	failed error // the first error of w; only for show and end
	drawn  int   // how many lines the table on the terminal has; likewise
}

// The limits of a board.
const (
	mostLines  = 200 // waiting; with a glance of 200 ms that is 1000 a second
	mostGuests = 1000
	boardRoom  = 3  // texts in the queue: one draw, and two more at the end
	mostShown  = 12 // in the live table
	mostWide   = 79 // its columns
)

// glance is how often the board is redrawn.
const glance = 200 * time.Millisecond

// Joined does nothing: the table shows it.
func (b *board) Joined(server.Client) {}

// Left does nothing: the table shows it.
func (b *board) Left(server.Client, string) {}

// Said prints a message.
func (b *board) Said(c server.Client, text string) { b.print(report.Said(c.Address, text)) }

// Planned adds a flow.
func (b *board) Planned(c server.Client, x control.Notice) { b.note(c, x) }

// Ended records the result of a flow.
func (b *board) Ended(c server.Client, x control.Notice) { b.note(c, x) }

// print queues a line, unless too many are queued.
func (b *board) print(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) >= mostLines {
		b.left++
		return
	}
	b.lines = append(b.lines, text)
}

// Write queues a line of the log.
func (b *board) Write(text []byte) (int, error) {
	b.print(strings.TrimRight(string(text), "\n"))
	return len(text), nil
}

// note adds a flow, or updates it.
func (b *board) note(c server.Client, x control.Notice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	guest := report.Guest{Session: c.Number, From: c.Address, Notice: x}
	for i := range b.guests {
		if b.guests[i].Number == x.Number && b.guests[i].Session == c.Number {
			if !b.guests[i].Over || x.Over { // an older state may come late
				b.guests[i] = guest
			}
			return
		}
	}
	if len(b.guests) == mostGuests {
		b.guests = append(b.guests[:0], b.guests[1:]...)
		b.forgotten++
	}
	b.guests = append(b.guests, guest)
}

// show draws again and again until ctx ends.
func (b *board) show(ctx context.Context, c clock.Clock) {
	for {
		b.draw()
		if c.SleepUntil(ctx, c.Now()+glance) != nil {
			return
		}
	}
}

// draw prints the queued lines, and redraws the table.
func (b *board) draw() {
	if b.busy != nil && b.busy() {
		return // the lines stay queued
	}
	b.mu.Lock()
	lines := b.lines
	if b.left > 0 {
		lines = append(lines, report.LeftOut(b.left))
	}
	b.lines, b.left = nil, 0
	b.mu.Unlock()
	var text strings.Builder
	b.wipe(&text)
	for _, l := range lines {
		text.WriteString(l + "\n")
	}
	if b.live {
		table := b.table()
		b.drawn = strings.Count(table, "\n")
		text.WriteString(table)
	}
	b.put(text.String())
}

// wipe erases the table: the cursor goes up to its first line, and everything below is
// cleared (ECMA-48: CUU, ED).
func (b *board) wipe(text *strings.Builder) {
	if b.drawn > 0 {
		fmt.Fprintf(text, "\x1b[%dA\x1b[J", b.drawn)
		b.drawn = 0
	}
}

// put writes, unless that has failed before.
func (b *board) put(text string) {
	if b.failed == nil && text != "" {
		_, b.failed = io.WriteString(b.w, text)
	}
}

// table is the live table: the last flows, and how many clients there are.
func (b *board) table() string {
	clients, strangers := b.here()
	for _, c := range clients {
		for _, x := range c.Flows {
			b.note(c, x)
		}
	}
	b.mu.Lock()
	last := append([]report.Guest(nil), b.guests[max(0, len(b.guests)-mostShown):]...)
	b.mu.Unlock()
	var text strings.Builder
	_ = report.Guests(&text, last) // a Builder never fails
	text.WriteString(report.Here(len(clients), throwing(clients), strangers) + "\n")
	var cut strings.Builder
	for l := range strings.Lines(text.String()) {
		if r := []rune(strings.TrimRight(l, "\n")); len(r) > mostWide {
			l = string(r[:mostWide]) + "\n"
		}
		cut.WriteString(l)
	}
	return cut.String()
}

// end prints the remaining lines, and the results of all flows. It returns the first
// error of w.
func (b *board) end() error {
	b.live = false
	b.draw()
	var text strings.Builder
	_ = report.Caught(&text, b.guests, b.forgotten) // a Builder never fails
	b.put(text.String())
	return b.failed
}

// throwing is how many of the clients have stones on the way.
func throwing(clients []server.Client) int {
	n := 0
	for _, c := range clients {
		if slices.ContainsFunc(c.Flows, func(x control.Notice) bool { return !x.Over }) {
			n++
		}
	}
	return n
}
