package host

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// A receiver is the catcher's end of UDP. It reads many messages in one system call, and
// returns their datagrams one by one.
type receiver struct {
	net.PacketConn
	conn    *net.UDPConn     // the same
	packets *ipv4.PacketConn // of the same socket
	world   *World
	account *account

	expired atomic.Bool // the deadline for reading was set to the past

	mu       sync.Mutex
	messages []ipv4.Message
	stamps   stamps
	came     int // how many messages the last call read
	next     int // index of the message after the current one

	// The current message:
	data    []byte // what is left of it
	segment int    // bytes of each datagram but the last, which may be shorter
	left    int    // datagrams that are left
	from    net.Addr
	ours    bool // it is from the world's thrower
}

// What one system call reads.
const (
	maxMessages  = 64
	messageBytes = 64 << 10  // room for the longest message
	readBytes    = 256 << 10 // about so many in all, which the processor's cache can hold
)

func newReceiver(w *World, conn *net.UDPConn, a *account) *receiver {
	r := &receiver{
		PacketConn: conn, conn: conn, packets: ipv4.NewPacketConn(conn), world: w, account: a,
		messages: make([]ipv4.Message, maxMessages), stamps: stamps{now: w.Now},
	}
	for i := range r.messages {
		r.messages[i].Buffers = [][]byte{make([]byte, messageBytes)}
		r.messages[i].OOB = make([]byte, controlRoom)
	}
	return r
}

// ReadFrom returns one datagram; it blocks until there is one.
func (r *receiver) ReadFrom(b []byte) (int, net.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.left == 0 {
		if r.next == r.came {
			if err := r.read(); err != nil {
				return 0, nil, err
			}
		}
		r.open()
	}
	switch {
	case r.account.closed.Load():
		return 0, nil, r.fail("read", net.ErrClosed)
	case r.expired.Load():
		return 0, nil, r.fail("read", os.ErrDeadlineExceeded)
	}
	datagram := r.data
	if r.left > 1 {
		datagram = r.data[:r.segment]
	}
	r.data = r.data[len(datagram):]
	r.left--
	if r.ours {
		r.account.handed.Add(1)
	}
	return copy(b, datagram), r.from, nil
}

// read waits for messages and reads them.
func (r *receiver) read() error {
	n, err := r.receive(0)
	r.came, r.next = n, 0
	switch {
	case r.account.closed.Load():
		return r.fail("read", net.ErrClosed)
	case err != nil:
		return r.fail("read", bare(err))
	}
	r.stamps.sample()
	return nil
}

// receive makes one system call, and counts what came in the account.
func (r *receiver) receive(flags int) (int, error) {
	most := maxMessages
	if r.came > 0 { // assume that messages are as long as the last one
		most = min(maxMessages, max(1, readBytes/max(1, r.messages[r.came-1].N)))
	}
	n, err := r.packets.ReadBatch(r.messages[:most], flags)
	for i := range r.messages[:max(0, n)] {
		m := &r.messages[i]
		if !r.isOurs(m.Addr) {
			r.account.others.Add(1)
			continue
		}
		r.account.taken.add(1, datagrams(m.N, told(m.OOB[:m.NN]).segment))
	}
	return max(0, n), err
}

// open makes the next message the current one.
func (r *receiver) open() {
	m := &r.messages[r.next]
	r.next++
	said := told(m.OOB[:m.NN])
	r.data, r.segment, r.left = m.Buffers[0][:m.N], said.segment, datagrams(m.N, said.segment)
	r.from, r.ours = m.Addr, r.isOurs(m.Addr)
	if from, ok := m.Addr.(*net.UDPAddr); ok && said.here.IsValid() {
		r.from = &asked{from, said.here}
	}
	r.world.arrival.Store(int64(r.stamps.at(said.stamp)))
}

// datagrams is how many datagrams a message of size bytes holds.
func datagrams(size, segment int) int {
	if segment == 0 {
		return 1
	}
	return (size + segment - 1) / segment
}

// isOurs reports whether from is the address of the world's thrower. Before the thrower
// has dialled, every address counts as its own.
func (r *receiver) isOurs(from net.Addr) bool {
	thrower := r.account.from.Load()
	return thrower == nil || addrPort(from) == *thrower
}

// controls are the control messages that came with a message.
type controls struct {
	segment int        // bytes of each datagram that it consists of; 0 means one datagram
	stamp   int64      // when it came, in nanoseconds since 1970; 0 if not reported
	here    netip.Addr // the address it was sent to; invalid if not reported
}

// controlRoom is how many bytes the control messages take: a timespec, a segment size
// and an address.
var controlRoom = unix.CmsgSpace(16) + unix.CmsgSpace(4) + unix.CmsgSpace(unix.SizeofInet6Pktinfo)

// told reads the control messages.
func told(oob []byte) (c controls) {
	for len(oob) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			break
		}
		switch {
		case h.Level == unix.SOL_UDP && h.Type == unix.UDP_GRO && len(data) >= 4:
			c.segment = int(binary.NativeEndian.Uint32(data))
		case h.Level == unix.SOL_SOCKET && h.Type == unix.SO_TIMESTAMPNS && len(data) >= 16:
			c.stamp = int64(binary.NativeEndian.Uint64(data))*1e9 + int64(binary.NativeEndian.Uint64(data[8:]))
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			c.here = netip.AddrFrom4([4]byte(data[4:])) // ipi_spec_dst: the local address, also of a broadcast
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			c.here = netip.AddrFrom16([16]byte(data))
		}
		oob = rest
	}
	if c.here.IsMulticast() { // an answer cannot leave from there
		c.here = netip.Addr{}
	}
	return c
}

// SetDeadline sets when a blocked ReadFrom gives up.
func (r *receiver) SetDeadline(t time.Time) error {
	r.expired.Store(passed(t))
	return r.PacketConn.SetDeadline(t)
}

// SetReadDeadline sets when a blocked ReadFrom gives up.
func (r *receiver) SetReadDeadline(t time.Time) error {
	r.expired.Store(passed(t))
	return r.PacketConn.SetReadDeadline(t)
}

// Close closes the socket. What the socket still held is counted in the account, which
// is then final.
func (r *receiver) Close() error {
	if r.account.closed.Swap(true) {
		return r.fail("close", net.ErrClosed)
	}
	_ = r.SetReadDeadline(time.Unix(1, 0)) // makes a blocked ReadFrom return
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left, r.next, r.came = 0, 0, 0
	_ = r.SetReadDeadline(time.Time{})
	for {
		if n, err := r.receive(unix.MSG_DONTWAIT); n == 0 || err != nil {
			break
		}
	}
	r.account.settle()
	return r.PacketConn.Close()
}

// fail is err as package net would return it.
func (r *receiver) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Source: r.LocalAddr(), Err: err}
}

// stamps translates the kernel's time stamps to the world's clock.
//
// The kernel uses the time of day, which can be set; the world's clock cannot be set. So
// the two are compared again at every reading. Each comparison has an error of up to its
// width, so by a later comparison a later stamp may seem to lie before an earlier one.
// But a socket returns its messages in the order in which they came. Their times
// therefore are never allowed to go back.
type stamps struct {
	now    func() time.Duration
	offset int64         // the time of day less the world's time, in nanoseconds
	last   time.Duration // when they were compared last
	told   time.Duration // the latest time that was returned
}

// How the two are compared: the time of day is read between two readings of the world's
// clock. If these lie too far apart, the comparison is repeated.
const (
	closeEnough = 2 * time.Microsecond // width of a good comparison
	comparisons = 4                    // at most
)

func (s *stamps) sample() {
	narrowest := time.Duration(1<<63 - 1)
	for range comparisons {
		before := s.now()
		day := time.Now().UnixNano()
		after := s.now()
		if width := after - before; width < narrowest {
			narrowest, s.offset = width, day-int64(before+width/2)
		}
		s.last = after
		if narrowest <= closeEnough {
			break
		}
	}
}

// at is a stamp on the world's clock: never in the future, and never before one that was
// returned earlier. Without a stamp it is the time of the reading.
func (s *stamps) at(stamp int64) time.Duration {
	at := s.last
	if stamp != 0 {
		at = min(time.Duration(stamp-s.offset), s.last)
	}
	s.told = max(s.told, at)
	return s.told
}
