package ip_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"stones/lab/stack/ip"
)

// datagram is one of version 4 whose payload differs at all places.
func datagram(id uint32, size int) (ip.Header, []byte) {
	payload := make([]byte, size)
	for i := range payload {
		payload[i] = byte(i + i>>8*3 + int(id))
	}
	return ip.Header{Src: one4, Dst: two4, Protocol: ip.UDP, TTL: ip.TTL, ID: id}, payload
}

type piece struct {
	ip.Header
	payload []byte
}

func pieces(h ip.Header, payload []byte, mtu int) (list []piece) {
	for h, payload := range h.Fragments(payload, mtu) {
		list = append(list, piece{h, payload})
	}
	return list
}

// RFC 791's example, and the sizes that Linux makes of 4000 bytes over UDP.
func TestFragments(t *testing.T) {
	h, payload := datagram(1, 4008)
	h.DontFragment = true
	for _, tt := range []struct {
		mtu  int
		want []int
	}{
		{5000, []int{4028}},
		{1500, []int{1500, 1500, 1068}},
		{576, []int{572, 572, 572, 572, 572, 572, 572, 164}},
	} {
		var sizes []int
		at := 0
		list := pieces(h, payload, tt.mtu)
		for _, p := range list {
			sizes = append(sizes, p.Len()+len(p.payload))
			if p.Offset != at || p.More != (at+len(p.payload) < len(payload)) || p.DontFragment && len(list) > 1 {
				t.Errorf("mtu %d: %+v at %d", tt.mtu, p.Header, at)
			}
			at += len(p.payload)
		}
		if len(sizes) != len(tt.want) || at != len(payload) {
			t.Errorf("mtu %d: %v; want %v", tt.mtu, sizes, tt.want)
		}
	}
	h.Src, h.Dst = one6, two6
	if list := pieces(h, payload, 1500); len(list) != 3 || list[0].Len()+len(list[0].payload) != 1496 {
		t.Errorf("version 6: %d pieces, the first of %d bytes", len(list), list[0].Len()+len(list[0].payload))
	}
}

// A table is a host's reassembly in a story.
type table struct {
	*testing.T
	ip.Reassembler
}

func (r *table) add(now time.Duration, p piece, want ip.Outcome) ip.Datagram {
	r.Helper()
	d, got := r.Add(now, p.Header, p.payload)
	if got != want {
		r.Errorf("at %v: %+v is %v; want %v", now, p.Header, got, want)
	}
	return d
}

func TestReassembler(t *testing.T) {
	h, payload := datagram(7, 4008)
	list := pieces(h, payload, 1500)
	r := &table{T: t}

	t.Log("# in any order; a repeated one changes nothing")
	r.add(0, list[2], ip.Waiting)
	r.add(0, list[0], ip.Waiting)
	r.add(0, list[0], ip.Repeated)
	d := r.add(0, list[1], ip.Whole)
	if !bytes.Equal(d.Payload, payload) || d.Header != h || d.Charge != 6912 {
		t.Errorf("%+v, %d bytes, charge %d", d.Header, len(d.Payload), d.Charge)
	}

	t.Log("# a copy of the last piece begins another datagram, which waits for 30 s")
	r.add(time.Second, list[2], ip.Waiting)
	if at, ok := r.Next(); at != 31*time.Second || !ok {
		t.Errorf("next at %v, %t", at, ok)
	}
	expired := 0
	tell := func(d ip.Datagram) { expired++ }
	r.Expire(31*time.Second-1, tell)
	if expired != 0 {
		t.Error("it has not waited long enough")
	}
	r.Expire(31*time.Second, func(d ip.Datagram) {
		expired++
		if len(d.Payload) != 0 {
			t.Errorf("%d bytes of a first piece that has not come", len(d.Payload))
		}
	})
	if _, ok := r.Next(); ok || expired != 1 || r.Memory() != 0 {
		t.Errorf("%d expired, memory %d", expired, r.Memory())
	}

	t.Log("# what came of the first piece can be told")
	r.add(0, list[0], ip.Waiting)
	r.Expire(time.Minute, func(d ip.Datagram) {
		if !bytes.Equal(d.Payload, payload[:1480]) || d.Header.Src != one4 {
			t.Errorf("%+v, %d bytes", d.Header, len(d.Payload))
		}
	})

	t.Log("# another protocol, another datagram; not so in version 6")
	other := list[1]
	other.Protocol = ip.TCP
	r.add(0, list[0], ip.Waiting)
	r.add(0, other, ip.Waiting)
	r.add(0, list[2], ip.Waiting)
	r.add(0, list[1], ip.Whole)
}

func TestReassemblerDrops(t *testing.T) {
	h, payload := datagram(7, 4000)
	part := func(from, to int, more bool) piece {
		p := piece{h, payload[from:to]}
		p.Offset, p.More = from, more
		return p
	}
	six := func(p piece) piece {
		p.Src, p.Dst = one6, two6
		return p
	}
	for _, tt := range []struct {
		name  string
		first []piece
		then  piece
		want  ip.Outcome
	}{
		{"over the end of what came", []piece{part(0, 800, true)}, part(792, 1600, true), ip.Overlaps},
		{"over the beginning", []piece{part(800, 1600, true)}, part(0, 808, true), ip.Overlaps},
		{"over all of it", []piece{part(800, 1600, true)}, part(0, 2400, true), ip.Overlaps},
		{"over a gap", []piece{part(0, 800, true), part(1600, 2400, true)}, part(792, 1608, true), ip.Overlaps},
		{"within what came", []piece{part(0, 800, true)}, part(8, 792, true), ip.Repeated},
		{"within two that touch", []piece{part(0, 800, true), part(800, 1600, true)}, part(792, 808, true), ip.Repeated},
		{"within the first of two", []piece{part(0, 800, true), part(1600, 2400, true)}, part(0, 800, true), ip.Repeated},
		{"a second end elsewhere", []piece{part(800, 1600, false)}, part(800, 1592, false), ip.Malformed},
		{"behind the end", []piece{part(800, 1600, false)}, part(1600, 1608, true), ip.Malformed},
		{"an end before what came", []piece{part(1600, 2400, true)}, part(0, 800, false), ip.Malformed},
		{"empty", nil, part(800, 800, false), ip.Malformed},
		{"less than 8 bytes", nil, part(0, 7, true), ip.Malformed},
		{"no multiple of 8, version 6", nil, six(part(0, 801, true)), ip.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &table{T: t}
			for _, p := range tt.first {
				r.add(0, p, ip.Waiting)
			}
			held := r.Memory()
			r.add(0, tt.then, tt.want)
			if kept := tt.want == ip.Repeated; kept && r.Memory() != held || !kept && r.Memory() != 0 {
				t.Errorf("memory %d; it was %d", r.Memory(), held)
			}
		})
	}
	t.Run("longer than a packet can be", func(t *testing.T) {
		r := &table{T: t}
		long := piece{h, make([]byte, 65512)}
		long.More = true
		r.add(0, long, ip.Waiting)
		end := piece{h, make([]byte, 8)}
		end.Offset = 65512
		r.add(0, end, ip.Malformed) // 20 + 65520
	})
}

// The memory is limited; a fragment that finds none left is ignored.
func TestReassemblerMemory(t *testing.T) {
	r := &table{T: t}
	whole := func(id uint32) piece {
		h, payload := datagram(id, 1480)
		h.More = true
		return piece{h, payload}
	}
	n := uint32(0)
	for ; r.Memory() <= ip.Memory; n++ {
		r.add(0, whole(n), ip.Waiting)
	}
	if want := uint32(ip.Memory/(2304+200) + 1); n != want {
		t.Errorf("%d datagrams wait; want %d", n, want)
	}
	r.add(time.Second, whole(n), ip.NoMemory)
	r.Unlimited = true
	r.add(time.Second, whole(n+1), ip.Waiting)
	r.Unlimited = false
	r.Expire(30*time.Second, func(ip.Datagram) {})
	r.add(30*time.Second, whole(n), ip.Waiting)
}

// When identifications wrap, a fragment that has waited long is not put together with
// one of another datagram (RFC 4963).
func TestReassemblerDistance(t *testing.T) {
	for _, tt := range []struct {
		between   int
		unlimited bool
		want      ip.Outcome
	}{
		{ip.Distance - 1, false, ip.Whole},
		{ip.Distance, false, ip.Waiting},
		{ip.Distance, true, ip.Whole},
	} {
		r := &table{T: t}
		r.Unlimited = tt.unlimited
		list := pieces2(7)
		r.add(0, list[0], ip.Waiting)
		for n := range tt.between {
			r.add(0, pieces2(uint32(100 + n))[1], ip.Waiting)
		}
		r.add(0, list[1], tt.want)
	}
}

func pieces2(id uint32) []piece {
	h, payload := datagram(id, 2000)
	return pieces(h, payload, 1500)
}

// Datagrams come out as they went in, whatever happens to their fragments on the way, and
// nothing is kept for ever.
func FuzzReassembler(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		dice := rand.New(rand.NewPCG(seed, 1))
		var r ip.Reassembler
		var road []piece
		sent := map[uint32][]byte{}
		for id := range uint32(1 + dice.IntN(5)) {
			h, payload := datagram(id, 1+dice.IntN(6000))
			if seed%2 == 0 {
				h.Src, h.Dst = one6, two6
			}
			sent[id] = payload
			for _, p := range pieces(h, payload, 68+dice.IntN(1500)) {
				for range 1 + dice.IntN(2) {
					road = append(road, p)
				}
			}
		}
		dice.Shuffle(len(road), func(i, j int) { road[i], road[j] = road[j], road[i] })
		for _, p := range road {
			if !p.Fragment() {
				continue
			}
			d, outcome := r.Add(0, p.Header, p.payload)
			if outcome == ip.Whole && !bytes.Equal(d.Payload, sent[p.ID]) {
				t.Fatalf("datagram %d of %d bytes came out with %d", p.ID, len(sent[p.ID]), len(d.Payload))
			}
			if outcome == ip.Overlaps || outcome == ip.Malformed {
				t.Fatalf("%+v is %v", p.Header, outcome)
			}
		}
		r.Expire(time.Hour, func(ip.Datagram) {})
		if _, ok := r.Next(); ok || r.Memory() != 0 {
			t.Errorf("memory %d is kept", r.Memory())
		}
	})
}
