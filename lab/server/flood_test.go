package server

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"stones/lab/control"
	"stones/lab/path/sim"
	"stones/lab/prose"
	"stones/lab/seal"
	"stones/lab/stone"
)

// heap is how many bytes of the heap are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// A million datagrams of strangers leave nothing behind, and do not change a running
// flow.
func TestFlood(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		const strangers, planned = 1_000_000, 1000
		v := s.greeted()
		ticket := v.agree(control.Plan{Transport: "udp", Count: planned, Size: 100, Duration: time.Second})
		tagger := seal.NewTagger(ticket.Secret)
		thrower := netip.MustParseAddrPort("192.0.2.1:1000")
		forged := stone.Stone{Flow: ticket.Flow, Number: 5, Size: 100}.Append(nil)
		forged = append(forged, 1, 2, 3, 4, 5, 6, 7, 8)
		elsewhere := stone.Stone{Flow: ticket.Flow + 1, Number: 5, Size: 100}.Append(nil)
		elsewhere = append(elsewhere, 1, 2, 3, 4, 5, 6, 7, 8)
		kinds := [][]byte{
			forged, elsewhere, forged[:50], make([]byte, 1400), []byte("hello"), nil,
			control.Datagram{Word: control.Knock, Flow: 7}.Append(nil),
			control.Datagram{Word: control.Open, Flow: ticket.Flow}.Append(nil),
		}
		var sealed []byte
		number := uint64(0)
		throw := func() {
			number++
			st := stone.Stone{Flow: ticket.Flow, Number: number, Size: 100}
			sealed = tagger.Append(st.Append(sealed[:0]))
			s.server.datagram(t.Context(), sealed, net.UDPAddrFromAddrPort(thrower), s.Now())
		}
		throw()
		before := heap()
		for i := range strangers {
			from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), uint16(i))
			s.server.datagram(t.Context(), kinds[i%len(kinds)], net.UDPAddrFromAddrPort(from), s.Now())
			if i%(strangers/planned) == 1 && number < planned {
				throw()
			}
		}
		if grown := heap() - before; grown > 1<<20 {
			t.Errorf("a million datagrams of strangers take %d bytes; want at most 1 MiB", grown)
		}
		if n := s.server.Strangers(); n != strangers {
			t.Errorf("%d datagrams of strangers were counted; want %d", n, strangers)
		}
		r, arrivals := v.asks(ticket)
		if len(arrivals) != planned || r.Damaged+r.Foreign != 0 || r.Reads != planned {
			t.Errorf("%d of %d stones came; %+v", len(arrivals), planned, r)
		}
		v.bye()
	})
}

// Datagrams of strangers cost no allocation.
func TestStrangersCostNothing(t *testing.T) {
	s := open(t, func(s *Server) { s.Log = nil })
	from := net.UDPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:1000"))
	for name, b := range map[string][]byte{
		"nonsense":          make([]byte, 1400),
		"a stone of nobody": append(stone.Stone{Flow: 7, Number: 1, Size: 1000}.Append(nil), make([]byte, seal.TagLen)...),
		"a knock":           control.Datagram{Word: control.Knock, Flow: 7}.Append(nil),
	} {
		if n := testing.AllocsPerRun(1000, func() { s.server.datagram(t.Context(), b, from, 0) }); n >= 0.1 {
			t.Errorf("%s costs %v allocations", name, n)
		}
	}
}

func TestDiary(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var d diary
	var want []control.Arrival
	at := time.Duration(0)
	for i := range 10_000 {
		at += ms + time.Duration(random.IntN(200_000))
		want = append(want, control.Arrival{Number: uint64(i + 1), At: at, Delay: 20*ms + time.Duration(random.IntN(100_000))})
		d.add(want[i])
	}
	if size := d.size(); size > 8*len(want) {
		t.Errorf("%d arrivals take %d bytes; want at most 8 each", len(want), size)
	}
	for _, a := range []control.Arrival{{}, {Number: 1<<64 - 1, At: 1<<63 - 1, Delay: -1 << 63}, {Number: 1, At: -1 << 63, Delay: 1<<63 - 1}} {
		want = append(want, a)
		d.add(a)
	}
	var r reader
	var some [7]control.Arrival
	n := 0
	for {
		read := d.read(&r, some[:])
		if read == 0 {
			break
		}
		for _, a := range some[:read] {
			if a != want[n] {
				t.Fatalf("arrival %d is %+v; want %+v", n, a, want[n])
			}
			n++
		}
	}
	if n != len(want) {
		t.Errorf("%d arrivals; want %d", n, len(want))
	}
	d.add(control.Arrival{Number: 3})
	if read := d.read(&r, some[:]); read != 1 || some[0].Number != 3 {
		t.Errorf("one more was added, and %d are read: %+v", read, some[0])
	}
}

// A session with two flows of 10,000 stones takes at most 320 KiB, most of it for its
// flows. The memory of the World's sockets is not counted.
func TestSessionIsSmall(t *testing.T) {
	s := open(t, nil)
	random := rand.New(rand.NewPCG(1, 2))
	const sessions, count = 16, 10_000
	before := heap()
	for range sessions {
		x := &session{server: s.server}
		for range 2 {
			e, err := s.server.begin(x, control.Plan{Transport: "udp", Count: count, Size: 1000, Duration: 10 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			at := time.Duration(0)
			for n := range uint64(count) {
				at += ms + time.Duration(random.IntN(200_000))
				e.catch(stone.Stone{Flow: e.ticket.Flow, Number: n + 1, Size: 1000, Due: at - time.Duration(random.IntN(100_000))}, nil, at)
			}
		}
		s.server.sessions = append(s.server.sessions, x)
	}
	each := (heap() - before) / sessions
	t.Logf("%d bytes a session", each)
	const sockets = 40 << 10 // what the conversation and a connection of stones read and write with
	if each+sockets > 320<<10 {
		t.Errorf("a session of two flows of %d stones takes %d bytes; want at most %d", count, each, 320<<10-sockets)
	}
	s.server.flows, s.server.sessions = nil, nil
}

// No datagram causes a panic, and no more goes out than came in.
func FuzzDatagram(f *testing.F) {
	f.Add(control.Datagram{Word: control.Hello}.Append(nil))
	f.Add(control.Datagram{Word: control.Knock, Flow: 7}.Append(nil))
	f.Add(control.Datagram{Word: control.Open, Flow: 7}.Append(nil))
	f.Add(seal.NewTagger([16]byte{}).Append(stone.Stone{Flow: 8, Number: 1, Size: 40}.Append(nil)))
	from := net.UDPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:1000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		out := &counts{}
		s := &Server{World: still{}, packets: out, Greeting: DefaultGreeting(), baker: seal.NewBaker([16]byte{}), flows: map[uint32]*flow{}}
		s.limits = Limits{}.Defaults()
		s.journal = newJournal(nil, s.World)
		for n, back := range map[uint32]bool{7: true, 8: false} {
			s.flows[n] = newFlow(s, control.Plan{Transport: "udp", Count: 10, Size: 40, Reverse: back}, control.Ticket{Flow: n}, nil)
		}
		s.datagram(t.Context(), b, from, 0)
		if out.bytes > len(b) {
			t.Errorf("%q got %d bytes", b, out.bytes)
		}
		if c := s.flows[8].counts; c.Caught+c.Damaged > 0 && len(b) < stone.HeaderLen {
			t.Errorf("%q was caught", b)
		}
	})
}

// counts is a socket that counts what it sends.
type counts struct {
	net.PacketConn
	bytes int
}

func (c *counts) WriteTo(b []byte, _ net.Addr) (int, error) {
	c.bytes += len(b)
	return len(b), nil
}

// still is a World in which nothing happens.
type still struct{ World }

func (still) Now() time.Duration              { return 0 }
func (still) Time(at time.Duration) time.Time { return time.Unix(0, int64(at)) }
func (still) Go(func())                       {}

// Whatever a client says, there is no panic, the session ends, and nothing in the log,
// the replies or the observer's calls could control a terminal.
func FuzzSession(f *testing.F) {
	f.Add([]byte("help\ntime\necho a\nthrow 3 30\nstats\nlimits\nhello \x1b[2J\nbye\n"))
	f.Add([]byte("stones 2\nplan udp 10 100 1000\nplan tcp 10 100 1000 back 10/s steady\nthrown 1 1 1 1\nreport 842812418\nforget 7\n"))
	f.Add([]byte("stones 7 " + strings.Repeat("0", 64) + "\nstones"))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte("\x16\x03\x01"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var log bytes.Buffer
		told := &school{T: t}
		s := &Server{World: &hasty{}, Greeting: DefaultGreeting(), Observer: told, Rand: &chance{}, flows: map[uint32]*flow{}}
		s.limits = Limits{}.Defaults()
		s.journal = newJournal(slog.New(slog.NewTextHandler(&log, nil)), s.World)
		conn := &script{in: bytes.NewReader(in)}
		s.receive(t.Context(), &guarded{Conn: conn})
		if len(s.flows)+len(s.sessions) > 0 || strings.Contains(log.String(), "msg=panic") {
			t.Errorf("%q leaves %d flows and %d sessions, and the log %s", in, len(s.flows), len(s.sessions), log.String())
		}
		texts := append(told.events, strings.Split(log.String(), "\n")...)
		texts = append(texts, strings.Split(conn.out.String(), "\n")...)
		for _, text := range texts {
			if prose.Safe(text) != text {
				t.Errorf("%q gives %q", in, text)
			}
		}
	})
}

// A script is a connection to a client that says all that is in it and reads nothing.
type script struct {
	net.Conn
	in  *bytes.Reader
	out bytes.Buffer
}

func (c *script) Read(b []byte) (int, error)  { return c.in.Read(b) }
func (c *script) Write(b []byte) (int, error) { return c.out.Write(b) }
func (c *script) RemoteAddr() net.Addr        { return &net.TCPAddr{} }
func (c *script) SetDeadline(time.Time) error { return nil }
func (c *script) Close() error                { return nil }

// A hasty World does not sleep.
type hasty struct {
	still
	now time.Duration
}

func (w *hasty) Now() time.Duration { return w.now }

func (w *hasty) SleepUntil(_ context.Context, at time.Duration) error {
	w.now = max(w.now, at)
	return nil
}

func BenchmarkDatagram(b *testing.B) {
	s := &Server{World: still{}, packets: &counts{}, baker: seal.NewBaker([16]byte{}), flows: map[uint32]*flow{}}
	s.limits = Limits{}.Defaults()
	s.journal = newJournal(nil, s.World)
	from := net.UDPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:1000"))
	for _, size := range []int{100, 1200} {
		e := newFlow(s, control.Plan{Transport: "udp", Count: 1 << 30, Size: size}, control.Ticket{Flow: 7}, nil)
		s.flows[7] = e
		tagger := seal.NewTagger(e.ticket.Secret)
		right := tagger.Append(stone.Stone{Flow: 7, Number: 1, Size: size}.Append(nil))
		forged := append([]byte(nil), right...)
		binary.BigEndian.PutUint64(forged[size:], 0)
		for _, tt := range []struct {
			from string
			b    []byte
		}{{"thrower", right}, {"stranger", forged}} {
			b.Run(fmt.Sprintf("from=%s/size=%d", tt.from, size), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(size))
				for b.Loop() {
					s.datagram(b.Context(), tt.b, from, 0)
				}
			})
		}
	}
}

// Whatever is replayed, a first arrival is always recorded; only copies are limited.
func TestReplaysLeaveRoom(t *testing.T) {
	const count = 2000
	w, err := sim.Open(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s := &Server{World: w}
	x := newFlow(s, control.Plan{Transport: "udp", Count: count, Size: 100, Duration: time.Second}, control.Ticket{Flow: 7}, nil)
	first := stone.Stone{Flow: 7, Number: 1, Size: 100}
	for range 4500 {
		x.catch(first, nil, 0)
	}
	for n := uint64(2); n <= count; n++ {
		x.catch(stone.Stone{Flow: 7, Number: n, Size: 100}, nil, 0)
	}
	if c := x.counts; c.Caught != count || c.Copies != count || c.Foreign != 4500-1-count {
		t.Errorf("caught %d, copies %d, foreign %d; want %d, %d, %d", c.Caught, c.Copies, c.Foreign, count, count, 4500-1-count)
	}
}

// A stone from another address than the stones before it is a replay.
func TestStonesFromElsewhere(t *testing.T) {
	x := new(flow)
	here, there := netip.MustParseAddrPort("192.0.2.1:1000"), netip.MustParseAddrPort("192.0.2.2:1000")
	if !x.heard(here) || x.heard(there) || !x.heard(here) {
		t.Error("stones of one flow were taken from two addresses")
	}
}
