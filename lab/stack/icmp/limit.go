package icmp

import (
	"net/netip"
	"time"
)

// How many errors a host sends at most, by Linux's limits. RFC 4443 section
// 2.4(f): "an IPv6 node MUST limit the rate of ICMPv6 error messages it
// originates."
const (
	// Burst is how many may go to one host at once. Pause4 and Pause6 are how long
	// it takes until one more may (net.ipv4.icmp_ratelimit, net.ipv6.icmp.ratelimit).
	Burst  = 6
	Pause4 = time.Second
	Pause6 = 100 * time.Millisecond

	// BurstAll and PauseAll are the same for all destinations together
	// (net.ipv4.icmp_msgs_burst, net.ipv4.icmp_msgs_per_sec).
	BurstAll = 50
	PauseAll = time.Millisecond
)

// A Limit decides whether an error may be sent. The zero value has sent none.
type Limit struct {
	all  bucket
	each map[netip.Addr]*bucket
}

// A bucket is a token bucket. It is full at first.
type bucket struct {
	used time.Duration // how long it takes from last on until it is full again
	last time.Duration // when it was used last
}

// take takes one token, if there is one.
func (b *bucket) take(now time.Duration, burst int, pause time.Duration) bool {
	b.used = max(0, b.used-(now-b.last))
	b.last = now
	if b.used+pause > time.Duration(burst)*pause {
		return false
	}
	b.used += pause
	return true
}

// Allow reports whether an error may be sent to a host at time now, and counts
// it.
func (l *Limit) Allow(now time.Duration, to netip.Addr) bool {
	b := l.each[to]
	if b == nil {
		if l.each == nil {
			l.each = map[netip.Addr]*bucket{}
		}
		b = &bucket{}
		l.each[to] = b
	}
	pause := Pause4
	if to.Is6() {
		pause = Pause6
	}
	return b.take(now, Burst, pause) && l.all.take(now, BurstAll, PauseAll)
}
