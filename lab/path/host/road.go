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

// A road is a socket at each end, with a task that reads from each. The user's protocol
// runs in one task, which waits for a datagram at either end.
type road struct {
	world *World
	flow  string
	ends  [2]*net.UDPConn // the thrower's, the catcher's
	news  chan struct{}   // signals that something has come

	mu           sync.Mutex
	came         []datagramTo
	given, taken [2]int        // datagrams, by the end that sent them
	moved        time.Duration // when a datagram was given or taken last
}

// A datagramTo is a datagram that has arrived at an end.
type datagramTo struct {
	back bool // to the thrower
	data []byte
}

// OpenRoad opens the two ends of a flow with a protocol of its own. Only a running task
// may call it.
func (w *World) OpenRoad(flow string) (path.Road, error) {
	return w.OpenRoadAt(flow, w.Address(flow))
}

// OpenRoadAt is [World.OpenRoad] with the catcher at an address.
func (w *World) OpenRoadAt(flow, address string) (path.Road, error) {
	r := &road{world: w, flow: flow, news: make(chan struct{}, 1)}
	ctx := context.Background() // opening UDP sockets does not block
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

// The ends, as indices of what is counted by the end that sent it.
const (
	thrown = iota
	sentBack
)

// roadBuffer is the receive buffer, in bytes, that is asked for the thrower's socket.
const roadBuffer = 4 << 20

// listen reads the datagrams of one sender at the other end, until that end is closed.
func (r *road) listen(sender int) {
	socket, back := r.ends[1-sender], sender == sentBack
	thrower, strangers := addrPort(r.ends[0].LocalAddr()), !r.world.cfg.elsewhere()
	buf := make([]byte, 1<<16)
	for {
		n, origin, err := socket.ReadFromUDPAddrPort(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // reported by ICMP for a datagram sent before; it is ignored
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
		default: // a signal is pending already
		}
	}
}

// Send gives the kernel a datagram. If the kernel returns an error, which may be that of
// an earlier datagram, it tries once more.
func (r *road) Send(back bool, datagram []byte) error {
	sender := thrown
	send := func() error { _, err := r.ends[0].Write(datagram); return err }
	if back {
		sender = sentBack
		to := addrPort(r.ends[0].LocalAddr())
		send = func() error { _, err := r.ends[1].WriteToUDPAddrPort(datagram, to); return err }
	}
	// Counted before it is sent, since it may arrive before the call returns.
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

// count notes that an end has given more datagrams, or fewer.
func (r *road) count(sender, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.given[sender] += more
	r.moved = r.world.Now()
}

// quiet is how long nothing moves before the datagrams that are missing count as lost,
// in a full socket buffer.
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

// first removes and returns the first datagram that has come.
func (r *road) first() (d datagramTo, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.came) == 0 {
		return d, false
	}
	d, r.came = r.came[0], r.came[1:]
	return d, true
}

// Next waits for the next datagram (see [path.Road]).
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

// A timer of the runtime may fire late. For the last part of a wait the precise clock is
// used instead, in short sleeps between which datagrams are looked for.
const (
	timerLate = time.Millisecond      // how late a timer may be
	glance    = 50 * time.Microsecond // length of a short sleep
)

// wait waits for news for at most left. If watching, it returns after a short time, so
// that the caller can look whether anything is still on its way.
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
