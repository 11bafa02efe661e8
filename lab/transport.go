package lab

import (
	"slices"

	"stones/lab/stone"
)

// A Transport is what has to be known of one, beside how it is spoken.
type Transport struct {
	Name    string // as it stands in flows, and in Go's networks
	Asks    bool   // the thrower asks first, and waits for the answer
	Ordered bool   // every stone comes, once and in order, or none after it
	Again   bool   // it throws again what was lost
	Largest int    // bytes of the largest stone
}

// Names of the transports.
const (
	TCP = "tcp"
	UDP = "udp"

	Own = "own" // a protocol over datagrams that is neither of both
)

// MaxUDPSize is the largest stone in bytes that fits a datagram: 65,535 less
// the headers of UDP and IPv4 (RFC 768, RFC 791). IPv6 would allow 20 more.
const MaxUDPSize = 65507

// Transports returns what is known of the transports that there are in each
// experiment if nothing else is said.
func Transports() []Transport {
	return []Transport{
		{Name: TCP, Asks: true, Ordered: true, Again: true, Largest: stone.MaxSize},
		{Name: UDP, Largest: MaxUDPSize},
	}
}

// TransportNames returns the names of all transports.
func TransportNames() []string {
	var names []string
	for _, t := range Transports() {
		names = append(names, t.Name)
	}
	return names
}

// FindTransport returns what is known of the transport of that name.
func FindTransport(name string) (Transport, bool) {
	all := append(Transports(), Transport{Name: Own, Again: true, Largest: MaxUDPSize})
	i := slices.IndexFunc(all, func(t Transport) bool { return t.Name == name })
	if i < 0 {
		return Transport{}, false
	}
	return all[i], true
}

// Is is what is known of the flow's transport; the zero value if nothing is.
func (f Flow) Is() Transport {
	t, _ := FindTransport(f.Transport)
	return t
}

// Is is what is known of the transport that the flow went over.
func (o Outcome) Is() Transport {
	t, _ := FindTransport(o.Transport)
	return t
}
