package wire

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawShape draws a valid shape, often with little in it.
func drawShape(t *rapid.T) Shape {
	share := rapid.OneOf(rapid.Just(Share(0)), rapid.Map(rapid.Int64Range(0, int64(whole)), func(n int64) Share { return Share(n) }))
	delay := time.Duration(rapid.IntRange(1, 100).Draw(t, "delay")) * ms
	s := Shape{
		Delay:        delay,
		Jitter:       Jitter{Max: time.Duration(rapid.Int64Range(0, int64(delay)).Draw(t, "jitter")), Normal: rapid.Bool().Draw(t, "normal")},
		Overtake:     rapid.Bool().Draw(t, "overtake"),
		Drop:         rapid.SliceOfN(rapid.Uint64Range(1, 100), 0, 5).Draw(t, "drop"),
		DropEvery:    rapid.IntRange(0, 10).Draw(t, "drop-every"),
		Reorder:      Reorder{share.Draw(t, "reorder"), rapid.IntRange(0, 5).Draw(t, "by")},
		ReorderEarly: share.Draw(t, "early"),
		Duplicate:    share.Draw(t, "duplicate"),
		Corrupt:      share.Draw(t, "corrupt"),
		Bandwidth:    Bandwidth(rapid.Int64Range(0, int64(10*Mbit)).Draw(t, "bandwidth")),
		MTU:          rapid.SampledFrom([]int{0, 576, 1500}).Draw(t, "mtu"),
	}
	if rapid.Bool().Draw(t, "gemodel") {
		s.Loss.Gemodel = Gemodel{share.Draw(t, "P"), share.Draw(t, "R"), share.Draw(t, "1-H"), share.Draw(t, "1-K")}
	} else {
		s.Loss.Random = share.Draw(t, "loss")
	}
	if rapid.Bool().Draw(t, "bytes") {
		s.Queue.Bytes = rapid.IntRange(0, 20_000).Draw(t, "queue")
	} else {
		s.Queue.Packets = rapid.IntRange(0, 20).Draw(t, "queue")
	}
	if rapid.Bool().Draw(t, "hold") {
		s.Hold = []Hold{{rapid.Uint64Range(1, 100).Draw(t, "held"), rapid.IntRange(0, 10).Draw(t, "k")}}
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := drawShape(t)
		prompt, late := New(shape, 5, Out), New(shape, 5, Out) // Arrive is called at every step, or only at the end
		type key struct {
			ordinal int
			copy    bool
		}
		fates := map[key]Fate{}
		sentAt := map[int]time.Duration{}
		var came, cameLate []Packet
		now, ordinal := time.Duration(0), 0

		take := func(w *Wire, until time.Duration, came *[]Packet) {
			last := time.Duration(0)
			for {
				at, ok := w.Next()
				if !ok || at > until {
					return
				}
				if at < last {
					t.Fatalf("Next went from %v back to %v", last, at)
				}
				last = at
				for p, ok := w.Arrive(at); ok; p, ok = w.Arrive(at) {
					if n := p.Ref.(int); at < sentAt[n] {
						t.Fatalf("packet %d comes at %v, before it was sent at %v", n, at, sentAt[n])
					}
					*came = append(*came, p)
				}
			}
		}

		for range rapid.IntRange(1, 100).Draw(t, "packets") {
			now += time.Duration(rapid.IntRange(0, 20).Draw(t, "gap")) * ms
			take(prompt, now, &came)
			ordinal++
			p := Packet{
				Stone: rapid.Uint64Range(0, 100).Draw(t, "stone"),
				Again: rapid.Bool().Draw(t, "again"),
				Size:  rapid.IntRange(40, 1600).Draw(t, "size"),
				Ref:   ordinal,
			}
			sentAt[ordinal] = now
			first, second := give(prompt, now, p)
			late.Send(now, p)
			if second != none && first.Gone() && first != Overflowed || second == Lost || second == TooBig {
				t.Fatalf("the fates are %v, %v", first, second)
			}
			fates[key{ordinal, false}] = first
			if second != none {
				fates[key{ordinal, true}] = second
			}
			if err := prompt.Counts().Check(); err != nil {
				t.Fatal(err)
			}
		}
		const forever = time.Duration(1 << 62)
		take(prompt, forever, &came)
		take(late, forever, &cameLate)

		if prompt.Counts() != late.Counts() || prompt.Counts().InFlight != 0 {
			t.Fatalf("in the end %+v and %+v", prompt.Counts(), late.Counts())
		}
		if err := prompt.Counts().Check(); err != nil {
			t.Fatal(err)
		}
		ordered := !shape.Overtake && shape.ReorderEarly == 0 && shape.Reorder.Share == 0 && shape.Hold == nil
		last := 0
		for i, p := range came {
			k := key{p.Ref.(int), p.Copy}
			if fate, sent := fates[k]; !sent || fate.Gone() {
				t.Fatalf("packet %v came; its fate was %v", k, fate)
			}
			delete(fates, k) // so that it cannot come twice
			if ordered && k.ordinal < last {
				t.Fatalf("packet %d comes behind %d", k.ordinal, last)
			}
			last = k.ordinal
			if q := cameLate[i]; q.Ref != p.Ref || q.Copy != p.Copy || q.Damaged != p.Damaged {
				t.Fatalf("the order depends on when one asks: %d. is %+v and %+v", i, p, q)
			}
		}
		for k, fate := range fates {
			if !fate.Gone() {
				t.Fatalf("packet %v is %v and never came", k, fate)
			}
		}
	})
}
