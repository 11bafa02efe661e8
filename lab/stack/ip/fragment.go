package ip

import "iter"

// Fragments yields, in order, the packets that carry the payload of a datagram over a
// link with an MTU of mtu bytes. If the datagram fits, it is yielded as it is.
//
// RFC 791 section 2.3: the example procedure divides the data of a long datagram
// into two portions on a boundary of 8 octets (64 bits). All fragments but the last
// are as long as possible.
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
