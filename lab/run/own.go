package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"stones/lab"
	"stones/lab/path"
	"stones/lab/protocol"
	"stones/lab/stone"
	"stones/lab/wire"
)

// converse is the task of a flow that has a protocol of its own: it runs both ends.
func (x *flow) converse(ctx context.Context, e lab.Experiment) {
	defer func() {
		x.cut = x.cut || ctx.Err() != nil
		x.over()
	}()
	if x.throwErr = x.world.SleepUntil(ctx, x.start); x.throwErr != nil {
		return
	}
	x.began, x.connected, x.answered = x.start, x.start, true
	world, ok := x.world.(Roaded)
	if !ok {
		x.throwErr = fmt.Errorf("the path %s carries no protocol of one's own", e.Path)
		return
	}
	road, err := world.OpenRoad(x.Name)
	if err != nil {
		x.throwErr = err
		return
	}
	defer road.Close()
	x.throwErr = x.talk(ctx, e, talking{x.world, road})
	if errors.Is(x.throwErr, protocol.ErrGaveUp) {
		x.cut = true
	}
}

// talk makes both ends and runs them over the road.
func (x *flow) talk(ctx context.Context, e lab.Experiment, road protocol.Road) error {
	own := handed{flow: x, salt: dice(e.Seed, x.id, 2), least: least(e.Out, x.ExtraDelay)}
	c := protocol.Conversation{
		Road: road, Count: x.schedule.Count(), Limit: x.limit,
		Due:   func(n int) time.Duration { return x.start + x.schedule.Offset(uint64(n)) },
		Stone: own.bytes, Thrown: own.thrown, Caught: own.caught,
	}
	c.Datagram[protocol.Thrower], c.Datagram[protocol.Catcher] = e.Datagrams()
	for _, role := range []protocol.Role{protocol.Thrower, protocol.Catcher} {
		plan := protocol.Plan{
			Count: c.Count, Size: x.Plan.Size, Datagram: c.Datagram[role],
			Seed: dice(e.Seed, x.id, uint64(role)), Limit: x.limit - x.start, Say: x.said(role),
		}
		end, err := protocol.Open(x.Own, role, plan)
		if err != nil {
			return err
		}
		if program, ok := end.(interface{ Close() error }); ok {
			defer program.Close()
		}
		c.Ends[role] = end
	}
	err := c.Run(ctx)
	if c.Unnoted > 0 && x.say != nil {
		x.say(x.Name, fmt.Sprintf("more than %d notes; the other %d are left out", protocol.MaxNotes, c.Unnoted))
	}
	for _, n := range c.Notes {
		x.notes = append(x.notes, lab.Note{At: lab.Milliseconds(n.At), End: n.Role.String(), Name: n.Name, Value: n.Value})
	}
	return err
}

// said returns what shows the standard error of an end's program; nil if nothing does.
func (x *flow) said(role protocol.Role) func(line string) {
	if x.say == nil {
		return nil
	}
	return func(line string) { x.say(x.Name+" "+role.String(), line) }
}

// talking is a road with the world's clock.
type talking struct {
	World
	path.Road
}

func (t talking) Close() error { return t.Road.Close() }

func (t talking) Send(from protocol.Role, datagram []byte) error {
	return t.Road.Send(from == protocol.Catcher, datagram)
}

func (t talking) Next(ctx context.Context, until time.Duration) (protocol.Role, []byte, bool) {
	back, datagram, ok := t.Road.Next(ctx, until)
	if back {
		return protocol.Thrower, datagram, ok
	}
	return protocol.Catcher, datagram, ok
}

// handed are the stones that were handed to the thrower. Their padding is salted from
// the seed, so that a protocol must carry it and cannot make it up.
type handed struct {
	*flow
	salt   uint64
	least  time.Duration // the least delay of a packet
	stones []stone.Stone
	at     []time.Duration // when each was handed over
	frame  []byte
}

// thrown records that stone n is handed to the thrower now.
func (h *handed) thrown(n int) {
	due := h.start + h.schedule.Offset(uint64(n))
	if !h.schedule.Paced() {
		due = h.world.Now()
	}
	s := stone.Stone{Flow: h.id, Number: uint64(n), Due: due, Size: h.Plan.Size, Salt: h.salt}
	if h.cargo != nil {
		s.Carries = h.cargo(s.Number)
	}
	h.stones = append(h.stones, s)
	h.at = append(h.at, h.world.Now())
	h.throws.Add(s, h.world.Now(), "")
	h.noteDue(s.Number, s.Due-h.began)
	h.attempted.Add(1)
}

// bytes returns the bytes of stone n, valid until the next call.
func (h *handed) bytes(n int) []byte {
	h.frame = h.stones[n-1].Append(h.frame[:0])
	return h.frame
}

// caught records what the catcher delivers. It counts as a stone only if it was handed
// to the thrower, and can have arrived by now.
func (h *handed) caught(b []byte) {
	*h.reads++
	now := h.world.Now()
	s, err := stone.Peek(b)
	switch {
	case err != nil, s.Flow != h.id, s.Number == 0, s.Number > uint64(len(h.stones)),
		now < h.at[s.Number-1]+h.least:
		h.catches.Foreign()
	case !bytes.Equal(b, h.bytes(int(s.Number))):
		h.catches.Damaged()
	default:
		h.takes(h.stones[s.Number-1])
		h.catches.Add(h.stones[s.Number-1], now)
		if h.catches.Copies(s.Number) == 1 {
			h.arrived.Add(1)
		}
	}
}

// least is the least delay of a packet on a way out.
func least(out wire.Shape, extra time.Duration) time.Duration {
	if out.ReorderEarly > 0 || len(out.At) > 0 || out.Jitter.Normal {
		return extra
	}
	return out.Delay - out.Jitter.Max + extra
}

// dice draws a number from the seed, another one for each flow and purpose, so that a
// program is not told the seed itself.
func dice(seed uint64, flow uint32, purpose uint64) uint64 {
	return rand.New(rand.NewPCG(seed, uint64(flow)<<8|purpose|1<<63)).Uint64()
}
