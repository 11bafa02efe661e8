package event_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"stones/lab/stack/event"
)

// Events happen by time, those of one time in the order in which they were set.
func ExampleQueue() {
	var q event.Queue
	say := func(text string) *event.Timer {
		return q.Timer(func() { fmt.Println(q.Now(), text) })
	}
	say("third").Set(2 * time.Second)
	say("first").Set(1 * time.Second)
	say("second").Set(1 * time.Second)
	moved := say("fourth")
	moved.Set(0)
	moved.Set(3 * time.Second)
	stopped := say("never")
	stopped.Set(0)
	stopped.Stop()
	for q.Step() {
	}
	// Output:
	// 1s first
	// 1s second
	// 2s third
	// 3s fourth
}

func TestAdvance(t *testing.T) {
	var q event.Queue
	fired := 0
	timer := q.Timer(func() { fired++ })
	timer.Set(5)
	q.Advance(4)
	if fired != 0 || q.Now() != 4 || !timer.Pending() || timer.At() != 5 {
		t.Errorf("at %v: fired %d, pending %t at %v", q.Now(), fired, timer.Pending(), timer.At())
	}
	q.Advance(7)
	if fired != 1 || q.Now() != 7 || timer.Pending() {
		t.Errorf("at %v: fired %d, pending %t", q.Now(), fired, timer.Pending())
	}
	timer.Set(1) // has passed
	if at, ok := q.Next(); at != 7 || !ok {
		t.Errorf("next at %v, %t; want 7", at, ok)
	}
}

// However timers are set, moved and stopped, they fire in the order of a sorted list.
func TestOrder(t *testing.T) {
	type entry struct {
		at    time.Duration
		order int
		id    int
	}
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 0))
		var q event.Queue
		var got, want []int
		var model []entry
		timers := make([]*event.Timer, 40)
		for id := range timers {
			timers[id] = q.Timer(func() { got = append(got, id) })
		}
		for order := range 200 {
			id := dice.IntN(len(timers))
			model = slices.DeleteFunc(model, func(e entry) bool { return e.id == id })
			if dice.IntN(4) == 0 {
				timers[id].Stop()
				continue
			}
			at := time.Duration(dice.IntN(20))
			timers[id].Set(at)
			model = append(model, entry{at, order, id})
		}
		slices.SortFunc(model, func(a, b entry) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order)) })
		for _, e := range model {
			want = append(want, e.id)
		}
		for q.Step() {
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: fired %v; want %v", seed, got, want)
		}
	}
}

func BenchmarkQueue(b *testing.B) {
	for _, size := range []int{10, 1000} {
		b.Run(fmt.Sprintf("pending=%d", size), func(b *testing.B) {
			var q event.Queue
			for i := range size {
				var t *event.Timer
				t = q.Timer(func() { t.Set(q.Now() + time.Duration(size)) })
				t.Set(time.Duration(i))
			}
			for b.Loop() {
				q.Step()
			}
		})
	}
}
