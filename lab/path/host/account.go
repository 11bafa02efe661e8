package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// An account is the book of one catcher's UDP socket: what the kernel was
// given for it, what was taken out of it, and what the kernel says it dropped.
//
// With offload the kernel moves many datagrams as one message, and drops it as
// one. The account therefore counts both. Messages are neither split nor put
// together on the loopback, so once every message is accounted for, those that
// are missing are the ones that were dropped, and how many datagrams were in
// them is known to the last.
type account struct {
	at      netip.AddrPort                 // of the socket
	buffer  int                            // bytes that it holds
	from    atomic.Pointer[netip.AddrPort] // the thrower; nil before it dials
	offload atomic.Bool                    // messages of many datagrams come whole
	closed  atomic.Bool                    // the socket is

	given  ledger       // to the kernel, by the thrower
	taken  ledger       // out of the socket
	handed atomic.Int64 // datagrams of these that the catcher was given
	others atomic.Int64 // messages of somebody else's

	mu   sync.Mutex
	tell func() (int, error) // how many messages the kernel dropped
	held func() int          // bytes that the socket holds

	gather func() bool // has the socket take messages of many datagrams
}

// expect says who throws, and whether in messages of many datagrams.
func (a *account) expect(from netip.AddrPort, offload bool) {
	a.offload.Store(offload && a.gather())
	a.from.Store(&from)
}

// drops is the kernel's count of the messages that it dropped.
func (a *account) drops() (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tell()
}

// settle asks the kernel for the last time.
func (a *account) settle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, err := a.tell()
	a.tell = func() (int, error) { return n, err }
}

// unread is how many bytes the socket holds, and datagrams that were taken out
// of it and not given to the catcher.
func (a *account) unread() int {
	return a.held() + int(a.taken.datagrams.Load()-a.handed.Load())
}

// A ledger counts what passes one place.
type ledger struct{ messages, datagrams atomic.Int64 }

func (l *ledger) add(messages, datagrams int) {
	l.messages.Add(int64(messages))
	l.datagrams.Add(int64(datagrams))
}

// missing is how many messages were given and neither taken nor dropped. It is
// below zero if the kernel dropped what was not the thrower's.
func (a *account) missing() (int, error) {
	dropped, err := a.drops()
	if err != nil {
		return 0, err
	}
	datagrams := int(a.given.datagrams.Load()-a.taken.datagrams.Load()) - dropped
	if !a.offload.Load() || datagrams == 0 { // the device may have split them all
		return datagrams, nil
	}
	return int(a.given.messages.Load()-a.taken.messages.Load()) - dropped, nil
}

// settled reports whether it is known that nothing more can come: the catcher
// was given all that the kernel did not drop.
func (a *account) settled() bool {
	if a.from.Load() == nil {
		return a.closed.Load()
	}
	missing, err := a.missing()
	return err == nil && missing == 0 && a.handed.Load() == a.taken.datagrams.Load()
}

// dropped is how many datagrams the kernel dropped.
func (a *account) dropped() (int, error) {
	dropped, err := a.drops()
	if err == nil && dropped > 0 && a.others.Load() > 0 {
		err = errors.New("somebody else's datagrams may be among them")
	}
	if err != nil || dropped == 0 || !a.offload.Load() {
		return dropped, err
	}
	missing, err := a.missing()
	if err == nil && missing != 0 {
		err = fmt.Errorf("it dropped %d messages of many datagrams each, and %d are not accounted for", dropped, missing)
	}
	return int(a.given.datagrams.Load() - a.taken.datagrams.Load()), err
}

// check holds the kernel to the law of the loopback: what it was given it gave
// to the catcher, or dropped and told so.
func (a *account) check() error {
	if a.from.Load() == nil || a.others.Load() > 0 {
		return nil
	}
	missing, err := a.missing()
	left := a.taken.datagrams.Load() - a.handed.Load()
	if err != nil || missing == 0 && left == 0 {
		return nil // or nothing to hold it to
	}
	dropped, _ := a.drops()
	return fmt.Errorf("law: the kernel was given %d datagrams in %d messages, dropped %d messages and gave out %d; %d are missing, and %d datagrams were not read",
		a.given.datagrams.Load(), a.given.messages.Load(), dropped, a.taken.messages.Load(), missing, left)
}

// addrPort is a UDP address that can be compared.
func addrPort(a net.Addr) netip.AddrPort {
	udp, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := udp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
