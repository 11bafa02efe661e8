package wire

import (
	"slices"
	"time"
)

// The entrance of the wire, where packets are dropped that are too long or lost.

// entrance is the state of the entrance.
type entrance struct {
	packets uint64 // packets so far
	ordinal uint64 // of these, packets that are not known by their stone
	bad     bool   // Gemodel is in its bad state
}

// enter returns p's identity, and its fate at the entrance: Carried if it enters.
func (w *Wire) enter(now time.Duration, p *Packet) (identity, Fate) {
	e := w.entranceOf(p.Sender)
	e.packets++
	id := e.identify(p)
	switch {
	case w.shape.MTU > 0 && p.Size > w.shape.MTU:
		return id, TooBig
	case w.loses(p, id, e) || w.shape.out(now-w.begun):
		return id, Lost
	}
	return id, Carried
}

// entranceOf is the state of the entrance for a sender.
func (w *Wire) entranceOf(sender uint64) *entrance {
	if sender == 0 {
		return &w.entrance
	}
	e := w.others[sender]
	if e == nil {
		if w.others == nil {
			w.others = map[uint64]*entrance{}
		}
		e = new(entrance)
		w.others[sender] = e
	}
	return e
}

// identify returns p's identity.
func (e *entrance) identify(p *Packet) identity {
	if p.Stone > 0 && !p.Again {
		return stoneIdentity(p.Stone, p.Offset).of(p.Sender)
	}
	e.ordinal++
	return ordinalIdentity(e.ordinal).of(p.Sender)
}

// loses reports whether p is lost, and advances the loss model by one packet.
func (w *Wire) loses(p *Packet, id identity, e *entrance) bool {
	share := w.shape.Loss.Random
	if m := w.shape.Loss.Gemodel; m != (Gemodel{}) {
		// The fate is that of the state before the transition, as in tc.
		bad := &e.bad
		share = m.Good
		if *bad {
			share = m.Bad
		}
		u := w.coins.draw(turn, id)
		if *bad {
			*bad = u < whole-m.R
		} else {
			*bad = u < m.P
		}
	}
	return p.Doomed || w.listed(p, e.packets) || w.coins.hit(loss, id, share)
}

// listed reports whether p, its sender's n-th packet, is one of DropPackets, or a stone of
// Drop or DropEvery begins in it.
func (w *Wire) listed(p *Packet, n uint64) bool {
	if _, dropped := slices.BinarySearch(w.shape.DropPackets, n); dropped {
		return true
	}
	from, to := p.begins()
	if to < from {
		return false
	}
	if every := uint64(w.shape.DropEvery); every > 0 && to/every > (from-1)/every {
		return true
	}
	i, _ := slices.BinarySearch(w.shape.Drop, from)
	return i < len(w.shape.Drop) && w.shape.Drop[i] <= to
}
