package server

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"stones/lab/clock"
	"stones/lab/control"
	"stones/lab/prose"
)

// An Observer is told what happens, for people to see. All that it is told is
// safe to show. It is called by several tasks at once and must not wait.
type Observer interface {
	Joined(Client)                  // somebody has said the first line
	Said(Client, string)            // a message
	Planned(Client, control.Notice) // there will be stones
	Ended(Client, control.Notice)   // there will be no more of them
	Left(Client, string)            // and why
}

// A Client is a snapshot of a session.
type Client struct {
	Number  int    // of the session, from 1
	Address string // where it is from
	Since   time.Duration
	Flows   []control.Notice // planned and not forgotten
}

// A journal is the log, with a limit to how fast it grows: after a burst of lines, only
// so many a second. Lines that were left out, or that the log did not take, are
// counted.
type journal struct {
	log   *slog.Logger
	clock clock.Clock

	mu   sync.Mutex
	room [2]bucket
}

// newJournal returns the journal that writes to log, if that is not nil.
func newJournal(log *slog.Logger, c clock.Clock) *journal {
	return &journal{log: cmp.Or(log, slog.New(slog.DiscardHandler)), clock: c}
}

// Lines of what strangers can cause have a bucket of their own, so that they
// leave room for the others.
const (
	ofClients = iota
	ofStrangers
)

// A bucket of lines that may be written.
type bucket struct {
	used time.Duration // how far ahead of the clock it is
	left int           // lines that were left out
}

// A line costs a tenth of a second, and a bucket may be two seconds ahead of the clock.
const (
	perLine = time.Second / 10
	owed    = 2 * time.Second
)

// write logs a line, if there is room.
func (j *journal) write(from int, level slog.Level, text string, attributes ...slog.Attr) {
	ctx := context.Background()
	if !j.log.Enabled(ctx, level) {
		return
	}
	now := j.clock.Now()
	j.mu.Lock()
	defer j.mu.Unlock()
	b := &j.room[from]
	if b.used = max(b.used, now); b.used-now > owed {
		b.left++
		return
	}
	b.used += perLine
	r := slog.NewRecord(j.clock.Time(now), level, text, 0)
	r.AddAttrs(attributes...)
	if b.left > 0 {
		r.AddAttrs(slog.Int("left_out", b.left))
	}
	if j.log.Handler().Handle(ctx, r) != nil {
		b.left++
		return
	}
	b.left = 0
}

// foreign is an attribute that somebody else chose.
func foreign(key, value string) slog.Attr { return slog.String(key, prose.Safe(value)) }
