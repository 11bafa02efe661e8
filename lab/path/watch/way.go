package watch

import (
	"math"
	"slices"
	"time"

	"stones/lab/path"
)

// ways record when the last byte of each of a flow's stones was where.
//
// The last byte decides when a stone left, when it came, and for what it waited. The bytes
// of a stream can be read only when all earlier ones have come. So for a connection the
// prefix that has come is followed as well.
type ways struct {
	left  []time.Duration          // by number - 1: when given to the wire first
	came  []time.Duration          // when out of the wire first; 0 means never
	whole []time.Duration          // of a connection: when all bytes up to its end had come
	again map[uint64]time.Duration // when the copy was sent that came first, if it was not the first

	prefix  int64     // how many bytes of the connection, from the first on, have come without a gap
	islands []Stretch // what came behind a gap, in order; no two touch
}

// leave notes that a packet is given to the wire.
func (w *ways) leave(s Sight) {
	for n := s.Stone; n > 0 && n <= s.Ends && n <= math.MaxUint32; n++ {
		w.left = grow(w.left, n)
		if w.left[n-1] == 0 {
			w.left[n-1] = s.at
		}
	}
}

// come notes that a packet, undamaged, comes out of the wire.
func (w *ways) come(now time.Duration, s Sight) {
	for n := s.Stone; n > 0 && n <= s.Ends && n <= uint64(len(w.left)); n++ {
		w.came = grow(w.came, n)
		switch {
		case w.came[n-1] != 0 && s.at == w.left[n-1]:
			delete(w.again, n) // the first copy came after all
		case w.came[n-1] == 0:
			w.came[n-1] = now
			if s.at != w.left[n-1] {
				if w.again == nil {
					w.again = map[uint64]time.Duration{}
				}
				w.again[n] = s.at
			}
		}
	}
	if s.Stream.Size > 0 {
		w.join(now, s.Stream)
	}
}

// join notes that bytes of the connection have come.
func (w *ways) join(now time.Duration, s Stretch) {
	if s.From > w.prefix {
		w.island(s)
		return
	}
	before := w.prefix
	w.prefix = max(w.prefix, s.To)
	for len(w.islands) > 0 && w.islands[0].From <= w.prefix {
		w.prefix = max(w.prefix, w.islands[0].To)
		w.islands = w.islands[1:]
	}
	for n := uint64(before/s.Size) + 1; n <= uint64(w.prefix/s.Size) && n <= math.MaxUint32; n++ {
		w.whole = grow(w.whole, n)
		w.whole[n-1] = now
	}
}

// island notes bytes that came behind a gap.
func (w *ways) island(s Stretch) {
	at := len(w.islands)
	for at > 0 && w.islands[at-1].From > s.From {
		at--
	}
	// It is merged with the islands that it touches.
	first, last := at, at
	if first > 0 && w.islands[first-1].To >= s.From {
		first--
		s.From, s.To = w.islands[first].From, max(s.To, w.islands[first].To)
	}
	for last < len(w.islands) && w.islands[last].From <= s.To {
		s.To = max(s.To, w.islands[last].To)
		last++
	}
	w.islands = slices.Insert(slices.Delete(w.islands, first, last), first, s)
}

// of is the way of stone n, if it came.
func (w *ways) of(n uint64) (path.Way, bool) {
	way := path.Way{Left: at(w.left, n), Came: at(w.came, n)}
	if way.Came == 0 {
		return path.Way{}, false
	}
	way.Sent = way.Left
	if again, ok := w.again[n]; ok {
		way.Sent = again
	}
	way.Whole = max(way.Came, at(w.whole, n))
	return way, true
}
