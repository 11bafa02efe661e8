package icmp_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"testing"
	"time"

	"stones/lab/stack/icmp"
	"stones/lab/stack/ip"
)

func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		kind     icmp.Kind
		protocol uint8
		mtu      int
		want     string
	}{
		{icmp.PortUnreachable, ip.ICMP, 0, "0303000000000000"},
		{icmp.PortUnreachable, ip.ICMPv6, 0, "0104000000000000"},
		{icmp.TooBig, ip.ICMP, 1400, "0304000000000578"},
		{icmp.TooBig, ip.ICMPv6, 1400, "0200000000000578"},
		{icmp.HopsExceeded, ip.ICMP, 0, "0b00000000000000"},
		{icmp.HopsExceeded, ip.ICMPv6, 0, "0300000000000000"},
		{icmp.ReassemblyTime, ip.ICMP, 0, "0b01000000000000"},
		{icmp.ReassemblyTime, ip.ICMPv6, 0, "0301000000000000"},
	} {
		m := icmp.Message{Kind: tt.kind, MTU: tt.mtu, Quote: []byte("a packet")}
		b := m.Append(nil, tt.protocol)
		if got := hex.EncodeToString(b[:icmp.HeaderLen]); got != tt.want || len(b) != m.Len() {
			t.Errorf("%v over %d: %s, %d bytes; want %s", tt.kind, tt.protocol, got, len(b), tt.want)
		}
		got, err := icmp.Parse(b, tt.protocol)
		if got.Kind != m.Kind || got.MTU != m.MTU || !bytes.Equal(got.Quote, m.Quote) || err != nil {
			t.Errorf("%v over %d: parsed %+v, %v", tt.kind, tt.protocol, got, err)
		}
	}
	if _, err := icmp.Parse(make([]byte, 7), ip.ICMP); !errors.Is(err, icmp.ErrMessage) {
		t.Errorf("7 bytes: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x03\x04\x00\x00\x00\x00\x05\x78quote"), false)
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x05\x78quote"), true)
	f.Fuzz(func(t *testing.T, b []byte, six bool) {
		protocol := uint8(ip.ICMP)
		if six {
			protocol = ip.ICMPv6
		}
		m, err := icmp.Parse(b, protocol)
		if err != nil || m.Kind == icmp.Other {
			return
		}
		again, err := icmp.Parse(m.Append(nil, protocol), protocol)
		if again.Kind != m.Kind || again.MTU != m.MTU || !bytes.Equal(again.Quote, m.Quote) || err != nil {
			t.Errorf("%+v becomes %+v, %v", m, again, err)
		}
	})
}

// Measured on Linux: of 100 errors at once 6 are sent, and then one a second over IPv4,
// or ten a second over IPv6.
func TestLimit(t *testing.T) {
	var l icmp.Limit
	one, two, six := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::1")
	count := func(now time.Duration, to netip.Addr, tries int) (n int) {
		for range tries {
			if l.Allow(now, to) {
				n++
			}
		}
		return n
	}
	for _, tt := range []struct {
		now   time.Duration
		to    netip.Addr
		tries int
		want  int
	}{
		{0, one, 10, 6},
		{0, two, 10, 6},
		{0, six, 10, 6},
		{300 * time.Millisecond, six, 10, 3},
		{999 * time.Millisecond, one, 10, 0},
		{time.Second, one, 10, 1},
		{3 * time.Second, one, 10, 2},
		{time.Hour, one, 10, 6},
	} {
		if got := count(tt.now, tt.to, tt.tries); got != tt.want {
			t.Errorf("at %v to %v: %d of %d; want %d", tt.now, tt.to, got, tt.tries, tt.want)
		}
	}
	all := 0
	for n := range byte(100) {
		all += count(2*time.Hour, netip.AddrFrom4([4]byte{192, 0, 2, n}), 1)
	}
	if all != icmp.BurstAll {
		t.Errorf("%d to 100 hosts at once; want %d", all, icmp.BurstAll)
	}
}
