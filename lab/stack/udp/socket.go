package udp

import (
	"errors"
	"net/netip"
)

// DefaultBuffer is how much the datagrams in a socket may cost together, in bytes of
// memory (Linux's net.core.rmem_default).
const DefaultBuffer = 212_992

// ErrRefused is the error of a connected socket whose datagram came to a port
// where nobody listens.
var ErrRefused = errors.New("connection refused")

// ErrTooLong is the error of a datagram that does not fit in a packet, or that a router
// has reported as too long.
var ErrTooLong = errors.New("message too long")

// A Socket keeps the datagrams that have come, in their order, until the program
// reads them. The zero value has room for one datagram only; set Buffer.
type Socket struct {
	Local  netip.AddrPort
	Remote netip.AddrPort // the address that it is connected to; invalid if it is not

	// Buffer limits what the datagrams may cost together, in bytes of memory. The
	// first one always fits.
	Buffer int

	failed error // reported by ICMP, and not yet to the program
	used   int   // what the datagrams cost
	queue  queue
}

// Connected reports whether the socket is connected to one address.
func (s *Socket) Connected() bool { return s.Remote.IsValid() }

// Deliver puts a datagram that has come from an address into the queue, and copies its
// payload. Charge is what the packets that brought it cost, in bytes of memory. Deliver
// returns false if there was no room: the datagram is lost, and no error is reported.
func (s *Socket) Deliver(from netip.AddrPort, payload []byte, charge int) bool {
	if s.queue.len() > 0 && s.used+charge > s.Buffer {
		return false
	}
	s.used += charge
	s.queue.push(from, payload, charge)
	return true
}

// Fail notes an error that ICMP reported. RFC 1122 section 4.1.3.3: "UDP MUST pass to
// the application layer all ICMP error messages that it receives from the IP
// layer." Linux passes it to a connected socket, once, and not to a socket that is not
// connected, whose program could not tell which datagram it is about.
func (s *Socket) Fail(err error) {
	if s.Connected() {
		s.failed = err
	}
}

// Failed returns the error that was noted, and clears it.
func (s *Socket) Failed() error {
	err := s.failed
	s.failed = nil
	return err
}

// Waiting is how many datagrams can be read.
func (s *Socket) Waiting() int { return s.queue.len() }

// Readable reports whether [Socket.Read] would return something.
func (s *Socket) Readable() bool { return s.failed != nil || s.queue.len() > 0 }

// Read copies the oldest datagram to b, as far as it fits; the rest is lost. It returns
// how many bytes it has copied, how long the datagram was, and where it came from. It
// is not ok if there is none. An error that ICMP reported is returned first.
func (s *Socket) Read(b []byte) (n, size int, from netip.AddrPort, ok bool, err error) {
	if err := s.Failed(); err != nil {
		return 0, 0, netip.AddrPort{}, true, err
	}
	if s.queue.len() == 0 {
		return 0, 0, netip.AddrPort{}, false, nil
	}
	e, n := s.queue.pop(b)
	s.used -= e.charge
	return n, e.size, e.from, true, nil
}
