package watch

// A puzzle is a datagram of which some pieces have come.
type puzzle struct {
	got   map[int]bool // by the offset of the piece
	bytes int          // in them
	whole int          // bytes of the datagram; 0 while its last piece is missing
}

// Completes reports whether a packet that comes out of the wire makes a datagram
// whole, as the catcher's stack puts it together (RFC 791 section 3.2). A piece
// that has come already changes nothing; a copy of the last missing one begins
// another datagram, which stays in pieces.
func (w *Watch) Completes(s Sight) bool {
	if !s.piece {
		return true
	}
	p := w.puzzles[s.of.id]
	if p == nil {
		p = &puzzle{got: map[int]bool{}}
		if w.puzzles == nil {
			w.puzzles = map[uint32]*puzzle{}
		}
		w.puzzles[s.of.id] = p
	}
	if p.got[s.of.offset] {
		return false
	}
	p.got[s.of.offset] = true
	p.bytes += s.size
	if !s.of.more {
		p.whole = s.of.offset + s.size
	}
	if p.whole == 0 || p.bytes < p.whole {
		return false
	}
	delete(w.puzzles, s.of.id)
	return true
}
