package wire_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"stones/lab/wire"
)

// Every shape without changes and managed queues gives the same fates at the same
// nanoseconds as the former code.
func TestAsBefore(t *testing.T) {
	const shapes = 1000
	for seed := range uint64(shapes) {
		rng := rand.New(rand.NewPCG(seed, 11))
		shape := anyShape(rng)
		if err := shape.Validate(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want, got := story(&before{oldWire: newOldWire(shape, seed, wire.Out)}, seed), story(&today{Wire: wire.New(shape, seed, wire.Out)}, seed)
		for i := range max(len(want), len(got)) {
			if i >= len(want) || i >= len(got) || want[i] != got[i] {
				t.Fatalf("seed %d, shape %+v\nbefore %s\ntoday  %s", seed, shape, line(want, i), line(got, i))
			}
		}
	}
}

// line is the i-th line of a story.
func line(story []string, i int) string {
	if i < len(story) {
		return story[i]
	}
	return "nothing"
}

// A road is the former wire or the present one.
type road interface {
	send(now time.Duration, p wire.Packet) string // sends p and returns what becomes of it
	Next() (time.Duration, bool)
	Arrive(now time.Duration) (wire.Packet, bool)
}

type before struct{ *oldWire }

func (b *before) send(now time.Duration, p wire.Packet) string {
	first, second := b.Send(now, p)
	return fmt.Sprint(oldWord(first), " ", oldWord(second))
}

// oldWord is a former fate by its present name. Damage is now seen at the far end.
func oldWord(f oldFate) string {
	return [...]string{"none", "carried", "carried", "lost", "overflowed", "too big"}[f]
}

type today struct{ *wire.Wire }

func (r *today) send(now time.Duration, p wire.Packet) string {
	r.Send(now, p)
	first, second := wire.Carried.String(), "none"
	for e, ok := r.Event(); ok; e, ok = r.Event() {
		switch {
		case e.At != now:
			return fmt.Sprintf("%v at %v, and it was sent at %v", e.Fate, e.At, now)
		case e.Fate == wire.Copied:
			second = wire.Carried.String()
		case e.Packet.Copy:
			second = e.Fate.String()
		default:
			first = e.Fate.String()
		}
	}
	return first + " " + second
}

// story sends packets over a road and returns everything that can be observed.
func story(r road, seed uint64) (lines []string) {
	rng := rand.New(rand.NewPCG(seed, 12))
	now, next := time.Duration(0), uint64(1)
	take := func(until time.Duration) {
		for at, ok := r.Next(); ok && at <= until; at, ok = r.Next() {
			lines = append(lines, fmt.Sprint("next at ", at))
			for p, ok := r.Arrive(at); ok; p, ok = r.Arrive(at) {
				lines = append(lines, fmt.Sprintf("%v %v %v %v", p.Ref, p.Copy, p.Damaged, p.Data))
			}
		}
	}
	for n := range 150 {
		now += time.Duration(rng.Int64N(int64(5 * time.Millisecond)))
		if rng.IntN(4) > 0 {
			take(now)
		}
		p := wire.Packet{Size: 40 + rng.IntN(1560), Data: bytes.Repeat([]byte{byte(n)}, rng.IntN(4)), Ref: n}
		switch rng.IntN(4) {
		case 0: // without a stone
		case 1:
			p.Stone, p.Again = 1+rng.Uint64N(next), true
		default:
			p.Stone, p.Offset = next, rng.IntN(3)
			next += rng.Uint64N(3)
			p.Last = next
		}
		lines = append(lines, fmt.Sprint(n, " at ", now, ": ", r.send(now, p)))
	}
	take(1 << 62)
	return lines
}

// anyShape draws a shape with the former settings, each of which is often unset.
func anyShape(rng *rand.Rand) wire.Shape {
	share := func() wire.Share {
		return wire.Share([]int64{0, 0, rng.Int64N(int64(10 * wire.Percent)), rng.Int64N(int64(100*wire.Percent) + 1)}[rng.IntN(4)])
	}
	some := func() bool { return rng.IntN(3) == 0 }
	numbers := func() []uint64 {
		return slices.Repeat([]uint64{1 + rng.Uint64N(100)}, rng.IntN(3))
	}
	s := wire.Shape{Delay: time.Duration(1 + rng.Int64N(int64(50*time.Millisecond))), Duplicate: share(), Corrupt: share(), ReorderEarly: share()}
	s.Reorder = wire.Reorder{Share: share(), By: rng.IntN(4)}
	s.Drop, s.DropPackets = numbers(), numbers()
	if some() {
		s.Jitter = wire.Jitter{Max: time.Duration(rng.Int64N(int64(s.Delay))), Normal: some()}
		s.Overtake = some()
	}
	if some() {
		s.Loss.Gemodel = wire.Gemodel{P: share(), R: share(), Bad: share(), Good: share()}
	} else {
		s.Loss.Random = share()
	}
	if some() {
		s.DropEvery = 1 + rng.IntN(20)
	}
	if some() {
		s.Hold = []wire.Hold{{Stone: 1 + rng.Uint64N(50), By: rng.IntN(5)}}
	}
	if some() {
		s.MTU = 576 + rng.IntN(1000)
	}
	if rng.IntN(3) > 0 {
		s.Bandwidth = wire.Bandwidth(1 + rng.Int64N(int64(20*wire.Mbit)))
	}
	switch rng.IntN(3) {
	case 0:
		s.Queue.Packets = 1 + rng.IntN(30)
	case 1:
		s.Queue.Bytes = 1000 + rng.IntN(30_000)
	}
	return s
}
