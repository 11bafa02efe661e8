package wire

import "slices"

// damage flips one bit of a copy of p's bytes, if there are any.
func (w *Wire) damage(p *Packet, id identity) {
	p.Damaged = true
	p.Data = slices.Clone(p.Data)
	if n := uint64(len(p.Data)); n > 0 {
		bit := w.coins.below(corruptBit, id, 8*n)
		p.Data[bit/8] ^= 0x80 >> (bit % 8)
	}
}
