package lab

import (
	"slices"

	"stones/lab/stone"
)

// A Transport is what has to be known of one, beside how it is spoken.
type Transport struct {
	Name    string // as it stands in flows
	Over    string // what carries its packets, as paths know it: TCP, UDP or Own
	Usual   bool   // stones are thrown over it if nothing else is said
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

// Transports returns what is known of the transports that a flow can name. [Own] is
// not among them: such a flow names its protocol.
func Transports() []Transport {
	return []Transport{
		{Name: TCP, Over: TCP, Usual: true, Asks: true, Ordered: true, Again: true, Largest: stone.MaxSize},
		{Name: UDP, Over: UDP, Usual: true, Largest: MaxUDPSize},
	}
}

// TransportNames returns the names of all of [Transports].
func TransportNames() []string { return names(func(Transport) bool { return true }) }

// UsualNames returns the names of those of [Transports] that stones are thrown over if
// nothing else is said.
func UsualNames() []string { return names(func(t Transport) bool { return t.Usual }) }

func names(wanted func(Transport) bool) []string {
	var names []string
	for _, t := range Transports() {
		if wanted(t) {
			names = append(names, t.Name)
		}
	}
	return names
}

// FindTransport returns what is known of the transport of that name.
func FindTransport(name string) (Transport, bool) {
	all := append(Transports(), Transport{Name: Own, Over: Own, Again: true, Largest: MaxUDPSize})
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
