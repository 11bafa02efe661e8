package server

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"stones/lab/control"
	"stones/lab/stone"
)

// loads is for how many of the largest loads there is room at once, and loadRate is
// how many bytes a second have to come at the least.
const (
	loads    = 4
	loadRate = 64 << 10
)

// load reads what the stones that the server throws are to carry. It ends the
// conversation, with a reason, if that does not come in time.
func (x *session) load(c control.Load) (end string) {
	e, err := x.find(c.Flow)
	if err == nil {
		err = x.reserve(e, c.Bytes)
	}
	if err != nil {
		x.no(err)
		return ""
	}
	x.ok("send")
	if err := x.out.Flush(); err != nil {
		return err.Error()
	}
	most := time.Duration(c.Bytes) * time.Second / loadRate
	x.guard.until(x.server.in(x.server.limits.Grace + most))
	var content strings.Builder
	content.Grow(c.Bytes) // exactly what is reserved
	if _, err := io.CopyN(&content, x.lines, int64(c.Bytes)); err != nil {
		return err.Error()
	}
	e.begin(content.String())
	x.ok("")
	return ""
}

// reserve reserves memory for the content of a flow.
func (x *session) reserve(e *flow, bytes int) error {
	s := x.server
	room := e.plan.Size - stone.HeaderLen
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !e.plan.Reverse || !e.plan.Carrying:
		return errors.New("load: no plan of stones that the server throws and that carry anything")
	case e.reserved > 0:
		return errors.New("load: it is there already")
	case bytes > s.limits.Load:
		return fmt.Errorf("limit: load of %d B; allowed up to %d", bytes, s.limits.Load)
	case room*e.plan.Count < bytes || room*(e.plan.Count-1) >= bytes:
		return fmt.Errorf("load: %d B are not what %d stones of %d B carry", bytes, e.plan.Count, e.plan.Size)
	case s.loaded+bytes > loads*s.limits.Load:
		return fmt.Errorf("room: %d B are loaded; come back later", s.loaded)
	}
	s.loaded += bytes
	e.reserved = bytes
	return nil
}

// begin has the plan begin now: its content has come.
func (x *flow) begin(content string) {
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	waited := x.server.World.Now() - x.began
	x.began += waited
	x.last += waited
	x.counts.Began = x.began
	x.loaded = content
}

// carrying yields the stones with their parts of the loaded content. The last one is
// filled up with zeros.
func (x *flow) carrying(stones iter.Seq[stone.Stone]) iter.Seq[stone.Stone] {
	if !x.plan.Carrying {
		return stones
	}
	return stone.Carrying(stones, func(number uint64) string {
		room := x.plan.Size - stone.HeaderLen
		from := min(int(number-1)*room, len(x.loaded))
		part := x.loaded[from:min(from+room, len(x.loaded))]
		return part + strings.Repeat("\x00", room-len(part))
	})
}
