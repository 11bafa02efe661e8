package stack_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"stones/lab/stack"
	"stones/lab/stack/event"
	"stones/lab/stack/icmp"
	"stones/lab/stack/ip"
	"stones/lab/stack/udp"
)

const ms = time.Millisecond

// A lab is two hosts, 20 ms apart, in a story.
type lab struct {
	testing.TB
	event.Queue
	pool     stack.Pool
	one, two *stack.Host
	encode   bool // packets are encoded, and decoded at the other end

	road func(p *stack.Packet, to *stack.Host) bool // sees every packet and says whether it arrives; with nil all arrive

	outcomes []stack.Outcome // of what host two was delivered
}

func (l *lab) addr(n byte, six bool) netip.Addr {
	if six {
		return netip.AddrFrom16([16]byte{0: 0xfd, 15: n})
	}
	return netip.AddrFrom4([4]byte{10, 0, 0, n})
}

func begin(tb testing.TB, six bool) *lab {
	tb.Helper()
	l := &lab{TB: tb}
	l.one = stack.New(&l.Queue, &l.pool, stack.Config{Addr: l.addr(1, six), MTU: 1500, Seed: 1}, func(p *stack.Packet) { l.carry(p, l.two) })
	l.two = stack.New(&l.Queue, &l.pool, stack.Config{Addr: l.addr(2, six), MTU: 1500, Seed: 2}, func(p *stack.Packet) { l.carry(p, l.one) })
	return l
}

// carry takes a packet to the other end.
func (l *lab) carry(p *stack.Packet, to *stack.Host) {
	l.Helper()
	b := p.Append(nil)
	if len(b) != p.Len() {
		l.Errorf("%+v has %d bytes, and says %d", p.Header, len(b), p.Len())
	}
	if l.road != nil && !l.road(p, to) {
		p.Release()
		return
	}
	if l.encode {
		p.Release()
		var err error
		if p, err = l.pool.Parse(b); err != nil {
			l.Errorf("Parse: %v", err)
			return
		}
	}
	l.Queue.Timer(func() {
		outcome := to.Deliver(p)
		if to == l.two {
			l.outcomes = append(l.outcomes, outcome)
		}
		p.Release()
	}).Set(l.Now() + 20*ms)
}

// sockets are one that is connected to one that listens.
func (l *lab) sockets() (thrower, catcher *stack.Socket) {
	l.Helper()
	catcher, err := l.two.ListenUDP(netip.AddrPortFrom(netip.Addr{}, 12333))
	if err != nil {
		l.Fatal(err)
	}
	thrower, err = l.one.DialUDP(catcher.Local())
	if err != nil {
		l.Fatal(err)
	}
	return thrower, catcher
}

// both runs a story over both versions, with packets as fields and as bytes.
func both(t *testing.T, story func(l *lab)) {
	t.Helper()
	for _, six := range []bool{false, true} {
		for _, encode := range []bool{false, true} {
			t.Run(fmt.Sprintf("ipv6=%t/encode=%t", six, encode), func(t *testing.T) {
				l := begin(t, six)
				l.encode = encode
				story(l)
			})
		}
	}
}

func TestDatagrams(t *testing.T) {
	both(t, func(l *lab) {
		thrower, catcher := l.sockets()
		woken := 0
		catcher.OnChange = func() { woken++ }
		long := bytes.Repeat([]byte("stones "), 1000)
		for _, text := range []string{"stone", "", string(long)} {
			if err := thrower.Write([]byte(text)); err != nil {
				l.Error(err)
			}
		}
		l.Advance(20 * ms)
		b := make([]byte, 10_000)
		for _, want := range []string{"stone", "", string(long)} {
			n, _, from, ok, err := catcher.Read(b)
			if string(b[:n]) != want || from != thrower.Local() || !ok || err != nil {
				l.Errorf("Read: %d bytes from %v, %t, %v; want %d", n, from, ok, err, len(want))
			}
		}
		if woken != 3 {
			l.Errorf("woken %d times; want 3", woken)
		}
		if err := catcher.WriteTo([]byte("back"), thrower.Local()); err != nil {
			l.Error(err)
		}
		l.Advance(40 * ms)
		if n, _, _, ok, err := thrower.Read(b); string(b[:n]) != "back" || !ok || err != nil {
			l.Errorf("Read: %q, %t, %v", b[:n], ok, err)
		}
	})
}

// The longest datagram is sent; one byte more is too long.
func TestLongestDatagram(t *testing.T) {
	both(t, func(l *lab) {
		thrower, catcher := l.sockets()
		longest := 65507
		if catcher.Local().Addr().Is6() {
			longest = 65527
		}
		if err := thrower.Write(make([]byte, longest+1)); !errors.Is(err, udp.ErrTooLong) {
			l.Errorf("%d bytes: %v", longest+1, err)
		}
		if err := thrower.Write(make([]byte, longest)); err != nil {
			l.Error(err)
		}
		l.Advance(time.Second)
		b := make([]byte, 70_000)
		if n, _, _, _, err := catcher.Read(b); n != longest || err != nil {
			l.Errorf("read %d bytes, %v; want %d", n, err, longest)
		}
	})
}

// How many datagrams in fragments fit into a socket's buffer.
func TestRoomForFragments(t *testing.T) {
	for _, tt := range []struct{ size, want int }{{2000, 59}, {4000, 30}, {8000, 16}, {65507, 2}} {
		l := begin(t, false)
		thrower, catcher := l.sockets()
		for range 100 {
			if err := thrower.Write(make([]byte, tt.size)); err != nil {
				t.Fatal(err)
			}
		}
		l.Advance(20 * ms)
		got := 0
		for _, _, _, ok, _ := catcher.Read(nil); ok; _, _, _, ok, _ = catcher.Read(nil) {
			got++
		}
		if c := l.two.Counters(); got != tt.want || c.UDPRcvbufErrors != 100-tt.want || c.ReasmOKs != 100 {
			t.Errorf("%d datagrams of %d bytes fit, %+v; want %d", got, tt.size, c, tt.want)
		}
	}
}

// Of 100 datagrams to a port where nobody listens, 6 are answered. The sender gets the
// answers that came before its call as one error.
func TestNobodyHome(t *testing.T) {
	both(t, func(l *lab) {
		thrower, catcher := l.sockets()
		catcher.Close()
		told := 0
		thrower.OnChange = func() { told++ }
		for range 100 {
			if err := thrower.Write([]byte("stone")); err != nil {
				l.Error(err)
			}
		}
		l.Advance(40 * ms)
		if told != icmp.Burst {
			l.Errorf("told %d times; want %d", told, icmp.Burst)
		}
		if err := thrower.Write([]byte("stone")); !errors.Is(err, udp.ErrRefused) {
			l.Errorf("Write: %v; want %v", err, udp.ErrRefused)
		}
		if err := thrower.Write([]byte("stone")); err != nil {
			l.Errorf("Write: %v; it was told already", err)
		}
		l.Advance(60 * ms)
		if c := l.two.Counters(); c.UDPNoPorts != 101 || c.ICMPOutMsgs != 6 || c.ICMPOutRateLimit != 95 {
			l.Errorf("%+v", c)
		}
		for _, o := range l.outcomes {
			if o != stack.NobodyHome {
				l.Errorf("outcome %d; want %d", o, stack.NobodyHome)
			}
		}
	})
}

// A socket that is not connected is told nothing.
func TestNobodyHomeUnconnected(t *testing.T) {
	l := begin(t, false)
	s, err := l.one.ListenUDP(netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.WriteTo([]byte("stone"), netip.AddrPortFrom(l.addr(2, false), 1)); err != nil {
			t.Error(err)
		}
		l.Advance(l.Now() + time.Second)
	}
	if c := l.one.Counters(); c.ICMPInMsgs != 2 {
		t.Errorf("%d messages came; want 2", c.ICMPInMsgs)
	}
}

// A datagram of which a fragment is lost is given up after 30 s, or 60 s in version 6.
// If the first fragment had come, the sender gets an ICMP message, which it ignores.
func TestPieceIsLost(t *testing.T) {
	both(t, func(l *lab) {
		thrower, _ := l.sockets()
		patience := ip.Patience4
		if thrower.Local().Addr().Is6() {
			patience = ip.Patience6
		}
		n := 0
		l.road = func(p *stack.Packet, _ *stack.Host) bool {
			n++
			return n != 2
		}
		if err := thrower.Write(make([]byte, 2000)); err != nil {
			l.Error(err)
		}
		l.Advance(20*ms + patience - 1)
		if c := l.two.Counters(); c.ReasmTimeout != 0 {
			l.Errorf("given up too early: %+v", c)
		}
		l.Advance(40*ms + patience)
		if c := l.two.Counters(); c.ReasmTimeout != 1 || c.ICMPOutMsgs != 1 {
			l.Errorf("%+v", c)
		}
		if c := l.one.Counters(); c.ICMPInMsgs != 1 {
			l.Errorf("%+v", c)
		}
		if err := thrower.Write(nil); err != nil {
			l.Error(err)
		}
	})
}

// Fragments of version 4 have identifications that count up; whole datagrams carry Don't
// Fragment.
func TestIdentification(t *testing.T) {
	l := begin(t, false)
	thrower, _ := l.sockets()
	var whole, cut []uint32
	l.road = func(p *stack.Packet, _ *stack.Host) bool {
		switch {
		case p.Fragment() && p.Offset == 0:
			cut = append(cut, p.ID)
		case !p.Fragment():
			whole = append(whole, p.ID)
		}
		if p.DontFragment == p.Fragment() {
			t.Errorf("fragment %t, DF %t", p.Fragment(), p.DontFragment)
		}
		return false
	}
	for range 70_000 {
		thrower.Write(make([]byte, 10))
		thrower.Write(make([]byte, 1500))
	}
	for _, ids := range [][]uint32{whole, cut} {
		for i, id := range ids[1:] {
			if id != (ids[i]+1)&0xffff {
				t.Fatalf("identification %d after %d", id, ids[i])
			}
		}
	}
}

// When a router reports a smaller MTU, datagrams are fragmented to fit it, and the
// sender gets one error.
func TestTooBig(t *testing.T) {
	both(t, func(l *lab) {
		thrower, catcher := l.sockets()
		var sizes []int
		l.road = func(p *stack.Packet, to *stack.Host) bool {
			if to == l.one {
				return true
			}
			sizes = append(sizes, p.Len())
			if p.Len() <= 1300 {
				return true
			}
			l.tooBig(p, 1300)
			return false
		}
		thrower.Write(make([]byte, 1400))
		l.Advance(40 * ms)
		if err := thrower.Write(make([]byte, 1400)); !errors.Is(err, udp.ErrTooLong) {
			l.Errorf("Write: %v; want %v", err, udp.ErrTooLong)
		}
		if err := thrower.Write(make([]byte, 1400)); err != nil {
			l.Error(err)
		}
		l.Advance(80 * ms)
		if n, size, _, ok, err := catcher.Read(nil); size != 1400 || !ok || err != nil {
			l.Errorf("Read: %d, %d, %t, %v", n, size, ok, err)
		}
		if len(sizes) != 3 || sizes[1] > 1300 {
			l.Errorf("sizes %v", sizes)
		}
	})
}

// tooBig is a router's message about a packet.
func (l *lab) tooBig(about *stack.Packet, mtu int) {
	m := icmp.Message{Kind: icmp.TooBig, MTU: mtu, Quote: about.Append(nil)[:64]}
	p := stack.Packet{Header: ip.Header{Src: about.Dst, Dst: about.Src, Protocol: ip.ICMP, TTL: ip.TTL}, Message: &m}
	if about.Src.Is6() {
		p.Protocol = ip.ICMPv6
	}
	arrived, err := l.pool.Parse(p.Append(nil))
	if err != nil {
		l.Fatal(err)
	}
	l.Queue.Timer(func() {
		l.one.Deliver(arrived)
		arrived.Release()
	}).Set(l.Now() + 20*ms)
}

func TestBind(t *testing.T) {
	l := begin(t, false)
	at := netip.AddrPortFrom(l.addr(1, false), 7)
	stranger := netip.MustParseAddrPort("192.0.2.1:7")
	six := netip.MustParseAddrPort("[fd00::2]:7")
	if _, err := l.one.ListenUDP(at); err != nil {
		t.Error(err)
	}
	if _, err := l.one.ListenTCP(at, 1); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct {
		name string
		get  func() error
		want error
	}{
		{"UDP again", func() error { _, err := l.one.ListenUDP(at); return err }, stack.ErrInUse},
		{"TCP again", func() error { _, err := l.one.ListenTCP(at, 1); return err }, stack.ErrInUse},
		{"UDP elsewhere", func() error { _, err := l.one.ListenUDP(stranger); return err }, stack.ErrNotHere},
		{"TCP elsewhere", func() error { _, err := l.one.ListenTCP(stranger, 1); return err }, stack.ErrNotHere},
		{"UDP to another version", func() error { _, err := l.one.DialUDP(six); return err }, stack.ErrUnreachable},
		{"TCP to another version", func() error { _, err := l.one.DialTCP(six); return err }, stack.ErrUnreachable},
	} {
		if err := tt.get(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v; want %v", tt.name, err, tt.want)
		}
	}
	for range 28232 {
		if _, err := l.one.ListenUDP(netip.AddrPort{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.one.ListenUDP(netip.AddrPort{}); !errors.Is(err, stack.ErrInUse) {
		t.Errorf("one port too many: %v", err)
	}
}

// A host accepts or ignores any bytes from outside, without a panic.
func FuzzDeliver(f *testing.F) {
	for _, six := range []bool{false, true} {
		l := begin(f, six)
		l.road = func(p *stack.Packet, _ *stack.Host) bool {
			f.Add(p.Append(nil))
			return true
		}
		thrower, catcher := l.sockets()
		thrower.Write([]byte("stone"))
		thrower.Write(make([]byte, 2000))
		l.Advance(time.Second)
		catcher.Close()
		thrower.Write([]byte("stone"))
		l.Advance(time.Minute)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var pool stack.Pool
		p, err := pool.Parse(b)
		if err != nil {
			return
		}
		again, err := pool.Parse(p.Append(nil))
		if err != nil || again.Header != p.Header || again.Len() != p.Len() {
			t.Errorf("%+v of %d bytes becomes %+v, %v", p.Header, p.Len(), again, err)
		}
		l := begin(t, p.Src.Is6())
		l.sockets()
		p.Dst = l.addr(2, p.Src.Is6())
		l.two.Deliver(p)
		l.Advance(time.Minute)
	})
}
