package watch_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"stones/lab/path"
	"stones/lab/path/watch"
	"stones/lab/stone"
	"stones/lab/wire"
)

// ipv4 is a packet of a protocol, or a fragment of one.
func ipv4(protocol byte, id uint16, offset int, more bool, data []byte) []byte {
	b := make([]byte, 20, 20+len(data))
	b[0], b[8], b[9] = 0x45, 64, protocol
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(data)))
	binary.BigEndian.PutUint16(b[4:], id)
	fragment := uint16(offset / 8)
	if more {
		fragment |= 0x2000
	}
	binary.BigEndian.PutUint16(b[6:], fragment)
	return append(b, data...)
}

// datagram is what UDP makes of a stone.
func datagram(n uint64, size int) []byte {
	b := make([]byte, 8)
	binary.BigEndian.PutUint16(b[4:], uint16(8+size))
	return stone.Stone{Flow: 2, Number: n, Size: size}.Append(b)
}

// segment is a TCP segment from port 1000 to port 2000.
func segment(flags byte, seq, ack uint32, data []byte) []byte {
	b := make([]byte, 20)
	binary.BigEndian.PutUint16(b, 1000)
	binary.BigEndian.PutUint16(b[2:], 2000)
	binary.BigEndian.PutUint32(b[4:], seq)
	binary.BigEndian.PutUint32(b[8:], ack)
	b[12], b[13] = 5<<4, flags
	return append(b, data...)
}

const syn, ack = 2, 16

// An eye finds which stones are in a segment, and whether it was sent before.
func TestEyeFollowsAStream(t *testing.T) {
	const size = 100
	var stream []byte
	for n := range uint64(10) {
		stream = stone.Stone{Flow: 1, Number: n + 1, Size: size}.Append(stream)
	}
	const first = 0xffff_ff00 // sequence numbers wrap
	var eye watch.Eye
	for _, tt := range []struct {
		name          string
		flags         byte
		begin, length int
		want          watch.Sight
	}{
		{"the question", syn, -1, 0, watch.Sight{}},
		{"stones 1 and 2, and half of 3", ack, 0, 250, watch.Sight{Data: true, Stone: 1, Last: 3, Ends: 2, Stream: watch.Stretch{From: 0, To: 250, Size: 100}}},
		{"the rest of 3, and 4", ack, 250, 150, watch.Sight{Data: true, Stone: 3, Offset: 50, Last: 4, Ends: 4, Stream: watch.Stretch{From: 250, To: 400, Size: 100}}},
		{"the middle of 5", ack, 410, 20, watch.Sight{Data: true, Stone: 5, Offset: 10, Ends: 4, Stream: watch.Stretch{From: 410, To: 430, Size: 100}}},
		{"stone 2 again", ack, 100, 100, watch.Sight{Data: true, Stone: 2, Last: 2, Ends: 2, Again: true, Stream: watch.Stretch{From: 100, To: 200, Size: 100}}},
		{"only an acknowledgement", ack, 430, 0, watch.Sight{}},
		{"6 to 10", ack, 500, 500, watch.Sight{Data: true, Stone: 6, Last: 10, Ends: 10, Stream: watch.Stretch{From: 500, To: 1000, Size: 100}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			begin := max(tt.begin, 0)
			p := ipv4(6, 0, 0, false, segment(tt.flags, uint32(first+1+tt.begin), 77, stream[begin:begin+tt.length]))
			tt.want.TCP, tt.want.Ports, tt.want.Ack = true, watch.Ports{Own: 2000, Other: 1000}, 77
			// The first HeadLen bytes are enough.
			if got := eye.Look(p[:min(len(p), watch.HeadLen)], len(p)); got != tt.want {
				t.Errorf("saw %+v; want %+v", got, tt.want)
			}
		})
	}
	if c := eye.Course(watch.Ports{Own: 1000, Other: 2000}); c.Sent != 1000 {
		t.Errorf("%d bytes were sent; want 1000", c.Sent)
	}
	if c := eye.Course(watch.Ports{Own: 1000, Other: 2001}); c.Sent != 0 {
		t.Errorf("%d bytes were sent on another connection from the same port; want 0", c.Sent)
	}
}

func TestEyeDoubts(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []byte
		want watch.Sight
	}{
		{"nothing", nil, watch.Sight{}},
		{"no IP", []byte("GET / HTTP/1.1 and so on"), watch.Sight{}},
		{"cut off", ipv4(6, 0, 0, false, []byte{1, 2, 3}), watch.Sight{}},
		{"ping's answer is lost", ipv4(1, 0, 0, false, []byte{3, 3}), watch.Sight{ICMP: true}},
		{"no stone", ipv4(17, 0, 0, false, make([]byte, 60)), watch.Sight{UDP: true}},
		{"a router is looked for", append([]byte{0x60, 0, 0, 0, 0, 8, 58, 255, 39: 0}, 133, 0), watch.Sight{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var eye watch.Eye
			if got := eye.Look(tt.in, len(tt.in)); got != tt.want {
				t.Errorf("saw %+v; want %+v", got, tt.want)
			}
		})
	}
}

// A road is a watch with wires that do what the test says.
type road struct {
	*testing.T
	*watch.Watch
	now time.Duration
}

// carry sends a packet and lets it come out.
func (r *road) carry(p []byte, fate wire.Fate) {
	s := r.Out.Look(p, len(p))
	entry := r.Sent(r.now, &s, len(p), p, false)
	if fate.Gone() {
		r.Befell(entry, s, wire.Event{At: r.now, Fate: fate})
		return
	}
	r.arrive(p, s, entry, false)
}

// arrive lets a packet come out, with a wrong bit or without.
func (r *road) arrive(p []byte, s watch.Sight, entry *path.Packet, damaged bool) {
	r.now += time.Millisecond
	item := wire.Packet{Size: len(p), Data: p, Damaged: damaged}
	r.Arrives(r.now, entry, s, item)
	if whole, wrong := r.Completes(r.now, s, item.Damaged); whole {
		r.Waits(s, wrong)
	}
}

// stone carries stone n.
func (r *road) stone(n uint64, fate wire.Fate) {
	r.carry(ipv4(17, uint16(n), 0, false, datagram(n, 100)), fate)
}

// damaged carries stone n, with a wrong bit or without.
func (r *road) damaged(n uint64, wrong bool) {
	p := ipv4(17, uint16(n), 0, false, datagram(n, 100))
	s := r.Out.Look(p, len(p))
	r.arrive(p, s, r.Sent(r.now, &s, len(p), p, false), wrong)
}

// take hands stone n over.
func (r *road) take(n uint64) { r.Taken(0, datagram(n, 100)[8:], true) }

// want compares the record's copies, 1 to the number of them, and drops.
func (r *road) want(copies []int, drops int) {
	r.Helper()
	record := r.Record("udp")
	for i, want := range copies {
		if got := record.Copies(uint64(i) + 1); got != want {
			r.Errorf("stone %d was handed over %d times; want %d", i+1, got, want)
		}
	}
	if record.ReceiverDrops != drops {
		r.Errorf("%d receiver drops; want %d", record.ReceiverDrops, drops)
	}
}

func TestSocketDrops(t *testing.T) {
	r := &road{T: t, Watch: watch.New(watch.Config{})}
	t.Log("# six stones; the wire loses 2, the socket has no room for 3 and 6")
	for n := range uint64(6) {
		fate := wire.Carried
		if n+1 == 2 {
			fate = wire.Lost
		}
		r.stone(n+1, fate)
	}
	r.take(1)
	r.want([]int{1, 0, 0, 0, 0, 0}, 0)
	if r.Waiting() != 4 {
		t.Errorf("%d wait; want 4", r.Waiting())
	}

	t.Log("# that 4 is given says that 3 was not in the socket")
	r.take(4)
	r.want([]int{1, 0, 0, 1, 0, 0}, 1)

	t.Log("# of the last one only the end of reading tells")
	r.take(5)
	r.want([]int{1, 0, 0, 1, 1, 0}, 1)
	r.Left()
	r.want([]int{1, 0, 0, 1, 1, 0}, 2)
	for n, want := range map[uint64]path.Cause{1: 0, 2: path.Dropped, 3: path.ReceiverDrop, 6: path.ReceiverDrop} {
		if got := r.Record("udp").Causes(n); got != want {
			t.Errorf("cause of stone %d: %v; want %v", n, got, want)
		}
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}

	t.Log("# what nobody has sent cannot be given")
	r.take(7)
	if err := r.Check(); err == nil {
		t.Error("no error for a stone from nowhere")
	}
}

func TestDamagedIsForTheStack(t *testing.T) {
	r := &road{T: t, Watch: watch.New(watch.Config{Damages: true})}
	t.Log("# of three stones with a wrong bit the stack throws two away; that is no matter of room")
	for n := range uint64(4) {
		r.damaged(n+1, n != 2)
	}
	r.take(2) // the wrong bit did not matter
	r.take(3)
	r.Left()
	r.want([]int{0, 1, 1, 0}, 0)

	t.Log("# two wrong bits can cancel out in UDP's checksum, but not in the stone's")
	r.damaged(5, true)
	b := datagram(5, 100)[8:]
	b[50] ^= 1
	r.Taken(0, b, true)
	r.want([]int{0, 1, 1, 0, 0}, 0)
}

func TestPieces(t *testing.T) {
	const size = 3000
	r := &road{T: t, Watch: watch.New(watch.Config{})}
	pieces := func(n uint64) (list [][]byte) {
		whole := datagram(n, size)
		for at := 0; at < len(whole); at += 1480 {
			end := min(at+1480, len(whole))
			list = append(list, ipv4(17, uint16(n), at, end < len(whole), whole[at:end]))
		}
		return list
	}
	waits := func(want int) {
		t.Helper()
		if got := r.Waiting(); got != want {
			t.Errorf("%d datagrams wait; want %d", got, want)
		}
	}
	one := pieces(1)
	t.Log("# three pieces make a datagram, in any order, and a copy of a piece changes nothing")
	r.carry(one[0], wire.Carried)
	r.carry(one[0], wire.Carried)
	r.carry(one[2], wire.Carried)
	waits(0)
	r.carry(one[1], wire.Carried)
	waits(1)

	t.Log("# a copy of the last one begins another, which stays in pieces")
	r.carry(one[1], wire.Carried)
	waits(1)

	t.Log("# with one piece all of the datagram is lost")
	for i, p := range pieces(2) {
		fate := wire.Carried
		if i == 1 {
			fate = wire.Lost
		}
		r.carry(p, fate)
	}
	waits(1)
	if got := r.Record("udp").Causes(2); got != path.Dropped|path.Pieces {
		t.Errorf("cause of stone 2: %v; want dropped, in pieces", got)
	}
}

// A tap may keep the bytes that it gets, though the path reuses its buffers.
func TestTapKeepsItsBytes(t *testing.T) {
	var frames []path.Frame
	w := watch.New(watch.Config{Tap: func(f path.Frame) { frames = append(frames, f) }})
	buffer := make([]byte, 200)
	for n := range uint64(3) {
		p := buffer[:copy(buffer, ipv4(17, 0, 0, false, datagram(n+1, 100)))]
		s := w.Out.Look(p, len(p))
		entry := w.Sent(0, &s, len(p), p, false)
		w.Arrives(0, entry, s, wire.Packet{Size: len(p), Data: p})
	}
	if len(frames) != 6 {
		t.Fatalf("%d frames; want 6", len(frames))
	}
	for i, f := range frames {
		want := uint64(i/2) + 1
		if s, err := stone.Peek(f.Bytes[28:]); s.Number != want || err != nil {
			t.Errorf("frame %d shows stone %d, %v; want %d", i+1, s.Number, err, want)
		}
	}
}

func FuzzLook(f *testing.F) {
	f.Add(ipv4(6, 0, 0, false, segment(ack, 1, 1, []byte("stones"))), 60)
	f.Add(ipv4(17, 1, 1480, true, make([]byte, 100)), 1500)
	f.Add(append([]byte{0x60, 6: 44, 39: 0}, make([]byte, 20)...), 100)
	f.Fuzz(func(t *testing.T, head []byte, more int) {
		var eye watch.Eye
		if more < 0 || more > 1<<16 {
			return
		}
		if s := eye.Look(head, len(head)+more); s.TCP && s.UDP || s.Stone > 0 && !s.Data {
			t.Errorf("saw %+v", s)
		}
	})
}

// A watch on a wire that loses stone 2.
func ExampleWatch() {
	w := watch.New(watch.Config{})
	road := wire.New(wire.Shape{Delay: 20 * time.Millisecond, Drop: []uint64{2}}, 1, wire.Out)
	for n := range uint64(3) {
		p := ipv4(17, 0, 0, false, datagram(n+1, 100))
		s := w.Out.Look(p, len(p))
		w.Sent(0, &s, len(p), p, false)
		road.Send(0, wire.Packet{Size: len(p), Stone: s.Stone, Ref: s})
	}
	for e, ok := road.Event(); ok; e, ok = road.Event() {
		w.Befell(nil, e.Packet.Ref.(watch.Sight), e)
	}
	r := w.Record("udp")
	fmt.Println(r.Out.Sent, "sent,", r.Out.Lost, "lost:", r.Causes(2) == path.Dropped)
	// Output: 3 sent, 1 lost: true
}
