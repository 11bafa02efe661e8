package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// An account counts the datagrams of one catcher's UDP socket: what the kernel was
// given for it, what was taken out of it, and what the kernel says it dropped.
//
// With offload the kernel moves many datagrams as one message, and drops such a message
// as a whole. The account therefore counts both. Messages are neither split nor joined
// on the loopback. So once every message is accounted for, the missing ones are those
// that were dropped, and it is known exactly how many datagrams were in them.
type account struct {
	at      netip.AddrPort                 // of the socket
	buffer  int                            // bytes that it holds
	from    atomic.Pointer[netip.AddrPort] // the thrower; nil before it dials
	offload atomic.Bool                    // messages of many datagrams arrive whole
	closed  atomic.Bool                    // the socket is closed

	given  ledger       // what the thrower gave the kernel
	taken  ledger       // what was taken out of the socket
	handed atomic.Int64 // datagrams of these that the catcher was given
	others atomic.Int64 // messages from other senders

	mu   sync.Mutex
	tell func() (int, error) // how many messages the kernel dropped
	held func() int          // bytes that the socket holds

	gather func() bool // makes the socket accept messages of many datagrams; false if it cannot
}

// expect notes the thrower's address, and whether it sends messages of many datagrams.
func (a *account) expect(from netip.AddrPort, offload bool) {
	a.offload.Store(offload && a.gather())
	a.from.Store(&from)
}

// drops is the kernel's count of dropped messages.
func (a *account) drops() (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tell()
}

// settle reads the kernel's count for the last time and keeps it.
func (a *account) settle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, err := a.tell()
	a.tell = func() (int, error) { return n, err }
}

// unread is more than 0 if the socket still holds bytes, or if datagrams were taken out
// of it and not given to the catcher. It is the sum of both.
func (a *account) unread() int {
	return a.held() + int(a.taken.datagrams.Load()-a.handed.Load())
}

// A ledger counts what passes one place.
type ledger struct{ messages, datagrams atomic.Int64 }

func (l *ledger) add(messages, datagrams int) {
	l.messages.Add(int64(messages))
	l.datagrams.Add(int64(datagrams))
}

// missing is how many messages were given and neither taken nor dropped. It is negative
// if the kernel also dropped messages of other senders.
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

// settled reports whether nothing more can come for certain: the catcher was given all
// that the kernel did not drop.
func (a *account) settled() bool {
	if a.from.Load() == nil {
		return a.closed.Load()
	}
	missing, err := a.missing()
	return err == nil && missing == 0 && a.handed.Load() == a.taken.datagrams.Load()
}

// dropped is how many datagrams the kernel dropped. The error says why that is not known
// exactly.
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

// check checks the law of the loopback: what the kernel was given, it gave to the
// catcher, or dropped and counted.
func (a *account) check() error {
	if a.from.Load() == nil || a.others.Load() > 0 {
		return nil
	}
	missing, err := a.missing()
	left := a.taken.datagrams.Load() - a.handed.Load()
	if err != nil || missing == 0 && left == 0 {
		return nil // or nothing to check it against
	}
	dropped, _ := a.drops()
	return fmt.Errorf("law: the kernel was given %d datagrams in %d messages, dropped %d messages and gave out %d; %d are missing, and %d datagrams were not read",
		a.given.datagrams.Load(), a.given.messages.Load(), dropped, a.taken.messages.Load(), missing, left)
}

// addrPort is a UDP address in comparable form; it is invalid for other addresses.
func addrPort(a net.Addr) netip.AddrPort {
	udp, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := udp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
