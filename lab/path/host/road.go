package host

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"stones/lab/path"
)

// A road is a socket at each end, and who listens at both. A protocol of one's own
// knows one end at a time, so one task waits for either.
type road struct {
	world *World
	flow  string
	ends  [2]*net.UDPConn // the thrower's, the catcher's
	news  chan struct{}   // something has come

	mu           sync.Mutex
	came         []datagramTo
	given, taken [2]int        // datagrams, by the end that sent them
	moved        time.Duration // when the last one was given or taken
}

// A datagramTo is one that has come to an end.
type datagramTo struct {
	back bool // to the thrower
	data []byte
}

// OpenRoad opens the two ends of a flow that has a protocol of its own. It is called
// within a task.
func (w *World) OpenRoad(flow string) (path.Road, error) {
	return w.OpenRoadAt(flow, w.Address(flow))
}

// OpenRoadAt is [World.OpenRoad] with the catcher at an address.
func (w *World) OpenRoadAt(flow, address string) (path.Road, error) {
	r := &road{world: w, flow: flow, news: make(chan struct{}, 1)}
	ctx := context.Background() // nobody answers, so nothing is waited for
	err := at(w.cfg.Catch, address, func() error {
		conn, err := w.config.ListenPacket(ctx, "udp", address)
		if err == nil {
			r.ends[1] = conn.(*net.UDPConn)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = at(w.cfg.Throw, address, func() error {
		conn, err := w.dialer.DialContext(ctx, "udp", r.ends[1].LocalAddr().String())
		if err == nil {
			r.ends[0] = conn.(*net.UDPConn)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, r.ends[1].Close())
	}
	_ = r.ends[0].SetReadBuffer(roadBuffer) // as far as the system gives it
	w.Go(func() { r.listen(thrown) })
	w.Go(func() { r.listen(sentBack) })
	return r, nil
}

// What is counted by the end that sent it.
const (
	thrown = iota
	sentBack
)

// roadBuffer is how many bytes the thrower's socket is to hold of what comes back.
const roadBuffer = 4 << 20

// listen reads what the sender's other end gets until that is closed.
func (r *road) listen(sender int) {
	socket, back := r.ends[1-sender], sender == sentBack
	thrower, strangers := addrPort(r.ends[0].LocalAddr()), !r.world.cfg.elsewhere()
	buf := make([]byte, 1<<16)
	for {
		n, origin, err := socket.ReadFromUDPAddrPort(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // of a datagram that was sent before; an end is not told of it
			time.Sleep(look)
			continue
		case !back && strangers && netip.AddrPortFrom(origin.Addr().Unmap(), origin.Port()) != thrower:
			continue
		}
		r.mu.Lock()
		r.came = append(r.came, datagramTo{back, append([]byte(nil), buf[:n]...)})
		r.taken[sender]++
		r.moved = r.world.Now()
		r.mu.Unlock()
		select {
		case r.news <- struct{}{}:
		default: // it is known already
		}
	}
}

// Send gives the kernel a datagram. What it tells of an earlier one costs a second try.
func (r *road) Send(back bool, datagram []byte) error {
	sender := thrown
	send := func() error { _, err := r.ends[0].Write(datagram); return err }
	if back {
		sender = sentBack
		to := addrPort(r.ends[0].LocalAddr())
		send = func() error { _, err := r.ends[1].WriteToUDPAddrPort(datagram, to); return err }
	}
	// Counted before it is sent: it may have come before the call returns.
	r.count(sender, 1)
	err := send()
	if err != nil {
		err = send()
	}
	if err != nil {
		r.count(sender, -1)
	}
	return err
}

// count notes that an end has given so many datagrams more.
func (r *road) count(sender, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.given[sender] += more
	r.moved = r.world.Now()
}

// quiet is how long nothing moves before what has not come counts as lost: in a full
// socket.
const quiet = 100 * time.Millisecond

// Idle reports whether nothing is on its way.
func (r *road) Idle() bool {
	r.mu.Lock()
	came, given, taken, still := len(r.came), r.given, r.taken, r.world.Now()-r.moved
	r.mu.Unlock()
	switch away := r.world.cfg.Away; {
	case came > 0:
		return false
	case away != nil:
		return !away(r.flow, given, taken, still)
	}
	return given == taken || still > quiet
}

// first takes the first datagram that has come.
func (r *road) first() (d datagramTo, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.came) == 0 {
		return d, false
	}
	d, r.came = r.came[0], r.came[1:]
	return d, true
}

// Next waits for the next datagram.
func (r *road) Next(ctx context.Context, until time.Duration) (back bool, datagram []byte, ok bool) {
	idle := r.Idle()
	for ctx.Err() == nil {
		if d, ok := r.first(); ok {
			return d.back, d.data, true
		}
		now := r.world.Now()
		if now >= until || !idle && r.Idle() {
			return false, nil, false
		}
		r.wait(ctx, until-now, !idle)
	}
	return false, nil, false
}

// A timer of the runtime may be this late; before the moment that is waited for, the
// precise clock takes over and looks for datagrams that often.
const (
	timerLate = time.Millisecond
	glance    = 50 * time.Microsecond
)

// wait waits for news, at most so long, and at most a moment if it is to be seen
// whether nothing is on its way any more.
func (r *road) wait(ctx context.Context, left time.Duration, watching bool) {
	if left <= timerLate {
		_ = r.world.SleepUntil(ctx, r.world.Now()+min(left, glance)) // ctx is looked at by the caller
		return
	}
	left -= timerLate
	if watching {
		left = min(left, look)
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-r.news:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Close closes both sockets.
func (r *road) Close() error { return errors.Join(r.ends[0].Close(), r.ends[1].Close()) }
