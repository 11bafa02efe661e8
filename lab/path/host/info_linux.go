package host

import (
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"stones/lab/path"
)

// A gauge reads what the kernel knows of one TCP connection (TCP_INFO).
type gauge struct {
	now func() time.Duration
	raw syscall.RawConn

	mu     sync.Mutex
	last   unix.TCPInfo
	known  uintptr       // bytes of last that the kernel filled in
	closed bool          // last will not be read again
	due    time.Duration // when the next sample is due
	series path.Series
}

func newGauge(now func() time.Duration, raw syscall.RawConn) *gauge {
	g := &gauge{now: now, raw: raw, series: path.NewSeries()}
	g.look()
	return g
}

// look takes a sample if one is due.
func (g *gauge) look() {
	now := g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if now < g.due || !g.read() {
		return
	}
	s := path.Sample{
		At: now, Cwnd: int(g.last.Snd_cwnd),
		RTT: time.Duration(g.last.Rtt) * time.Microsecond,
		RTO: time.Duration(g.last.Rto) * time.Microsecond,
	}
	if g.last.Snd_ssthresh < noThreshold {
		s.Ssthresh = int(g.last.Snd_ssthresh)
	}
	g.series.Add(s)
	g.due = now + g.series.Interval
}

// noThreshold is the kernel's slow start threshold before any loss
// (TCP_INFINITE_SSTHRESH).
const noThreshold = 1<<31 - 1

// read reads TCP_INFO. It returns false if that failed or the socket is closed.
func (g *gauge) read() bool {
	if g.closed {
		return false
	}
	var info unix.TCPInfo
	var known uintptr
	var failed error
	err := g.raw.Control(func(fd uintptr) {
		known, failed = getsockopt(fd, unix.IPPROTO_TCP, unix.TCP_INFO, unsafe.Pointer(&info), unsafe.Sizeof(info))
	})
	if err != nil || failed != nil {
		return false
	}
	g.last, g.known = info, known
	return true
}

// close takes the last reading.
func (g *gauge) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read()
	g.closed = true
}

// record enters the samples and counts into r.
func (g *gauge) record(r *path.Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read()
	r.Samples = append(r.Samples, g.series.Samples...)
	r.Retransmitted, r.Timeouts = int(g.last.Total_retrans), int(g.last.Total_rto)
	r.CountsUnknown = ""
	if g.known < unsafe.Offsetof(g.last.Total_rto)+unsafe.Sizeof(g.last.Total_rto) {
		r.TimeoutsUnknown = path.SilentBefore
	}
}

// getsockopt reads an option of size bytes to p, and returns how many bytes the kernel
// filled in.
func getsockopt(fd uintptr, level, option uintptr, p unsafe.Pointer, size uintptr) (uintptr, error) {
	known := uint32(size)
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, level, option, uintptr(p), uintptr(unsafe.Pointer(&known)), 0)
	if errno != 0 {
		return 0, os.NewSyscallError("getsockopt", errno)
	}
	return uintptr(known), nil
}
