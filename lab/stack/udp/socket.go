package udp

import (
	"errors"
	"net/netip"
)

// DefaultBuffer is how much the datagrams in a socket may cost together, as Linux
// has it (net.core.rmem_default).
const DefaultBuffer = 212_992

// ErrRefused is the error of a connected socket whose datagram came to a port
// where nobody listens.
var ErrRefused = errors.New("connection refused")

// ErrTooLong is the error of a datagram that does not fit in a packet.
var ErrTooLong = errors.New("message too long")

// A Socket keeps the datagrams that have come, in their order, until the program
// reads them. The zero value has no room but for one; set Buffer.
type Socket struct {
	Local  netip.AddrPort
	Remote netip.AddrPort // whom it is connected to; invalid if it is not

	// Buffer limits what the datagrams may cost together. The first one always
	// fits.
	Buffer int

	failed error // told by ICMP, and not yet to the program
	used   int   // what the datagrams cost
	queue  queue
}

// Connected reports whether the socket speaks with one other only.
func (s *Socket) Connected() bool { return s.Remote.IsValid() }

// Deliver puts a datagram that has come from an address into the queue; its
// payload is copied. Charge is what the packets cost that brought it. It reports
// false if there was no room: the datagram is lost, and nobody is told.
func (s *Socket) Deliver(from netip.AddrPort, payload []byte, charge int) bool {
	if s.queue.len() > 0 && s.used+charge > s.Buffer {
		return false
	}
	s.used += charge
	s.queue.push(from, payload, charge)
	return true
}

// Fail notes an error that ICMP told. RFC 1122 section 4.1.3.3: "UDP MUST pass to
// the application layer all ICMP error messages that it receives from the IP
// layer." A socket that is not connected cannot say whose it is, so that Linux
// tells it nothing; a connected one is told once.
func (s *Socket) Fail(err error) {
	if s.Connected() {
		s.failed = err
	}
}

// Failed returns the error that is to be told, and forgets it.
func (s *Socket) Failed() error {
	err := s.failed
	s.failed = nil
	return err
}

// Waiting is how many datagrams can be read.
func (s *Socket) Waiting() int { return s.queue.len() }

// Readable reports whether [Socket.Read] would return something.
func (s *Socket) Readable() bool { return s.failed != nil || s.queue.len() > 0 }

// Read copies the oldest datagram to b, whose rest is cut off, and reports how
// long it was and where it came from. It is not ok if there is none. An error
// that ICMP told comes first.
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
