package server

import (
	"cmp"
	"fmt"
	"time"

	"stones/lab/control"
	"stones/lab/seal"
	"stones/lab/stone"
)

// Limits are what a server allows at most. A plan that asks for more is refused, never
// cut down to what is allowed. A field that is 0 has its default.
type Limits struct {
	Connections int // of strangers; 2048
	Sessions    int // of clients that have proved the key or planned; 80
	PerAddress  int // of these from one address, where there is no key; four fifths of Sessions, but all of up to 64
	Flows       int // of a session; 4
	Written     int // bytes that all flows may record of arrivals; 256 MiB

	// Of one flow.
	Stones   int           // 100,000
	Rate     int           // stones a second, on the average; 10,000
	Duration time.Duration // as planned; 60 s
	Size     int           // bytes of a stone; 65,507
	Bytes    int           // of all its stones; 1 GiB
	Load     int           // bytes of the content that its stones are to carry; 65 MiB, and four times that of all flows

	// Total time limits; trickling bytes do not extend them.
	FirstLine time.Duration // for the first line of a connection; 5 s
	Idle      time.Duration // for the next line of a session without flows still to be reported; 60 s
	Alive     time.Duration // for the next line of the others; 5 s
	Grace     time.Duration // for what is late: stones after the planned end, readers of a reply; 15 s
}

// Defaults returns the limits with each that is 0 set to its default.
func (l Limits) Defaults() Limits {
	sessions := cmp.Or(l.Sessions, 80)
	return Limits{
		Connections: cmp.Or(l.Connections, 2048),
		Sessions:    sessions,
		PerAddress:  cmp.Or(l.PerAddress, max(min(64, sessions), sessions*4/5)),
		Flows:       cmp.Or(l.Flows, 4),
		Stones:      cmp.Or(l.Stones, 100_000),
		Rate:        cmp.Or(l.Rate, 10_000),
		Duration:    cmp.Or(l.Duration, time.Minute),
		Size:        cmp.Or(l.Size, 65_507),
		Bytes:       cmp.Or(l.Bytes, 1<<30),
		Load:        cmp.Or(l.Load, 65<<20),
		Written:     cmp.Or(l.Written, 256<<20),
		FirstLine:   cmp.Or(l.FirstLine, 5*time.Second),
		Idle:        cmp.Or(l.Idle, time.Minute),
		Alive:       cmp.Or(l.Alive, 5*time.Second),
		Grace:       cmp.Or(l.Grace, 15*time.Second),
	}
}

// perConnection is how many bytes of memory a connection takes at most, with its
// buffers and the task that serves it.
const perConnection = 40 << 10

// Memory is how many bytes all sessions, flows and strangers take together at most.
func (l Limits) Memory() int {
	l = l.Defaults()
	connections := l.Connections + l.Sessions*(1+l.Flows)
	return l.Written + loads*l.Load + connections*perConnection
}

// Lines says what the limits are, for people.
func (l Limits) Lines() []string {
	l = l.Defaults()
	return []string{
		fmt.Sprintf("strangers: %d connections at once; then the oldest goes of the address that has most", l.Connections),
		fmt.Sprintf("sessions: %d at once of who has proved the key or, where there is none, planned; then %d from one address", l.Sessions, l.PerAddress),
		fmt.Sprintf("flows: %d a session", l.Flows),
		fmt.Sprintf("stones: %d a flow", l.Stones),
		fmt.Sprintf("rate: %d stones/s, and as many at once", l.Rate),
		fmt.Sprintf("duration: %v a flow", l.Duration),
		fmt.Sprintf("size: %d to %d B a stone; over UDP up to %d B", stone.HeaderLen, l.size("tcp"), l.size("udp")),
		fmt.Sprintf("bytes: %d a flow", l.Bytes),
		fmt.Sprintf("load: %d B a flow, %d in all", l.Load, loads*l.Load),
		fmt.Sprintf("written down: %d B in all flows", l.Written),
		fmt.Sprintf("memory: %d MiB for all that", l.Memory()>>20),
		fmt.Sprintf("line: %d B", control.MaxLen),
		fmt.Sprintf("first line: within %v, and the proof of the key", l.FirstLine),
		fmt.Sprintf("next line: within %v; within %v while a flow is planned and its report not asked for", l.Idle, l.Alive),
		fmt.Sprintf("late stones: up to %v after the planned end", l.Grace),
	}
}

// maxDatagram is the largest payload of a UDP datagram over IPv4, in bytes (RFC 768,
// RFC 791).
const maxDatagram = 65_507

// size is the largest stone in bytes.
func (l Limits) size(transport string) int {
	if transport == "udp" {
		return min(l.Size, maxDatagram-seal.TagLen)
	}
	return min(l.Size, stone.MaxSize)
}

// check rejects a plan that asks for more than is allowed.
func (l Limits) check(p control.Plan) error {
	over := max(p.Duration, time.Second) // a shorter plan may have a second's worth of stones
	switch size := l.size(p.Transport); {
	case p.Count > l.Stones:
		return fmt.Errorf("limit: %d stones; allowed 1 to %d a flow", p.Count, l.Stones)
	case p.Size > size:
		return fmt.Errorf("limit: %d B a stone; allowed %d to %d over %s", p.Size, stone.HeaderLen, size, p.Transport)
	case p.Duration > l.Duration:
		return fmt.Errorf("limit: %v; allowed up to %v a flow", p.Duration, l.Duration)
	case p.Count > l.Bytes/p.Size:
		return fmt.Errorf("limit: %d stones of %d B; allowed up to %d B a flow", p.Count, p.Size, l.Bytes)
	case float64(p.Count) > float64(l.Rate)*over.Seconds():
		return fmt.Errorf("limit: %d stones in %v; allowed up to %d stones/s", p.Count, p.Duration, l.Rate)
	}
	return nil
}
