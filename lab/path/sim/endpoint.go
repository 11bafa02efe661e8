package sim

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/waiter"
)

// endpoint makes a stack's endpoint one that a process can wait for: try,
// park, try again, until a deadline in virtual time.
type endpoint struct {
	eng   *engine
	ep    tcpip.Endpoint
	queue *waiter.Queue
	entry waiter.Entry

	network       string
	local, remote net.Addr

	read, write deadline
	closed      bool
	parked      []*process // who waits for ep
}

// newEndpoint wraps ep, whose events come through queue.
func newEndpoint(eng *engine, network string, ep tcpip.Endpoint, queue *waiter.Queue) *endpoint {
	e := &endpoint{eng: eng, ep: ep, queue: queue, network: network}
	e.read.alarm, e.write.alarm = newEvent(e.wake), newEvent(e.wake)
	e.entry = waiter.NewFunctionEntry(waiter.ReadableEvents|waiter.WritableEvents|waiter.EventHUp|waiter.EventErr,
		func(waiter.EventMask) { e.wake() })
	queue.EventRegister(&e.entry)
	return e
}

// deadline is when a call that waits gives up.
type deadline struct {
	at    atomic.Int64 // virtual time in ns; 0 is never
	alarm *event
}

// wake lets all who wait try again.
func (e *endpoint) wake() {
	for _, p := range e.parked {
		p.wake()
	}
}

// try makes calls of attempt until it no longer would block.
func (e *endpoint) try(waits string, d *deadline, attempt func() tcpip.Error) error {
	for {
		if e.closed {
			return net.ErrClosed
		}
		if at := d.at.Load(); at != 0 && int64(e.eng.now) >= at {
			return os.ErrDeadlineExceeded
		}
		err := attempt()
		if err == nil {
			return nil
		}
		if _, block := err.(*tcpip.ErrWouldBlock); !block {
			return standard(err)
		}
		p := e.eng.process(waits)
		e.parked = append(e.parked, p)
		p.park(waits)
		e.parked = remove(e.parked, p)
	}
}

// remove takes one thing out of a list.
func remove[T comparable](list []T, one T) []T {
	if i := slices.Index(list, one); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// fail is err as package net would give it.
func (e *endpoint) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: e.network, Source: e.local, Addr: e.remote, Err: err}
}

// close ends ep; whoever waits for it finds it closed.
func (e *endpoint) close() error {
	if e.closed {
		return e.fail("close", net.ErrClosed)
	}
	e.closed = true
	e.eng.cancel(e.read.alarm)
	e.eng.cancel(e.write.alarm)
	e.queue.EventUnregister(&e.entry)
	e.ep.Close()
	e.wake()
	return nil
}

func (e *endpoint) LocalAddr() net.Addr  { return e.local }
func (e *endpoint) RemoteAddr() net.Addr { return e.remote }

// SetDeadline sets both deadlines. Like its siblings it may be called from any
// goroutine, as [net.Conn] asks: that is how a context interrupts a call.
func (e *endpoint) SetDeadline(t time.Time) error {
	e.set(&e.read, t)
	e.set(&e.write, t)
	return nil
}

func (e *endpoint) SetReadDeadline(t time.Time) error {
	e.set(&e.read, t)
	return nil
}

func (e *endpoint) SetWriteDeadline(t time.Time) error {
	e.set(&e.write, t)
	return nil
}

// set moves a deadline. A time before virtual time began has passed.
func (e *endpoint) set(d *deadline, t time.Time) {
	at := time.Duration(0)
	if !t.IsZero() {
		at = max(t.Sub(epoch), 1)
	}
	d.at.Store(int64(at))
	e.eng.post(func() {
		e.eng.cancel(d.alarm)
		if at != 0 && !e.closed {
			e.eng.schedule(d.alarm, max(at, e.eng.now))
		}
	})
}

// addrPort is a stack's address in the form of package netip.
func addrPort(a tcpip.FullAddress) netip.AddrPort {
	addr, _ := netip.AddrFromSlice(a.Addr.AsSlice())
	return netip.AddrPortFrom(addr, a.Port)
}
