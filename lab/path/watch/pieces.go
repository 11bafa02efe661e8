package watch

import "time"

// patience is how long a stack waits for the missing fragments of a datagram: Linux's
// time for IPv4.
const patience = 30 * time.Second

// A heap identifies the datagram that fragments belong to: by the flow, and by the
// datagram's identification.
type heap struct {
	flow *Flow
	id   uint32
}

// A puzzle is a datagram of which some fragments have come.
type puzzle struct {
	got   map[int]bool // by the offset of the fragment
	wrong bool         // a fragment was damaged
	bytes int          // in the fragments that have come
	whole int          // bytes of the datagram; 0 while its last fragment is missing
	began time.Duration
}

// Completes reports whether a packet that comes out of the wire completes a datagram, as
// the catcher's stack puts it together (RFC 791 section 3.2), and whether that is
// damaged. A fragment that has come already changes nothing. A copy of a fragment that
// has completed its datagram begins another datagram, which stays incomplete. Damaged
// says that a bit of the packet is wrong.
func (w *Watch) Completes(now time.Duration, s Sight, damaged bool) (whole, wrong bool) {
	piece := s.piece
	if !piece.fragment() {
		return true, damaged
	}
	at := heap{s.flow, piece.id}
	p := w.puzzles[at]
	if p == nil || now-p.began > patience {
		p = &puzzle{got: map[int]bool{}, began: now}
		if w.puzzles == nil {
			w.puzzles = map[heap]*puzzle{}
		}
		w.puzzles[at] = p
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
	delete(w.puzzles, at)
	return true, p.wrong
}

// HeaderHit reports whether the wrong bit of a damaged packet is in its IP header or
// fragment header, so that the stack drops the packet or takes it for another one. Over
// IPv4 that is any bit of the header, which has a checksum (RFC 791). Over IPv6 there is
// no checksum, and some fields do not matter to the receiver.
func HeaderHit(sent, came []byte) bool {
	at := 0
	for at < len(sent) && sent[at] == came[at] {
		at++
	}
	if at == len(sent) || sent[0]>>4 == 4 {
		return at < int(sent[0]&0xf)*4
	}
	header := ipv6Len
	if sent[6] == protocolFragment {
		header += fragmentLen
	}
	switch at {
	case 0:
		return sent[0]>>4 != came[0]>>4 // else it is the traffic class
	case 1, 2, 3, 7, ipv6Len + 1: // traffic class, flow label, hop limit, reserved
		return at >= header
	}
	return at < header
}
