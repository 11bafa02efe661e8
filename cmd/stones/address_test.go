package main

import (
	"net/netip"
	"strings"
	"testing"

	"stones/lab/server"
)

func TestParsePlace(t *testing.T) {
	for _, tt := range []struct {
		text, want string // that, or what the error says
	}{
		{"192.0.2.7", "192.0.2.7:12333"},
		{"192.0.2.7:5000", "192.0.2.7:5000"},
		{"teacher", "teacher:12333"},
		{"Teacher.example.:1", "Teacher.example.:1"},
		{"::1", "[::1]:12333"},
		{"[::1]", "[::1]:12333"},
		{"[2001:db8::7]:65535", "[2001:db8::7]:65535"},
		{"2001:db8::1234", "[2001:db8::1234]:12333"}, // no address is left without its end
		{"2001:db8::1:123", "[2001:db8::1:123]:12333"},
		{"2001:db8::1:1234", "put the address in brackets, as in [2001:db8::1]:1234"},
		{"[2001:db8::1:1234]", "[2001:db8::1:1234]:12333"},
		{"::ffff:192.0.2.7", "[::ffff:192.0.2.7]:12333"},
		{"::ffff:224.0.0.1", "the address of a group"},
		{"3com.example", "3com.example:12333"},
		{"a_b.example", "a_b.example:12333"},
		{"192.0.2.7:05000", "192.0.2.7:5000"},
		{"192.0.2.7:+5000", "not a port"},
		{"192.0.2.7:5０00", "not a port"},
		{"192.0.2.07", "not an address"},
		{"1.2.3.4.5", "not an address"},
		{"example.0x10", "not an address"},
		{"имя.example", "not a name"},
		{"host ", "not a name"},
		{".", "not a name"},
		{"[]:5", "brackets are for an IPv6 address"},
		{"[::1]5", "brackets are for an IPv6 address"},
		{"fe80::1%", "not an IPv6 address"},
	} {
		p, err := parsePlace(tt.text)
		if err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && p.String() != tt.want {
			t.Errorf("parsePlace(%q) = %v, %v; want %s", tt.text, p, err, tt.want)
		}
	}
}

// A link-local address with an existing interface is valid, by its name or by its
// number.
func TestZone(t *testing.T) {
	names := interfaces()
	if len(names) == 0 {
		t.Skip("there are no interfaces")
	}
	for _, zone := range []string{names[0], "1"} {
		if _, err := parsePlace("[fe80::1%" + zone + "]:5000"); err != nil && zone != "1" {
			t.Error(err)
		}
	}
}

func TestIsOurs(t *testing.T) {
	ours := []string{"127.0.0.1", "192.0.2.7", "fe80::7%eth0", "nonsense"}
	for text, want := range map[string]bool{
		"192.0.2.7": true, "::ffff:192.0.2.7": true, "192.0.2.8": false, "0.0.0.0": true, "::": true, "127.0.0.5": true, "fe80::7%eth0": true, "224.0.0.1": false,
	} {
		if got := isOurs(netip.MustParseAddr(text), ours); got != want {
			t.Errorf("isOurs(%s) = %t, want %t", text, got, want)
		}
	}
	if isOurs(netip.Addr{}, ours) {
		t.Error("a name is ours")
	}
}

// More sessions than the system has files for are reduced, with a warning.
func TestFitting(t *testing.T) {
	for _, tt := range []struct{ sessions, files, want, connections int }{
		{64, 0, 64, 2048},
		{64, 1 << 20, 64, 2048},
		{1000, 1 << 20, 1000, 4000},
		{100_000, 0, 100_000, 400_000},
		{100_000, 1064, 500, 1000},
		{64, 256, 64, 192},
		{64, 3, 1, 2},
	} {
		l, told := fitting(server.Limits{Sessions: tt.sessions}, tt.files)
		if l.Sessions != tt.want || l.Connections != tt.connections || (told != "") != (tt.want < tt.sessions) {
			t.Errorf("%d sessions and %d files: %d sessions, %d connections, %q; want %d, %d", tt.sessions, tt.files, l.Sessions, l.Connections, told, tt.want, tt.connections)
		}
	}
}
