// Package stack is a host of the Internet in virtual time: IP with fragments,
// ICMP, UDP and TCP as Linux does them, and the sockets above.
//
// A [Host] never blocks and has no goroutine. It acts when a packet arrives
// ([Host.Deliver]), when an event of its queue happens, and when a program calls a
// method of a [Socket], a [Conn] or a [Listener]. Each of these may give packets to
// the host's send function. A socket's OnChange is called when the socket has
// changed. So two hosts and what lies between them are driven by one loop over one
// [event.Queue], and the same calls give the same packets, bit for bit, on every
// machine.
//
// # Packets
//
// A [Packet] travels as fields and not as bytes, which would say the same. Whoever
// needs the bytes (a capture, a wire that damages them, another stack) calls
// [Packet.Append] and [Pool.Parse].
//
// # Packages
//
//   - ip: headers, fragmentation, reassembly
//   - icmp: errors, and how many of them a host sends
//   - udp: datagrams, and the queue of those that are not read yet
//   - tcp: connections; one file is one mechanism
//   - event: the queue of timers, and virtual time
//   - charge: what a packet costs a receive buffer
//   - checksum: RFC 1071
//
// What it deliberately lacks: routing, neighbours, more than one interface, and
// any defence against a flood of strangers. Its packets come from the other end
// of a lab.
package stack

// Name and Version stand in results for this stack.
const (
	Name    = "Stones TCP (Linux-like)"
	Version = "1"
)
