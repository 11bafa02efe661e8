package stack

import (
	"net/netip"

	"stones/lab/stack/ip"
)

// A peer is what a host knows of another one.
type peer struct {
	id  uint32 // of the last datagram that was not a connected socket's
	mtu int    // of the path to it, in bytes; 0 if it is not known to be less than the interface's
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
// Each destination has a counter of its own. RFC 6864 section 4.3: "Sources of
// non-atomic IPv4 datagrams MUST rate-limit their output to comply with the ID
// uniqueness requirement". A counter repeats a value as late as possible; random
// numbers would repeat one much sooner.
func (h *Host) identify(addr netip.Addr) uint32 {
	p := h.peer(addr)
	p.id++
	if addr.Is4() {
		p.id &= 0xffff
	}
	return p.id
}

// mtu is how long a packet to addr may be, in bytes.
func (h *Host) mtu(addr netip.Addr) int {
	if p := h.peers[addr]; p != nil && p.mtu > 0 {
		return min(p.mtu, h.cfg.MTU)
	}
	return h.cfg.MTU
}

// minPathMTU4 is the least path MTU that a host accepts from a message, in bytes
// (net.ipv4.route.min_pmtu).
const minPathMTU4 = 552

// narrow notes that a link on the way to addr carries no more than mtu bytes.
func (h *Host) narrow(addr netip.Addr, mtu int) {
	least := minPathMTU4
	if addr.Is6() {
		// RFC 8201 section 4: "A node MUST NOT reduce its estimate of the Path MTU
		// below the IPv6 minimum link MTU."
		least = ip.MinMTU6
	}
	mtu = max(mtu, least)
	if mtu < h.mtu(addr) {
		h.peer(addr).mtu = mtu
	}
}

// The ports that a host gives to a socket that asks for none (net.ipv4.ip_local_port_range).
const (
	firstPort = 32768
	lastPort  = 60999
	ports     = lastPort - firstPort + 1
)

// port returns the next port that is not used, and false if there is none.
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

// reaches reports whether addr can be a destination.
func (h *Host) reaches(addr netip.Addr) bool {
	return addr.IsValid() && !addr.IsUnspecified() && addr.Is4() == h.cfg.Addr.Is4()
}
