package watch

// A puzzle is a datagram of which some pieces have come.
type puzzle struct {
	got   map[int]bool // by the offset of the piece
	wrong bool         // a bit in one of them
	bytes int          // in them
	whole int          // bytes of the datagram; 0 while its last piece is missing
}

// Completes reports whether a packet that comes out of the wire makes a datagram
// whole, as the catcher's stack puts it together (RFC 791 section 3.2). A piece
// that has come already changes nothing; a copy of the last missing one begins
// another datagram, which stays in pieces. Damaged says that a bit of the packet
// is wrong, and then of the datagram.
func (w *Watch) Completes(s Sight, damaged bool) (whole, wrong bool) {
	piece := s.piece
	if !piece.fragment() {
		return true, damaged
	}
	p := w.puzzles[piece.id]
	if p == nil {
		p = &puzzle{got: map[int]bool{}}
		if w.puzzles == nil {
			w.puzzles = map[uint32]*puzzle{}
		}
		w.puzzles[piece.id] = p
	}
	if p.got[piece.at] {
		return false, false
	}
	p.wrong = p.wrong || damaged
	p.got[piece.at] = true
	p.bytes += piece.size
	if !piece.more {
		p.whole = piece.at + piece.size
	}
	if p.whole == 0 || p.bytes < p.whole {
		return false, false
	}
	delete(w.puzzles, piece.id)
	return true, p.wrong
}
