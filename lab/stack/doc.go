// Package stack is a host of the Internet in virtual time: IP with fragments,
// ICMP, UDP and TCP as Linux does them, and the sockets above.
//
// A [Host] waits for nothing and starts nothing. A packet arrives
// ([Host.Deliver]), an event of the queue that it was made with happens, a
// program calls a method of a [Socket], a [Conn] or a [Listener]; each of these
// may give packets to the function that the host sends with. What happened to a
// socket its OnChange tells. So two hosts and what lies between them are driven
// by one loop over one [event.Queue], and the same calls give the same packets,
// bit for bit, on every machine.
//
// # Packets
//
// A [Packet] travels as fields, and not as bytes: the bytes are the same, and
// nobody looks at them. Who does (a capture, a wire that damages them, another
// stack) calls [Packet.Append] and [Pool.Parse].
//
// # Packages
//
//   - ip: headers, fragmentation, reassembly
//   - icmp: errors, and how many of them a host sends
//   - udp: datagrams, and the queue of those that wait
//   - tcp: connections; one file is one mechanism
//   - event: the queue of what is going to happen
//   - charge: what a packet costs a receive buffer
//   - checksum: RFC 1071
//
// What it deliberately lacks: routing, neighbours, more than one interface, and
// any defence against a flood of strangers. Its packets come from the other end
// of a lab.
package stack

// Name and Version are what results say of the stack that they were had on.
const (
	Name    = "Stones TCP (Linux-like)"
	Version = "1"
)
