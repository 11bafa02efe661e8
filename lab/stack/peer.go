package stack

import (
	"net/netip"

	"stones/lab/stack/ip"
)

// A peer is what a host remembers of another one.
type peer struct {
	id  uint32 // of the last datagram that was not a connected socket's
	mtu int    // of the path to it, if that is known to be less than the interface's
}

func (h *Host) peer(addr netip.Addr) *peer {
	p := h.peers[addr]
	if p == nil {
		p = &peer{id: h.dice.Uint32()}
		h.peers[addr] = p
	}
	return p
}

// identify returns the next identification for fragments that go to addr.
//
// They are counted up, one count a destination. RFC 6864 section 4.3: "Sources of
// non-atomic IPv4 datagrams MUST rate-limit their output to comply with the ID
// uniqueness requirement" within the time that fragments may wait; a random
// number would come again much sooner than the next one of a count.
func (h *Host) identify(addr netip.Addr) uint32 {
	p := h.peer(addr)
	p.id++
	if addr.Is4() {
		p.id &= 0xffff
	}
	return p.id
}

// mtu is what a packet to addr may be long.
func (h *Host) mtu(addr netip.Addr) int {
	if p := h.peers[addr]; p != nil && p.mtu > 0 {
		return min(p.mtu, h.cfg.MTU)
	}
	return h.cfg.MTU
}

// minPathMTU4 is the least path MTU that a message can make a host believe in
// (net.ipv4.route.min_pmtu).
const minPathMTU4 = 552

// narrow notes that a link on the way to addr carries no more than mtu. It reports
// whether that is news.
func (h *Host) narrow(addr netip.Addr, mtu int) bool {
	least := minPathMTU4
	if addr.Is6() {
		// RFC 8201 section 4: "A node MUST NOT reduce its estimate of the Path MTU
		// below the IPv6 minimum link MTU."
		least = ip.MinMTU6
	}
	mtu = max(mtu, least)
	if mtu >= h.mtu(addr) {
		return false
	}
	h.peer(addr).mtu = mtu
	return true
}

// The ports that a host gives to a socket that asks for none (net.ipv4.ip_local_port_range).
const (
	firstPort = 32768
	lastPort  = 60999
	ports     = lastPort - firstPort + 1
)

// port returns the next port that is not used. It is not ok if there is none.
func (h *Host) port(used func(uint16) bool) (uint16, bool) {
	for range ports {
		h.lastPort++
		if h.lastPort > lastPort {
			h.lastPort = firstPort
		}
		if !used(h.lastPort) {
			return h.lastPort, true
		}
	}
	return 0, false
}

// here reports whether a socket may be bound to addr.
func (h *Host) here(addr netip.Addr) bool {
	return !addr.IsValid() || addr.IsUnspecified() || addr == h.cfg.Addr
}

// reaches reports whether there is a way to addr.
func (h *Host) reaches(addr netip.Addr) bool {
	return addr.IsValid() && !addr.IsUnspecified() && addr.Is4() == h.cfg.Addr.Is4()
}
