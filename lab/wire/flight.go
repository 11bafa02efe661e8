package wire

import "time"

// A flight is a packet on its way.
type flight struct {
	Packet
	at     time.Duration // when it reaches the far end; if it is aside, when it stops waiting
	order  uint64        // its place among all that entered
	by     int           // how many later packets it still has to wait for
	aside  bool          // it has reached the far end and is held back
	passed bool          // a later packet has passed it there
	index  int           // in the heap
}

// flights is a heap, ordered by time. At the same time packets that were held back come
// last; otherwise the order is that of sending.
type flights []*flight

func (h flights) Len() int { return len(h) }

func (h flights) Less(i, j int) bool {
	a, b := h[i], h[j]
	if a.at != b.at {
		return a.at < b.at
	}
	if a.aside != b.aside {
		return b.aside
	}
	return a.order < b.order
}

func (h flights) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *flights) Push(x any) {
	f := x.(*flight)
	f.index = len(*h)
	*h = append(*h, f)
}

func (h *flights) Pop() any {
	last := len(*h) - 1
	f := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return f
}
