package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"stones/lab/control"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// A place is the address of a catcher, which may not run yet.
type place struct {
	host string     // as it was written: an IP address, or a name
	ip   netip.Addr // not valid if it is a name
	port int        // 0 means any free one
}

// String is the place in the form that package net takes.
func (p place) String() string { return net.JoinHostPort(p.host, strconv.Itoa(p.port)) }

// maxPort is the greatest port (RFC 9293 section 3.1, RFC 768).
const maxPort = 65535

// parsePlace parses HOST or HOST:PORT, at which stones are to be thrown. The default
// port is [control.Port].
func parsePlace(text string) (place, error) {
	p, err := readPlace(text, 1, control.Port)
	if err != nil {
		return place{}, err
	}
	if what := unfit(p.ip); what != "" {
		return place{}, fmt.Errorf("%s; write the address of one computer", what)
	}
	return p, nil
}

// unfit says what kind of address this is, if it is not that of one computer.
func unfit(ip netip.Addr) string {
	switch ip := ip.Unmap(); {
	case ip.IsMulticast():
		return "the address of a group (RFC 1112, RFC 4291)"
	case ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "the broadcast address (RFC 919)"
	case ip.IsValid() && ip.IsUnspecified():
		return "the unspecified address, which nobody has (RFC 1122, RFC 4291)"
	}
	return ""
}

// readPlace parses a host and a port, which must be at least leastPort and defaults to
// usual. It does not resolve names.
func readPlace(text string, leastPort, usual int) (place, error) {
	if strings.Contains(text, "/") {
		return place{}, errors.New("only HOST or HOST:PORT, without anything before or behind it")
	}
	host, port, found, err := cutPort(text)
	if err != nil {
		return place{}, err
	}
	p := place{host: host, port: usual}
	if found {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || int(n) < leastPort {
			return place{}, fmt.Errorf("not a port behind the colon; allowed %d to %d", leastPort, maxPort)
		}
		p.port = int(n)
	}
	switch {
	case host == "":
		return place{}, fmt.Errorf("there is no host; write e.g. 192.0.2.7 or 192.0.2.7:%d", control.Port)
	case strings.Contains(host, ":"):
		p.ip, err = readIPv6(host)
	case numeric(host):
		p.ip, err = netip.ParseAddr(host)
		if err != nil {
			err = errors.New("not an address; four numbers from 0 to 255 with dots between them")
		}
	default:
		err = checkName(host)
	}
	return p, err
}

// cutPort splits a place into host and port. The host of [HOST]:PORT comes without its
// brackets.
func cutPort(text string) (host, port string, found bool, err error) {
	if bracketed, ok := strings.CutPrefix(text, "["); ok {
		host, rest, closed := strings.Cut(bracketed, "]")
		port, found := strings.CutPrefix(rest, ":")
		if !closed || !found && rest != "" || !strings.Contains(host, ":") {
			return "", "", false, fmt.Errorf("brackets are for an IPv6 address, as in [2001:db8::7]:%d", control.Port)
		}
		return host, port, found, nil
	}
	last := strings.LastIndexByte(text, ':')
	if strings.Count(text, ":") < 2 || last < 0 {
		host, port, found = strings.Cut(text, ":")
		return host, port, found, nil
	}
	// An IPv6 address without brackets. If what is behind its last colon looks
	// like a port, it may be meant as one.
	before, tail := text[:last], text[last+1:]
	_, notAddress := netip.ParseAddr(text)
	ip, notBefore := netip.ParseAddr(before)
	if notBefore == nil && quantity.Digits(tail) && (notAddress != nil || len(tail) > 3) {
		if ip.IsLinkLocalUnicast() && ip.Zone() == "" {
			before += "%" + usualInterface()
		}
		return "", "", false, fmt.Errorf("put the address in brackets, as in [%s]:%s", before, tail)
	}
	return text, "", false, nil
}

// readIPv6 parses an IPv6 address. A link-local one needs the interface that leads to
// it (RFC 4007 section 11).
func readIPv6(host string) (netip.Addr, error) {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, errors.New("not an IPv6 address")
	}
	of := ip.WithZone("").IsLinkLocalUnicast()
	switch zone := ip.Zone(); {
	case of && zone == "":
		return netip.Addr{}, fmt.Errorf("its interface is missing, as in %s%%%s; here are %s", ip, usualInterface(), hereAre(interfaces()))
	case !of && zone != "":
		return netip.Addr{}, errors.New("only an address that begins with fe80 has an interface behind %")
	case of && !isInterface(zone):
		return netip.Addr{}, fmt.Errorf("there is no interface %s; here are %s", prose.Quote(zone), hereAre(interfaces()))
	}
	return ip, nil
}

// hereAre lists names, or the first of them if there are many.
func hereAre(names []string) string {
	const most = 12
	switch n := len(names); {
	case n == 0:
		return "none that can be listed"
	case n > most:
		names = append(names[:most:most], fmt.Sprintf("and %d more", n-most))
	}
	return strings.Join(names, ", ")
}

// interfaces returns the names of this computer's interfaces.
func interfaces() []string {
	list, _ := net.Interfaces() // nil if the system does not tell
	var names []string
	for _, i := range list {
		names = append(names, i.Name)
	}
	return names
}

// usualInterface is an interface for an example.
func usualInterface() string {
	names := interfaces()
	if len(names) == 0 {
		return "eth0"
	}
	return names[len(names)-1] // the first is most often the loopback
}

// isInterface reports whether there is an interface of this name, or number.
func isInterface(zone string) bool {
	_, err := net.InterfaceByName(zone)
	if n, wrong := strconv.Atoi(zone); wrong == nil && err != nil {
		_, err = net.InterfaceByIndex(n)
	}
	return err == nil
}

// numeric reports whether a host ends in a number. Then it is not a name, even if some
// resolvers read 127.1 and 0x7f.1 as addresses.
func numeric(host string) bool {
	host = strings.TrimSuffix(host, ".")
	label := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	hex, ok := strings.CutPrefix(label, "0x")
	return quantity.Digits(label) || ok && strings.Trim(hex, "0123456789abcdef") == ""
}

// The longest name, and the longest label in it, in bytes (RFC 1035 section 2.3.4).
const (
	maxName  = 253
	maxLabel = 63
)

// checkName returns an error if a name is not valid.
func checkName(name string) error {
	name = strings.TrimSuffix(name, ".")
	if len(name) > maxName {
		return fmt.Errorf("a name of %d bytes; allowed %d", len(name), maxName)
	}
	for label := range strings.SplitSeq(name, ".") {
		strange := strings.IndexFunc(label, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
		})
		switch {
		case strange >= 0 || label == "":
			return errors.New("not a name; it has letters from a to z, digits and - between its dots")
		case len(label) > maxLabel:
			return fmt.Errorf("%d bytes between two dots; allowed %d", len(label), maxLabel)
		}
	}
	return nil
}

// parseListen parses ADDR or ADDR:PORT, at which to listen. The default port is usual;
// port 0 is any free one.
func parseListen(text string, usual int) (place, error) {
	p, err := readPlace(text, 0, usual)
	if err != nil {
		return place{}, err
	}
	if p.host == "localhost" {
		p.host, p.ip = "127.0.0.1", netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if ours := addresses(); !isOurs(p.ip, ours) {
		return place{}, fmt.Errorf("not an address of this machine, which has %s; or 0.0.0.0, which is all of them", hereAre(ours))
	}
	return p, nil
}

// listenAt returns where to listen by the flags --listen and --port.
func listenAt(flags *pflag.FlagSet, listen string, port int) (place, error) {
	at, err := parseListen(listen, -1)
	if err != nil {
		return place{}, &quantity.InvalidError{Word: "listen", Value: listen, Why: err.Error()}
	}
	if at.port >= 0 && flags.Changed("port") {
		return place{}, fmt.Errorf("--listen %s cannot be combined with --port %d: each says which port", prose.Quote(listen), port)
	}
	if at.port < 0 {
		at.port = port
	}
	return at, nil
}

// isOurs reports whether this computer can listen at an address. ours are all its
// addresses, if they are known.
func isOurs(ip netip.Addr, ours []string) bool {
	switch {
	case !ip.IsValid():
		return false
	case ip.IsUnspecified(), ip.IsLoopback(), len(ours) == 0:
		return true
	}
	for _, text := range ours {
		if own, err := netip.ParseAddr(text); err == nil && own.WithZone("") == ip.Unmap().WithZone("") {
			return true
		}
	}
	return false
}

// addresses returns this computer's addresses.
func addresses() []string {
	list, _ := net.Interfaces() // nil if the system does not tell
	var all []string
	for _, i := range list {
		nets, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, n := range nets {
			prefix, err := netip.ParsePrefix(n.String())
			if err != nil {
				continue
			}
			ip := prefix.Addr()
			if ip.IsLinkLocalUnicast() && ip.Is6() {
				ip = ip.WithZone(i.Name)
			}
			all = append(all, ip.String())
		}
	}
	return all
}

// outward returns those of this computer's addresses at which others may reach it.
func outward() []netip.Addr {
	var others []netip.Addr
	for _, text := range addresses() {
		if ip, err := netip.ParseAddr(text); err == nil && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
			others = append(others, ip)
		}
	}
	return others
}
