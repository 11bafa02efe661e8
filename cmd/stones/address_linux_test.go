package main

import (
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"stones/lab"
	"stones/lab/document"
)

// A catcher at all addresses answers from the address that was asked, over both
// transports and both ways.
func TestSecondAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ listen, to string }{
		{"0.0.0.0:0", "127.0.0.1"},
		{"0.0.0.0:0", "127.0.0.2"},
		{"[::]:0", "127.0.0.2"},
		{"[::]:0", "::1"},
	} {
		for _, reverse := range []bool{false, true} {
			name := tt.listen + " asked at " + tt.to
			if reverse {
				name += ", reverse"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := begun(t, t.TempDir(), "catch", "--open", "--listen", tt.listen)
				c.out.wait(t, "Ctrl-C ends it.\n")
				_, port, err := net.SplitHostPort(catchingAt.FindStringSubmatch(c.out.String())[1])
				if err != nil {
					t.Fatal(err)
				}
				args := []string{"throw", "--to", net.JoinHostPort(tt.to, port), "--count", "20", "--rate", "200", "--format", "json"}
				if reverse {
					args = append(args, "--reverse")
				}
				p := begun(t, t.TempDir(), args...)
				if code := p.over(t, 20*time.Second); code != 0 {
					t.Fatalf("exit code %d: %s", code, p.log)
				}
				var doc lab.Document
				if err := document.Unmarshal([]byte(p.out.String()), &doc); err != nil {
					t.Fatal(err)
				}
				for _, x := range doc.Results[0].Flows {
					if x.Delivered != 20 {
						t.Errorf("%s: delivered %d of 20: %s", x.Name, x.Delivered, x.Error)
					}
				}
			})
		}
	}
}

// A catcher at all addresses answers from the address that was asked, even if its
// interface has several of one family and the thrower is elsewhere.
func TestTwoAddressesOfAnInterface(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give addresses to interfaces of its own")
	}
	runtime.LockOSThread() // for good: the thread ends with the test, and with it the namespaces
	far := ownNetwork(t)
	ownNetwork(t)
	handle := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	handle(netlink.LinkAdd(&netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "near"}, PeerName: "far", PeerNamespace: netlink.NsFd(far.Fd())}))
	settle := func(link string, addresses ...string) {
		t.Helper()
		l, err := netlink.LinkByName(link)
		handle(err)
		handle(netlink.LinkSetUp(l))
		for _, text := range addresses {
			a, err := netlink.ParseAddr(text)
			handle(err)
			a.Flags = unix.IFA_F_NODAD // usable at once
			handle(netlink.AddrAdd(l, a))
		}
	}
	settle("lo") // Go probes for IPv6 there
	settle("near", "10.9.0.1/24", "10.9.0.2/24", "fd09::1/64", "fd09::2/64")
	catchers := make(map[string]string) // at which port each is
	for _, listen := range []string{"0.0.0.0:0", "[::]:0"} {
		c := begun(t, t.TempDir(), "catch", "--open", "--listen", listen)
		c.out.wait(t, "Ctrl-C ends it.\n")
		_, port, err := net.SplitHostPort(catchingAt.FindStringSubmatch(c.out.String())[1])
		handle(err)
		catchers[listen] = port
	}
	handle(unix.Setns(int(far.Fd()), unix.CLONE_NEWNET))
	settle("lo")
	settle("far", "10.9.0.9/24", "fd09::9/64")
	throwers := make(map[string]*process)
	for listen, port := range catchers {
		for _, to := range []string{"10.9.0.1", "10.9.0.2", "fd09::1", "fd09::2"} {
			if strings.Contains(to, ":") && !strings.Contains(listen, "::") {
				continue
			}
			for _, way := range []string{"--reverse=false", "--reverse"} {
				throwers[listen+" asked at "+to+" "+way] = begun(t, t.TempDir(), "throw", "--to", net.JoinHostPort(to, port), way, "--count", "20", "--rate", "200", "--format", "json")
			}
		}
	}
	for name, p := range throwers {
		if code := p.over(t, 30*time.Second); code != 0 {
			t.Errorf("%s: exit code %d: %s", name, code, p.log)
			continue
		}
		var doc lab.Document
		handle(document.Unmarshal([]byte(p.out.String()), &doc))
		if flows := doc.Results[0].Flows; len(flows) != 2 {
			t.Errorf("%s: %d flows; want 2", name, len(flows))
		}
		for _, x := range doc.Results[0].Flows {
			if x.Delivered != 20 {
				t.Errorf("%s, %s: delivered %d of 20: %s", name, x.Name, x.Delivered, x.Error)
			}
		}
	}
}

// ownNetwork moves the thread into a network namespace of its own.
func ownNetwork(t *testing.T) *os.File {
	t.Helper()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skip(err)
	}
	f, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}
