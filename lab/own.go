package lab

import "stones/lab/wire"

// Datagrams are how many bytes a datagram of a protocol of one's own may have that is
// not cut to pieces, out and back.
func (e Experiment) Datagrams() (out, back int) {
	const usualMTU, headers, longer = 1500, 28, 20
	largest := func(way wire.Shape) int {
		mtu := way.MTU
		if mtu == 0 {
			mtu = usualMTU
		}
		if e.IPv6 {
			mtu -= longer
		}
		return mtu - headers
	}
	return largest(e.Out), largest(e.Back)
}
