package relay

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"stones/lab/wire"
)

// Config says between whom a relay stands, and what its wire is like.
type Config struct {
	To        netip.AddrPort // the program that the clients want to speak with
	Seed      uint64
	Out, Back wire.Shape    // to that program, and back
	Count     int           // Run ends when so many datagrams have entered on the way out; 0 means never
	Patience  time.Duration // how long Run then waits for what is on its way; 0 means DefaultPatience

	Clients int // limit of clients; 0 means DefaultClients
	Bytes   int // limit of bytes on the way, in each direction; 0 means DefaultBytes

	Tap func(Frame) // called for each datagram that enters or is delivered, one call at a time; may be nil
}

// Defaults of a [Config].
const (
	DefaultClients  = 1000
	DefaultBytes    = 256 << 20
	DefaultPatience = 5 * time.Second
)

// A Frame is a datagram as the relay gives it to the wire, or as it comes out.
type Frame struct {
	At      time.Duration // since the relay began
	Client  netip.AddrPort
	Back    bool
	Arrival bool
	Copied  bool
	Damaged bool
	Number  uint64 // of the client's, in that direction, from 1
	Payload []byte // good until the call returns
	Fate    wire.Fate
	Refused string // why it did not enter or leave, if the wire was not the cause
}

// A Relay carries datagrams from when it is made until Run returns.
type Relay struct {
	cfg   Config
	began time.Time
	door  *net.UDPConn  // where clients send to
	ways  [2]*way       // out, back
	full  chan struct{} // closed when Count datagrams have entered

	mu      sync.Mutex // guards what follows, and the ways
	clients map[netip.AddrPort]*client
	order   []*client // by first appearance
	refused int       // datagrams of clients for whom there was no room
	over    bool
}

// A client is a program that has sent something to the relay.
type client struct {
	number uint64 // by first appearance, from 1
	addr   netip.AddrPort
	socket *net.UDPConn // from which the other program gets its datagrams
}

// New returns a relay that listens on a socket, which Run closes in the end.
func New(door *net.UDPConn, cfg Config) *Relay {
	if cfg.Clients == 0 {
		cfg.Clients = DefaultClients
	}
	if cfg.Bytes == 0 {
		cfg.Bytes = DefaultBytes
	}
	if cfg.Patience == 0 {
		cfg.Patience = DefaultPatience
	}
	r := &Relay{cfg: cfg, began: time.Now(), door: door, clients: map[netip.AddrPort]*client{}, full: make(chan struct{})}
	r.ways[0] = newWay(r, cfg.Out, wire.Out, false)
	r.ways[1] = newWay(r, cfg.Back, wire.Back, true)
	return r
}

// now is the time since the relay began.
func (r *Relay) now() time.Duration { return time.Since(r.began) }

// Run carries datagrams until ctx ends, or until Count have entered and what was on its
// way has arrived. An error of a socket does not end it: other clients go on.
func (r *Relay) Run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var tasks, readers sync.WaitGroup
	for _, w := range r.ways {
		tasks.Go(func() { w.carry(ctx) })
	}
	tasks.Go(func() {
		select {
		case <-ctx.Done():
		case <-r.full:
			r.drain(ctx)
			stop()
		}
		r.close()
	})
	r.listen(&readers)
	stop()
	readers.Wait()
	tasks.Wait()
}

// drain waits until nothing is on its way, or patience is over.
func (r *Relay) drain(ctx context.Context) {
	end, busy := time.Now().Add(r.cfg.Patience), time.Now()
	for ctx.Err() == nil && time.Now().Before(end) && time.Since(busy) < quiet {
		time.Sleep(time.Millisecond)
		r.mu.Lock()
		if r.ways[0].wire.Counts().InFlight+r.ways[1].wire.Counts().InFlight > 0 {
			busy = time.Now()
		}
		r.mu.Unlock()
	}
}

// quiet is how long drain waits for an answer after the last datagram.
const quiet = 200 * time.Millisecond

// close closes all sockets, so that their readers end.
func (r *Relay) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	_ = r.door.Close()
	for _, c := range r.order {
		_ = c.socket.Close()
	}
}

// most is room for the longest datagram, in bytes.
const most = 1 << 16

// listen takes what clients send.
func (r *Relay) listen(readers *sync.WaitGroup) {
	buf := make([]byte, most)
	for {
		n, from, err := r.door.ReadFromUDPAddrPort(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			continue // ICMP has reported that a client is gone
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		c := r.client(from, readers)
		if c == nil {
			continue
		}
		r.ways[0].enter(c, buf[:n])
	}
}

// client returns the client at an address; nil if there is no room for another one.
func (r *Relay) client(at netip.AddrPort, readers *sync.WaitGroup) *client {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.clients[at]; c != nil || r.over {
		return c
	}
	if len(r.order) >= r.cfg.Clients {
		r.refused++
		return nil
	}
	network := "udp4"
	if r.cfg.To.Addr().Is6() {
		network = "udp6"
	}
	socket, err := net.ListenUDP(network, nil)
	if err != nil {
		r.refused++
		return nil
	}
	_ = socket.SetReadBuffer(roomy)
	c := &client{uint64(len(r.order)) + 1, at, socket}
	r.clients[at] = c
	r.order = append(r.order, c)
	readers.Go(func() { r.answers(c) })
	return c
}

// roomy is the socket buffer that is asked for, in bytes.
const roomy = 4 << 20

// answers takes what the other program sends to a client.
func (r *Relay) answers(c *client) {
	buf := make([]byte, most)
	for {
		n, from, err := c.socket.ReadFromUDPAddrPort(buf)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil, from.Port() != r.cfg.To.Port() || from.Addr().Unmap() != r.cfg.To.Addr().Unmap():
			continue // an error reported by ICMP, or a datagram from elsewhere
		}
		r.ways[1].enter(c, buf[:n])
	}
}

// send sends a datagram to its receiver.
func (r *Relay) send(c *client, back bool, b []byte) error {
	var err error
	for range 2 { // the first error may be that of an earlier datagram
		if back {
			_, err = r.door.WriteToUDPAddrPort(b, c.addr)
		} else {
			_, err = c.socket.WriteToUDPAddrPort(b, r.cfg.To)
		}
		if err == nil || errors.Is(err, net.ErrClosed) {
			break
		}
	}
	return err
}

// Clients are the addresses of the clients, by first appearance.
func (r *Relay) Clients() []netip.AddrPort {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []netip.AddrPort
	for _, c := range r.order {
		list = append(list, c.addr)
	}
	return slices.Clip(list)
}

// Counts say what has become of all datagrams so far, out and back.
func (r *Relay) Counts() (out, back Counts) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out, back = r.ways[0].counted(), r.ways[1].counted()
	out.NoRoom = r.refused
	out.Entered += r.refused
	return out, back
}
