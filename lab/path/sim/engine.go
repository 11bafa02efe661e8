package sim

import (
	"container/heap"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// engine is the driver of one world: its clock, its events and its processes.
// Only one goroutine works in it at any time, so that it needs no lock; what
// comes from outside comes through post.
type engine struct {
	now  time.Duration // of the event that is happening
	read time.Duration // the last time that the stacks were told

	events eventHeap
	order  uint64 // of the next event among those of the same time

	ready     []*process // woken, in the order of waking
	processes []*process
	current   *process // the one that runs now

	between func() // called between any two events and steps, if a test wants that

	inbox struct {
		full  atomic.Bool
		mu    sync.Mutex
		calls []func()
	}
}

// birth is when virtual time begins: not at zero, which the stack takes for
// "unset".
const birth = time.Second

func newEngine() *engine { return &engine{now: birth, read: birth} }

// An event is something that happens at a time. It can be scheduled again and
// again, but stands in the heap at most once.
type event struct {
	at    time.Duration
	order uint64
	index int // in the heap; -1 outside
	fire  func()
}

func newEvent(fire func()) *event { return &event{index: -1, fire: fire} }

func (e *event) scheduled() bool { return e.index >= 0 }

type eventHeap []*event

func (h eventHeap) Len() int { return len(h) }

func (h eventHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].order < h[j].order
}

func (h eventHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *eventHeap) Push(x any) {
	e := x.(*event)
	e.index = len(*h)
	*h = append(*h, e)
}

func (h *eventHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	e.index = -1
	return e
}

// schedule lets e happen at time at, behind all that is scheduled for the same
// time already. If e is scheduled, it is moved.
func (eng *engine) schedule(e *event, at time.Duration) {
	e.at, e.order = at, eng.order
	eng.order++
	if e.scheduled() {
		heap.Fix(&eng.events, e.index)
		return
	}
	heap.Push(&eng.events, e)
}

// cancel takes e out of the heap and reports whether it was in it.
func (eng *engine) cancel(e *event) bool {
	if !e.scheduled() {
		return false
	}
	heap.Remove(&eng.events, e.index)
	return true
}

// post asks the driver to make a call between two events. It may be called
// from any goroutine.
func (eng *engine) post(call func()) {
	eng.inbox.mu.Lock()
	defer eng.inbox.mu.Unlock()
	eng.inbox.calls = append(eng.inbox.calls, call)
	eng.inbox.full.Store(true)
}

// takePost makes the calls that were posted.
func (eng *engine) takePost() {
	if !eng.inbox.full.Load() {
		return
	}
	eng.inbox.mu.Lock()
	calls := eng.inbox.calls
	eng.inbox.calls = nil
	eng.inbox.full.Store(false)
	eng.inbox.mu.Unlock()
	for _, call := range calls {
		call()
	}
}

// stepsBetweenLooks is how often the driver looks whether its context ended.
const stepsBetweenLooks = 1024

// run lets time pass until the processes have ended. When ctx ends, it wakes
// those that sleep; those in a call of a connection wait for a deadline.
func (eng *engine) run(ctx context.Context) error {
	interrupted := false
	for n := 1; ; n++ {
		if eng.between != nil {
			eng.between()
		}
		eng.takePost()
		if n%stepsBetweenLooks == 0 && !interrupted && ctx.Err() != nil {
			interrupted = true
			for _, p := range eng.processes {
				p.wake()
			}
		}
		if len(eng.ready) > 0 {
			p := eng.ready[0]
			eng.ready = eng.ready[1:]
			eng.step(p)
			continue
		}
		if eng.ended() {
			return nil
		}
		if len(eng.events) == 0 {
			return eng.deadlock()
		}
		e := heap.Pop(&eng.events).(*event)
		eng.now = max(eng.now, e.at)
		e.fire()
	}
}

// ended reports whether all processes have ended.
func (eng *engine) ended() bool {
	for _, p := range eng.processes {
		if !p.done {
			return false
		}
	}
	return true
}

// deadlock says who waits for what when nothing can happen any more.
func (eng *engine) deadlock() error {
	var waits []string
	for _, p := range eng.processes {
		if !p.done {
			waits = append(waits, fmt.Sprintf("process %d waits to %s", p.number, p.waits))
		}
	}
	return fmt.Errorf("sim: nothing can happen any more at %v: %s", eng.now-birth, strings.Join(waits, ", "))
}
