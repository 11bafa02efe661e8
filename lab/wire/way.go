package wire

import "time"

// way is what lies between the link and the far end: the delay.
type way struct {
	lastOut time.Duration // when the last packet that keeps its order comes out
}

// comesOut returns when a packet that the link has sent at time sent reaches the far end.
func (w *Wire) comesOut(sent time.Duration, id identity) time.Duration {
	if w.coins.hit(early, id, w.shape.ReorderEarly) {
		return sent
	}
	at := max(sent, sent+w.shape.Delay+w.jitter(id))
	if w.shape.Overtake {
		return at
	}
	w.way.lastOut = max(at, w.way.lastOut)
	return w.way.lastOut
}

// jitter returns what is added to the delay, which may be negative.
func (w *Wire) jitter(id identity) time.Duration {
	j := w.shape.Jitter
	if j.Max == 0 {
		return 0
	}
	if j.Normal {
		return w.coins.normal(jitter, id, j.Max)
	}
	return time.Duration(w.coins.below(jitter, id, 2*uint64(j.Max)+1)) - j.Max
}
