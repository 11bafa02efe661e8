package host

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/nettest"
	"golang.org/x/sys/unix"

	"stones/lab/path"
)

// connect returns both ends of a TCP connection.
func connect(t *testing.T, w *World) (thrower *stream, catcher net.Conn) {
	t.Helper()
	l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := w.DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if catcher, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { catcher.Close() })
	return conn.(*stream), catcher
}

func newWorld(t *testing.T, cfg Config) *World {
	t.Helper()
	w, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func TestHeldBackStream(t *testing.T) {
	w := newWorld(t, Config{})
	thrower, catcher := connect(t, w)
	write := func(text string) {
		t.Helper()
		if n, err := io.WriteString(thrower, text); n != len(text) || err != nil {
			t.Errorf("wrote %d bytes, %v; want %d", n, err, len(text))
		}
	}
	wantRead := func(want string) {
		t.Helper()
		catcher.SetReadDeadline(time.Now().Add(10 * time.Second))
		got := make([]byte, len(want))
		if _, err := io.ReadFull(catcher, got); string(got) != want || err != nil {
			t.Errorf("read %.20q, %v; want %.20q", got, err, want)
		}
	}
	wantNothing := func() {
		t.Helper()
		catcher.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		if n, err := catcher.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read %d bytes, %v; want none", n, err)
		}
	}

	t.Log("# it leaves when the clock sleeps")
	write("one")
	write("two")
	wantNothing()
	w.SleepUntil(t.Context(), w.Now())
	wantNothing()
	w.SleepUntil(t.Context(), w.Now()+time.Millisecond)
	wantRead("onetwo")

	t.Log("# when the buffer is full")
	write("first")
	full := strings.Repeat("x", holdBack-1)
	write(full)
	wantRead("first")
	wantNothing()
	write("yz")
	wantRead(full)

	t.Log("# before one as large as the buffer, which leaves at once")
	write(strings.Repeat("w", holdBack))
	wantRead("yz" + strings.Repeat("w", holdBack))

	t.Log("# before an answer is waited for")
	write("question")
	catcher.Write([]byte("answer"))
	if n, err := thrower.Read(make([]byte, 10)); n != len("answer") || err != nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
	wantRead("question")

	t.Log("# before the FIN")
	write("end")
	if err := thrower.CloseWrite(); err != nil {
		t.Error(err)
	}
	if rest, err := io.ReadAll(catcher); string(rest) != "end" || err != nil {
		t.Errorf("read %q, %v; want the end", rest, err)
	}

	t.Log("# when it is closed")
	thrower, catcher = connect(t, w)
	write("bye")
	if err := thrower.Close(); err != nil {
		t.Error(err)
	}
	wantRead("bye")
	if _, err := thrower.Write(nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write after Close: %v", err)
	}
	if err := thrower.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("close twice: %v", err)
	}
}

// A plain stream holds nothing back.
func TestPlainStream(t *testing.T) {
	thrower, catcher := connect(t, newWorld(t, Config{Plain: true}))
	io.WriteString(thrower, "one")
	catcher.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := catcher.Read(make([]byte, 10)); n != len("one") || err != nil {
		t.Errorf("read %d bytes, %v; want 3", n, err)
	}
}

// A Write that waits for room can be interrupted, and does not keep the clock from
// sleeping.
func TestInterrupt(t *testing.T) {
	for _, size := range []int{1000, holdBack} {
		w := newWorld(t, Config{Buffer: 64 << 10})
		thrower, catcher := connect(t, w)
		stuck := make(chan struct{})
		written := 0
		err := w.Run(t.Context(), func() {
			for {
				if written > 4<<20 {
					close(stuck) // both buffers have long been full
				}
				n, err := thrower.Write(make([]byte, size))
				written += n
				if err != nil {
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("interrupted: %v", err)
					}
					return
				}
			}
		}, func() {
			select {
			case <-stuck:
				t.Error("it never waits")
			case <-time.After(20 * time.Millisecond):
			}
			if err := w.SleepUntil(t.Context(), w.Now()+2*time.Millisecond); err != nil {
				t.Error(err)
			}
			thrower.SetDeadline(time.Unix(1, 0))
		})
		if err != nil {
			t.Error(err)
		}

		t.Log("# what was taken comes, and nothing of what was not")
		thrower.SetDeadline(time.Time{})
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := thrower.CloseWrite(); err != nil {
				t.Error(err)
			}
		})
		if n, err := io.Copy(io.Discard, catcher); int(n) != written || err != nil {
			t.Errorf("read %d bytes, %v; want %d", n, err, written)
		}
		wg.Wait()
	}
}

// What finds no room when the clock begins to sleep is sent while it sleeps.
func TestLeavesAsleep(t *testing.T) {
	w := newWorld(t, Config{Buffer: 16 << 10})
	thrower, catcher := connect(t, w)
	thrower.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	written := 0
	for {
		n, err := thrower.Write(make([]byte, 1000))
		if err != nil {
			break
		}
		written += n
	}
	thrower.SetWriteDeadline(time.Time{})
	if !w.push() {
		t.Error("there was room")
	}
	asleep, wake := t.Context(), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-wake:
				return
			default:
				w.SleepUntil(asleep, w.Now()+5*time.Millisecond)
			}
		}
	})
	catcher.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := io.ReadFull(catcher, make([]byte, written)); n != written || err != nil {
		t.Errorf("read %d bytes, %v; want %d", n, err, written)
	}
	close(wake)
	wg.Wait()
}

// An error of what was written outside of a Write is returned by the next call.
func TestLate(t *testing.T) {
	w := newWorld(t, Config{})
	thrower, catcher := connect(t, w)
	catcher.(*net.TCPConn).SetLinger(0) // a reset
	catcher.Close()
	io.WriteString(thrower, "one")
	w.SleepUntil(t.Context(), w.Now()+time.Millisecond)
	_, err := io.WriteString(thrower, "two")
	var op *net.OpError
	if !errors.Is(err, unix.ECONNRESET) && !errors.Is(err, unix.EPIPE) || !errors.As(err, &op) {
		t.Errorf("write: %v; want it to say that the connection was reset", err)
	}
	if err := thrower.CloseWrite(); err == nil {
		t.Error("the FIN found a connection")
	}
}

// The thrower's end is a connection like any other.
func TestConn(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		w := newWorld(t, Config{})
		c1, c2 = connect(t, w)
		return c1, c2, func() { c1.Close(); c2.Close() }, nil
	})
}

func TestTCPInfo(t *testing.T) {
	w := newWorld(t, Config{})
	if r := w.Record("tcp"); r.CountsUnknown == "" {
		t.Error("there was no connection, and its counts are known")
	}
	thrower, catcher := connect(t, w)
	thrower.Write(make([]byte, holdBack))
	catcher.Read(make([]byte, holdBack))
	r := w.Record("tcp")
	if len(r.Samples) == 0 {
		t.Errorf("counts unknown: %q, %d samples", r.CountsUnknown, len(r.Samples))
	}
	if s := r.Samples[0]; s.Cwnd == 0 || s.Ssthresh > 1<<30 || s.At > w.Now() || s.RTT > time.Second || s.RTO == 0 {
		t.Errorf("the first sample is %+v", s)
	}

	t.Log("# the counts stay when the connection is closed")
	thrower.Close()
	if after := w.Record("tcp"); after.CountsUnknown != r.CountsUnknown || len(after.Samples) != len(r.Samples) {
		t.Errorf("after Close: %+v; want %+v", after, r)
	}

	t.Log("# a long one keeps every other sample, again and again")
	thrower, _ = connect(t, w)
	now := w.Now()
	thrower.gauge.now = func() time.Duration { return now }
	for range 1000 {
		thrower.gauge.look()
		now += path.FirstInterval
	}
	samples := w.Record("tcp").Samples
	if len(samples) < path.SeriesSize/2 || len(samples) > path.SeriesSize {
		t.Errorf("%d samples", len(samples))
	}
	for i := range samples[2:] {
		if gap := samples[i+2].At - samples[i+1].At; gap != 8*path.FirstInterval {
			t.Errorf("sample %d came %v after the one before; want %v", i+2, gap, 8*path.FirstInterval)
		}
	}
}

// A process that may open no more sockets gets an error. The test does it in a process of
// its own, for which alone the limit is lowered.
func TestDescriptors(t *testing.T) {
	const child = "STONES_TEST_DESCRIPTORS"
	if os.Getenv(child) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDescriptors$")
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	w := newWorld(t, Config{})
	l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	before := limit
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before)
	limit.Cur = 3 // standard input, output and error
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() error{
		"dial tcp": func() error { _, err := w.DialContext(t.Context(), "tcp", l.Addr().String()); return err },
		"dial udp": func() error { _, err := w.DialContext(t.Context(), "udp", l.Addr().String()); return err },
		"listen":   func() error { _, err := w.Listen(t.Context(), "tcp", w.Address("tcp")); return err },
		"catch":    func() error { _, err := w.ListenPacket(t.Context(), "udp", w.Address("udp")); return err },
	} {
		if err := open(); !errors.Is(err, unix.EMFILE) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want it to say in one line that there are too many open files", name, err)
		}
	}
}
