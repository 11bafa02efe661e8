package wire

import (
	"slices"
	"time"
)

// The entrance: a packet that is too long, or lost, does not come any further.

// entrance is what the entrance keeps.
type entrance struct {
	packets uint64 // that came so far
	ordinal uint64 // of these, packets that are not known by their stone
	bad     bool   // the state of Gemodel
}

// enter returns what the draws for p depend on, and whether p comes in.
func (w *Wire) enter(now time.Duration, p *Packet) (identity, Fate) {
	w.entrance.packets++
	id := w.entrance.identify(p)
	switch {
	case w.shape.MTU > 0 && p.Size > w.shape.MTU:
		return id, TooBig
	case w.loses(p, id) || w.shape.out(now):
		return id, Lost
	}
	return id, Carried
}

// identify returns what the draws for p depend on.
func (e *entrance) identify(p *Packet) identity {
	if p.Stone > 0 && !p.Again {
		return stoneIdentity(p.Stone, p.Offset)
	}
	e.ordinal++
	return ordinalIdentity(e.ordinal)
}

// loses reports whether p vanishes, and moves the loss model on by one packet.
func (w *Wire) loses(p *Packet, id identity) bool {
	share := w.shape.Loss.Random
	if m := w.shape.Loss.Gemodel; m != (Gemodel{}) {
		// The fate is that of the state before the transition, as in tc.
		bad := &w.entrance.bad
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
	return w.listed(p) || w.coins.hit(loss, id, share)
}

// listed reports whether p, which came last, is one of DropPackets, or a stone
// that Drop or DropEvery names begins in it.
func (w *Wire) listed(p *Packet) bool {
	if _, dropped := slices.BinarySearch(w.shape.DropPackets, w.entrance.packets); dropped {
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
