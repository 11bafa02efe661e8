package udp_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"stones/lab/stack/charge"
	"stones/lab/stack/udp"
)

func TestDatagram(t *testing.T) {
	d := udp.Datagram{SrcPort: 0x1234, DstPort: 0x302d, Payload: []byte("stone")}
	b := d.Append(nil)
	if got := hex.EncodeToString(b); got != "1234302d000d000073746f6e65" || len(b) != d.Len() {
		t.Errorf("Append: %s", got)
	}
	got, err := udp.Parse(append(b, "padding"...))
	if got.SrcPort != d.SrcPort || got.DstPort != d.DstPort || string(got.Payload) != "stone" || err != nil {
		t.Errorf("Parse = %+v, %v", got, err)
	}
	for _, cut := range []int{0, 7, 8, 12} {
		if _, err := udp.Parse(b[:cut]); !errors.Is(err, udp.ErrDatagram) {
			t.Errorf("of %d bytes: %v", cut, err)
		}
	}
	b[5] = 7
	if _, err := udp.Parse(b); !errors.Is(err, udp.ErrDatagram) {
		t.Errorf("of length 7: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x12\x34\x30\x2d\x00\x0d\x00\x00stone"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := udp.Parse(b)
		if err != nil {
			return
		}
		again, err := udp.Parse(d.Append(nil))
		if again.SrcPort != d.SrcPort || again.DstPort != d.DstPort || !bytes.Equal(again.Payload, d.Payload) || err != nil {
			t.Errorf("%+v becomes %+v, %v", d, again, err)
		}
	})
}

var (
	here  = netip.MustParseAddrPort("10.0.0.2:12333")
	there = netip.MustParseAddrPort("10.0.0.1:40000")
)

// Measured on Linux: how many stones fit in the buffer of a program that does not read.
func TestSocketRoom(t *testing.T) {
	for _, tt := range []struct{ size, buffer, want int }{
		{100, udp.DefaultBuffer, 256},
		{500, udp.DefaultBuffer, 166},
		{1000, udp.DefaultBuffer, 92},
		{1472, udp.DefaultBuffer, 92},
		{1000, 1, 1},
	} {
		s := udp.Socket{Local: here, Buffer: tt.buffer}
		fit := 0
		for s.Deliver(there, make([]byte, tt.size), charge.Packet(28+tt.size)) {
			fit++
		}
		if fit != tt.want {
			t.Errorf("%d datagrams of %d bytes fit in %d; want %d", fit, tt.size, tt.buffer, tt.want)
		}
		if _, _, _, ok, _ := s.Read(nil); !ok || !s.Deliver(there, make([]byte, tt.size), charge.Packet(28+tt.size)) {
			t.Errorf("size %d: no room after one was read", tt.size)
		}
	}
}

func TestSocketRead(t *testing.T) {
	s := udp.Socket{Local: here, Buffer: udp.DefaultBuffer}
	if s.Readable() {
		t.Error("readable, but nothing came")
	}
	for _, text := range []string{"one", "", "three"} {
		s.Deliver(there, []byte(text), 832)
	}
	b := make([]byte, 4)
	for _, want := range []string{"one 3", " 0", "thre 5"} {
		n, size, from, ok, err := s.Read(b)
		if got := fmt.Sprintf("%s %d", b[:n], size); got != want || from != there || !ok || err != nil {
			t.Errorf("Read: %q from %v, %t, %v; want %q", got, from, ok, err, want)
		}
	}
	if _, _, _, ok, _ := s.Read(b); ok || s.Readable() {
		t.Error("read more than came")
	}
}

// An error is reported once, before what came, and only to a connected socket.
func TestSocketFail(t *testing.T) {
	s := udp.Socket{Local: there, Remote: here, Buffer: udp.DefaultBuffer}
	s.Deliver(here, []byte("x"), 832)
	s.Fail(udp.ErrRefused)
	s.Fail(udp.ErrRefused)
	if _, _, _, ok, err := s.Read(nil); !ok || !errors.Is(err, udp.ErrRefused) {
		t.Errorf("Read: %t, %v", ok, err)
	}
	if err := s.Failed(); err != nil {
		t.Errorf("told again: %v", err)
	}
	if _, size, _, ok, err := s.Read(nil); size != 1 || !ok || err != nil {
		t.Errorf("Read: %d, %t, %v", size, ok, err)
	}
	s = udp.Socket{Local: here}
	s.Fail(udp.ErrRefused)
	if s.Readable() {
		t.Error("a socket that is not connected was told")
	}
}

// Datagrams are read in the order in which they came, however writing and reading take
// turns, and in the long run nothing is allocated.
func TestSocketKeepsOrder(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 0))
	s := udp.Socket{Local: here, Buffer: udp.DefaultBuffer}
	var want [][]byte
	b := make([]byte, 2000)
	for range 20_000 {
		if dice.IntN(2) == 0 {
			payload := make([]byte, dice.IntN(1500))
			for i := range payload {
				payload[i] = byte(dice.Uint32())
			}
			if s.Deliver(there, payload, charge.Packet(28+len(payload))) {
				want = append(want, payload)
			}
			continue
		}
		n, _, _, ok, _ := s.Read(b)
		if ok != (len(want) > 0) {
			t.Fatalf("read %t with %d waiting", ok, len(want))
		}
		if ok {
			if !bytes.Equal(b[:n], want[0]) {
				t.Fatal("not what came")
			}
			want = want[1:]
		}
	}
	allocs := testing.AllocsPerRun(1000, func() {
		s.Deliver(there, b[:1000], 2304)
		s.Read(b)
	})
	if allocs != 0 {
		t.Errorf("%v allocations a datagram", allocs)
	}
}
