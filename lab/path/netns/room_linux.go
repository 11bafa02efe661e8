package netns

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// A room is one end: a network namespace with one TUN device in it, whose packets are
// read and written through the descriptor tun.
type room struct {
	ns  *os.File
	tun int
}

const (
	device = "stones"
	tunDev = "/dev/net/tun"

	// noLimit is the largest value of a setting in bytes.
	noLimit = "2147483647"

	// deviceQueue is how many packets the device holds that the ferry has not read yet.
	deviceQueue = 1 << 14
)

// aside runs do on a thread of its own, which ends with do. So what do changes about its
// thread affects nothing else.
func aside(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- do()
	}()
	return <-done
}

// newRoom makes end n.
func (cfg Config) newRoom(n byte) (*room, error) {
	r := &room{tun: -1}
	err := aside(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("make a network namespace: %w", err)
		}
		var err error
		if r.ns, err = os.Open("/proc/thread-self/ns/net"); err != nil {
			return err
		}
		if r.tun, err = openTUN(); err != nil {
			return err
		}
		return cfg.furnishRoom(n)
	})
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// openTUN makes the device in the thread's namespace (tuntap.rst in the kernel's
// documentation). It takes whole IP packets, at most one MTU long, with checksums.
func openTUN() (int, error) {
	fd, err := unix.Open(tunDev, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("open %s: %w", tunDev, err)
	}
	request, err := unix.NewIfreq(device)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("make a TUN device: %w", err)
	}
	return fd, nil
}

// settings are the kernel's settings in both rooms.
func (cfg Config) settings() map[string]string {
	// The kernel gives a datagram up when too many other fragments come between its
	// fragments, as on a wire that reorders. It takes no more fragments while those of
	// incomplete datagrams fill its memory, as on a wire that loses. Both are switched
	// off.
	set := map[string]string{
		"ipv4/ipfrag_max_dist":     "0",
		"ipv4/ipfrag_high_thresh":  noLimit,
		"ipv6/ip6frag_high_thresh": noLimit,
	}
	if cfg.NoSACK {
		set["ipv4/tcp_sack"] = "0"
	}
	if cfg.ECN {
		set["ipv4/tcp_ecn"] = "1" // ask for ECN, and grant it
	}
	return set
}

// furnishRoom applies the settings in the thread's namespace, gives the device its
// address and brings it up.
func (cfg Config) furnishRoom(n byte) error {
	for name, value := range cfg.settings() {
		if err := os.WriteFile("/proc/sys/net/"+name, []byte(value), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	link, err := netlink.LinkByName(device)
	if err != nil {
		return fmt.Errorf("find the TUN device: %w", err)
	}
	own := &netlink.Addr{
		IPNet: ipNet(cfg.prefix(n)),
		Flags: unix.IFA_F_NODAD, // nobody else could have it
	}
	// Without a queueing discipline before the device, a sender that finds the device
	// full gets an error (ENOBUFS).
	direct := &netlink.GenericQdisc{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: link.Attrs().Index, Parent: netlink.HANDLE_ROOT},
		QdiscType:  "noqueue",
	}
	for _, step := range []func() error{
		func() error { return netlink.LinkSetMTU(link, cfg.mtu()) },
		func() error { return netlink.LinkSetTxQLen(link, deviceQueue) },
		func() error { return netlink.AddrAdd(link, own) },
		func() error { return netlink.QdiscReplace(direct) },
		func() error { return netlink.LinkSetUp(link) },
		func() error { return cfg.lead(link, cfg.prefix(3-n).Addr()) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("set up the TUN device: %w", err)
		}
	}
	return settled(link)
}

// lead adds the route to the other end, in which the kernel keeps the initial window and
// quick ACKs.
func (cfg Config) lead(link netlink.Link, other netip.Addr) error {
	if cfg.InitialWindow == 0 && !cfg.NoDelayedACK {
		return nil
	}
	way := &netlink.Route{
		LinkIndex: link.Attrs().Index,
		Dst:       ipNet(netip.PrefixFrom(other, other.BitLen())),
		Scope:     netlink.SCOPE_LINK,
		InitCwnd:  cfg.InitialWindow,
	}
	if cfg.NoDelayedACK {
		way.QuickACK = 1
	}
	return netlink.RouteAdd(way)
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// settled waits until the device has its address. An IPv6 address may be tentative for a
// while before the kernel uses it, even if nobody else could have it (RFC 4862 section
// 5.4).
func settled(link netlink.Link) error {
	for range 1000 {
		list, err := netlink.AddrList(link, netlink.FAMILY_V6)
		if err != nil {
			return fmt.Errorf("look at the TUN device: %w", err)
		}
		if !slices.ContainsFunc(list, func(a netlink.Addr) bool { return a.Flags&unix.IFA_F_TENTATIVE != 0 }) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return errors.New("the TUN device does not take its address")
}

// within runs do in the room: sockets that it opens belong to that namespace.
func (r *room) within(do func() error) error {
	return aside(func() error {
		if err := unix.Setns(int(r.ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter the network namespace: %w", err)
		}
		return do()
	})
}

// close releases the room. The device ends with its descriptor, and the namespace with
// the last socket in it.
func (r *room) close() error {
	var err error
	if r.tun >= 0 {
		err = unix.Close(r.tun)
	}
	if r.ns != nil {
		err = errors.Join(err, r.ns.Close())
	}
	return err
}
