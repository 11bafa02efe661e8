package watch

import (
	"math"
	"slices"
	"time"

	"stones/lab/path"
)

// ways keep where the last bytes of a flow's stones were, and when.
//
// A stone ends with its last byte: that decides when it left, when it came, and
// for what it waited. A stream's bytes are worth nothing before all earlier ones
// have come, so of a connection the prefix that is there is followed as well.
type ways struct {
	left  []time.Duration // by number - 1; given to the wire first
	came  []time.Duration // out of the wire first; 0 means never
	whole []time.Duration // of a connection: with all that is before it
	again map[uint64]time.Duration

	prefix  int64     // of the connection's bytes, so many from the first have come
	islands []Stretch // what came behind a gap, in order, apart from each other
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

// join notes that these bytes of the connection have come.
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
	// Those that it touches become part of it.
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
