package stack

import (
	"net/netip"

	"stones/lab/stack/tcp"
)

// A Listener waits for connections (RFC 9293 section 3.3.2, LISTEN).
type Listener struct {
	// OnChange is called when a connection can be accepted. It may be nil.
	OnChange func()

	host    *Host
	local   netip.AddrPort
	backlog int
	asking  []*Conn // whose handshake is not complete, in the order in which they came
	waiting []*Conn // that can be accepted
}

// ListenTCP waits for connections at local, whose port may be 0. At most backlog
// connections may be in their handshake or waiting to be accepted; further SYNs are
// dropped. The error is [ErrNotHere] or [ErrInUse].
func (h *Host) ListenTCP(local netip.AddrPort, backlog int) (*Listener, error) {
	if !h.here(local.Addr()) {
		return nil, ErrNotHere
	}
	port := local.Port()
	used := func(port uint16) bool { return h.listeners[port] != nil }
	if port == 0 {
		var ok bool
		if port, ok = h.port(used); !ok {
			return nil, ErrInUse
		}
	}
	if used(port) {
		return nil, ErrInUse
	}
	l := &Listener{host: h, local: netip.AddrPortFrom(h.cfg.Addr, port), backlog: backlog}
	h.listeners[port] = l
	return l, nil
}

// Local is where it listens.
func (l *Listener) Local() netip.AddrPort { return l.local }

// asked answers a SYN.
func (l *Listener) asked(e ends, syn *tcp.Segment) Outcome {
	if len(l.waiting)+len(l.asking) >= l.backlog {
		return NoRoom
	}
	c := l.host.newConn(e, l.host.cfg.TCP)
	c.listener = l
	l.asking = append(l.asking, c)
	c.tcp.Accept(l.host.events.Now(), syn)
	c.changed()
	return Taken
}

// progress notes that a handshake may be complete.
func (l *Listener) progress(c *Conn, state tcp.State) {
	if state == tcp.SynReceived {
		return
	}
	c.listener = nil
	l.asking = remove(l.asking, c)
	if state == tcp.Closed {
		return
	}
	l.waiting = append(l.waiting, c)
	if l.OnChange != nil {
		l.OnChange()
	}
}

// Ready reports whether a connection can be accepted.
func (l *Listener) Ready() bool { return len(l.waiting) > 0 }

// Accept returns the connection that has waited longest, and false if none waits.
func (l *Listener) Accept() (*Conn, bool) {
	if len(l.waiting) == 0 {
		return nil, false
	}
	c := l.waiting[0]
	l.waiting = l.waiting[1:]
	return c, true
}

// Close ends the listener. Connections that were not accepted are reset; those whose
// handshake is not complete are dropped without a word to the other end.
func (l *Listener) Close() {
	delete(l.host.listeners, l.local.Port())
	for _, c := range l.asking {
		c.listener = nil
		c.forget()
	}
	for _, c := range l.waiting {
		c.Abort()
	}
	l.asking, l.waiting = nil, nil
}

// remove removes one element from a list.
func remove[T comparable](list []T, one T) []T {
	for i := range list {
		if list[i] == one {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}
