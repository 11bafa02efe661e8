package tcp

import "time"

// A Config holds the settings of one end. MSS must be set. With all else zero, it is an
// end with Linux's defaults, except that timers are exact.
type Config struct {
	LocalPort, RemotePort uint16

	// MSS is the largest segment that this end's IP takes, without options: the
	// MTU less the headers of IP and TCP. It is announced to the other end.
	MSS int

	IPHeader int // bytes of IP's header, for what a received segment costs; 0 means 20

	ISS   uint32 // the initial sequence number
	Stamp uint32 // value of the time stamp clock at time 0

	// Tick is the granularity of the timers, the inverse of the kernel's HZ: 4 ms on
	// most distributions. With 0, timers are exact. Phase is how much of a tick has
	// passed at time 0.
	Tick, Phase time.Duration

	// Congestion makes the congestion control. Nil is [NewCubic].
	Congestion func() Control

	InitialWindow int      // in segments; 0 means 10 (RFC 6928)
	Recovery      Recovery // how losses are found
	NoSACK        bool     // neither offer nor accept selective acknowledgments
	NoTimestamps  bool     // neither offer nor accept time stamps
	NoScale       bool     // neither offer nor accept window scaling
	NoDelayedACK  bool     // acknowledge each segment at once
	ECN           bool     // ask for explicit congestion notification; a peer that asks gets it in any case
	Nagle         bool     // delay short segments while one is not acknowledged

	// SendBuffer and ReceiveBuffer are SO_SNDBUF and SO_RCVBUF in bytes: the buffer is
	// twice as large, and half of it is for bookkeeping. 0 means a buffer that grows
	// with the window.
	SendBuffer, ReceiveBuffer int

	KeepAlive KeepAlive
}

// A KeepAlive probes a connection on which nothing has come for long (RFC 9293
// section 3.8.4).
type KeepAlive struct {
	Enable   bool
	Idle     time.Duration // before the first probe; 0 means 2 h
	Interval time.Duration // between probes; 0 means 75 s
	Count    int           // number of unanswered probes that ends the connection; 0 means 9
}

// A Recovery is a way to find losses.
type Recovery uint8

const (
	// RACK finds losses by time (RFC 8985). It needs SACK.
	RACK Recovery = iota

	// SACK finds losses by counting selectively acknowledged segments (RFC 6675).
	// Without SACK it is NewReno (RFC 6582), which counts duplicate ACKs.
	SACK
)
