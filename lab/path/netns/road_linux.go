package netns

import (
	"time"

	"stones/lab/path"
)

// A road is the two sockets of the user's protocol. The thrower's waits for room in its
// device, as a [gangway] does.
type road struct {
	path.Road
	world *World
	port  uint16
}

// OpenRoad opens the two ends of a flow with a protocol of its own. Only a running task
// may call it.
func (w *World) OpenRoad(flow string) (path.Road, error) {
	sockets, err := w.OpenRoadAt(flow, w.Address(flow))
	if err != nil {
		return nil, err
	}
	r := &road{sockets, w, w.cfg.Flows.Port(flow)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[r.port] = true
	return r, nil
}

// Send gives the kernel a datagram. A thrower's datagram waits for room in the device.
func (r *road) Send(back bool, datagram []byte) error {
	send := func() error { return r.Road.Send(back, datagram) }
	if back {
		return send()
	}
	return r.world.embark(len(datagram), send)
}

// Close closes both sockets.
func (r *road) Close() error {
	r.world.mu.Lock()
	delete(r.world.open, r.port)
	r.world.mu.Unlock()
	return r.Road.Close()
}

// away reports whether a datagram of the user's protocol is on its way: before the wire,
// on it, or in a socket. The kernel drops damaged datagrams with a checksum, and those
// that find no room. Without a checksum it may deliver damaged ones.
func (w *World) away(flow string, given, taken [2]int, still time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.watch.Flow(flow)
	if w.sunk {
		return false
	}
	if f.InFlight > 0 || f.Homeward > 0 {
		return true
	}
	for sender, back := range []bool{false, true} {
		way := f.Direction(back)
		whole := way.Arrived
		if !w.cfg.NoUDPChecksum {
			whole -= way.Damaged
		}
		if given[sender] > way.Sent && still < patience || taken[sender] < whole && w.Now()-way.LastArrival < quiet {
			return true
		}
	}
	return false
}
