package ip

import "iter"

// Fragments yields the packets in which the payload of a datagram travels over a
// link that carries at most mtu bytes, in their order. A datagram that fits is
// its only one.
//
// RFC 791 section 2.3: the example procedure divides the data of a long datagram
// into two portions on a boundary of 8 octets (64 bits). All but the last are as
// long as fits.
func (h Header) Fragments(payload []byte, mtu int) iter.Seq2[Header, []byte] {
	return func(yield func(Header, []byte) bool) {
		if h.Len()+len(payload) <= mtu {
			yield(h, payload)
			return
		}
		piece := h
		piece.More = true
		piece.DontFragment = false
		most := (mtu - piece.Len()) &^ 7
		for len(payload) > most {
			if !yield(piece, payload[:most:most]) {
				return
			}
			payload = payload[most:]
			piece.Offset += most
		}
		piece.More = h.More
		yield(piece, payload)
	}
}
