// Package netns is the path between two network namespaces of this computer: the
// kernel's own TCP and UDP, with the emulated wire between them, in real time.
//
// Each end has a namespace with a TUN device in it. A [ferry] reads what the kernel
// sends into one device, gives it to package wire, and writes it into the other device
// when the wire says so. So the kernel meets the same loss, delay and queue as the
// stacks of package sim with the same seed, and the fate of every packet is known here
// too.
//
// What it deliberately lacks: virtual time. An experiment runs in real time, and packets
// come out a little later than the wire says; how much is in the record.
//
// It needs Linux, and the right to make namespaces. [Enter] gets that right from a user
// namespace where the system allows it. Namespaces and devices end with the process,
// however it ends.
package netns

import (
	"stones/lab/path"
	"stones/lab/wire"
)

// Config says what a world is like. The zero value is two ends with nothing
// between them.
type Config struct {
	Flows      path.Flows // at most one over UDP
	Seed       uint64
	IPv6       bool
	Out, Back  wire.Shape // from thrower to catcher, and back
	Congestion string     // TCP's congestion control; empty means DefaultCongestion
	path.Tuning
	Buffer int // bytes of each socket buffer; 0 means the kernel's own choice

	Counters bool             // keep TCP's counters, for the record
	Packets  bool             // keep what becomes of every packet, for the record
	Tap      func(path.Frame) // called for every packet that leaves an end or arrives there; may be nil
}

// DefaultCongestion is TCP's default congestion control: that of the path sim, not the
// system's.
const DefaultCongestion = path.CUBIC

func (cfg Config) congestion() string {
	if cfg.Congestion == "" {
		return DefaultCongestion
	}
	return cfg.Congestion
}

// DefaultMTU is the MTU in bytes if the wire has none.
const DefaultMTU = 1500

func (cfg Config) mtu() int {
	if cfg.Out.MTU == 0 {
		return DefaultMTU
	}
	return cfg.Out.MTU
}
