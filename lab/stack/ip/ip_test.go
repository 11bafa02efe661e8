package ip_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"stones/lab/stack/ip"
)

var (
	one4, two4 = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	one6, two6 = netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")
)

func unhex(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestHeaders(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header ip.Header
		size   int    // of the payload
		bytes  string // of the header
	}{
		{
			"version 4", // a well-known example of the checksum
			ip.Header{Src: netip.MustParseAddr("192.168.0.1"), Dst: netip.MustParseAddr("192.168.0.199"), Protocol: ip.UDP, TTL: 64, DontFragment: true},
			95, "4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7",
		},
		{
			"fragment of version 4",
			ip.Header{Src: one4, Dst: two4, Protocol: ip.TCP, TTL: 1, TrafficClass: 2, ID: 0xabcd, Offset: 1480, More: true},
			5, "4502 0019 abcd 20b9 0106 d954 0a000001 0a000002",
		},
		{
			"version 6",
			ip.Header{Src: one6, Dst: two6, Protocol: ip.UDP, TTL: 64, TrafficClass: 0xb9},
			5, "6b900000 0005 11 40 fd000000000000000000000000000001 fd000000000000000000000000000002",
		},
		{
			"fragment of version 6",
			ip.Header{Src: one6, Dst: two6, Protocol: ip.UDP, TTL: 64, ID: 0x12345678, Offset: 1448, More: true},
			5, "60000000 000d 2c 40 fd000000000000000000000000000001 fd000000000000000000000000000002 11 00 05a9 12345678",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := unhex(t, tt.bytes)
			got := tt.header.Append(nil, tt.size)
			if !bytes.Equal(got, want) || len(got) != tt.header.Len() {
				t.Errorf("Append: %x; want %x", got, want)
			}
			body := bytes.Repeat([]byte("stone"), tt.size/5)
			got = append(append(got, body...), "what follows"...)
			header, payload, err := ip.Parse(got)
			if header != tt.header || !bytes.Equal(payload, body) || err != nil {
				t.Errorf("Parse = %+v, %q, %v; want %+v", header, payload, err, tt.header)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	good4 := (&ip.Header{Src: one4, Dst: two4, Protocol: ip.UDP, TTL: 64}).Append(nil, 0)
	good6 := (&ip.Header{Src: one6, Dst: two6, Protocol: ip.UDP, TTL: 64, More: true}).Append(nil, 0)
	change := func(b []byte, at int, to byte) []byte {
		b = bytes.Clone(b)
		b[at] = to
		return b
	}
	for _, tt := range []struct {
		name, why string
		in        []byte
	}{
		{"empty", "0 bytes", nil},
		{"cut off", "19 bytes", good4[:19]},
		{"version 5", "version 5", change(good4, 0, 0x55)},
		{"header too short", "header of 16 bytes", change(good4, 0, 0x44)},
		{"header longer than the packet", "header of 60 bytes", change(good4, 0, 0x4f)},
		{"longer than what came", "length 21", change(good4, 3, 21)},
		{"a wrong bit", "checksum", change(good4, 8, 65)},
		{"version 6 cut off", "39 bytes", good6[:39]},
		{"payload cut off", "payload of 8 bytes", good6[:47]},
		{"fragment header cut off", "fragment header in 7 bytes", change(good6, 5, 7)},
		{"mapped address", "version 4 in version 6", append((&ip.Header{Src: netip.AddrFrom16(two4.As16()), Dst: one6}).Append(nil, 0), 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := ip.Parse(tt.in); !errors.Is(err, ip.ErrPacket) || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("Parse(%x): %v; want %q", tt.in, err, tt.why)
			}
		})
	}
}

// What ICMP quotes of a packet is enough to identify it.
func TestParseBeginning(t *testing.T) {
	for _, h := range []ip.Header{
		{Src: one4, Dst: two4, Protocol: ip.UDP, TTL: 64, ID: 7, More: true},
		{Src: one6, Dst: two6, Protocol: ip.UDP, TTL: 64, ID: 7, More: true},
	} {
		b := append(h.Append(nil, 1000), "8 octets"...)
		got, payload, err := ip.ParseBeginning(b)
		if got != h || string(payload) != "8 octets" || err != nil {
			t.Errorf("ParseBeginning = %+v, %q, %v; want %+v", got, payload, err, h)
		}
		for cut := range h.Len() {
			if _, _, err := ip.ParseBeginning(b[:cut]); !errors.Is(err, ip.ErrPacket) {
				t.Errorf("of %d bytes: %v", cut, err)
			}
		}
	}
}

// Whatever can be decoded is the same after encoding and decoding again.
func FuzzParse(f *testing.F) {
	for _, h := range []ip.Header{
		{Src: one4, Dst: two4, Protocol: ip.TCP, TTL: 64, DontFragment: true},
		{Src: one4, Dst: two4, Protocol: ip.UDP, TTL: 64, ID: 7, Offset: 8, More: true},
		{Src: one6, Dst: two6, Protocol: ip.UDP, TTL: 64},
		{Src: one6, Dst: two6, Protocol: ip.UDP, TTL: 64, ID: 7, Offset: 8},
	} {
		f.Add(append(h.Append(nil, 5), "stone"...))
	}
	alone := (&ip.Header{Src: one6, Dst: two6, ID: 7, More: true}).Append(nil, 5)
	alone[ip.HeaderLen6+3] = 0 // the only fragment
	f.Add(append(alone, "stone"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = ip.ParseBeginning(b) // does not panic
		h, payload, err := ip.Parse(b)
		if err != nil {
			if !errors.Is(err, ip.ErrPacket) {
				t.Errorf("Parse(%x): %v is no ErrPacket", b, err)
			}
			return
		}
		again, rest, err := ip.Parse(append(h.Append(nil, len(payload)), payload...))
		if again != h || !bytes.Equal(rest, payload) || err != nil {
			t.Errorf("%+v, %x becomes %+v, %x, %v", h, payload, again, rest, err)
		}
	})
}
