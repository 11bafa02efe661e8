package host

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A throwing is a thrower and a catcher of UDP in a test.
type throwing struct {
	*testing.T
	*World
	conn    net.Conn
	catcher net.PacketConn
	next    uint32 // number of the datagram to throw
}

// The ways in which a thrower can give its datagrams to the kernel.
var ways = []string{"offload", "sendmmsg", "plain"}

func newThrowing(t *testing.T, cfg Config, way string) *throwing {
	t.Helper()
	cfg.Plain = way == "plain"
	w, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	th := &throwing{T: t, World: w, next: 1}
	th.listen(w.Address("udp"))
	th.conn, err = w.DialContext(t.Context(), "udp", th.catcher.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	if way == "sendmmsg" {
		th.conn.(*sender).offload = false
	}
	t.Cleanup(func() {
		th.conn.Close()
		th.catcher.Close()
		w.Close()
	})
	return th
}

func (th *throwing) listen(address string) {
	th.Helper()
	var err error
	if th.catcher, err = th.ListenPacket(th.Context(), "udp", address); err != nil {
		th.Fatal(err)
	}
}

// throw throws numbered datagrams and returns the numbers of those that were
// taken, and the errors of the others.
func (th *throwing) throw(count, size int) (taken []uint32, errs []error) {
	th.Helper()
	for range count {
		n, err := th.conn.Write(binary.BigEndian.AppendUint32(make([]byte, size-4, size), th.next))
		if err == nil && n == size {
			taken = append(taken, th.next)
		} else {
			errs = append(errs, err)
		}
		th.next++
	}
	return taken, errs
}

// wantCaught reads what the catcher's socket holds.
func (th *throwing) wantCaught(want []uint32) {
	th.Helper()
	var got []uint32
	buf := make([]byte, 64<<10)
	for {
		patience := 10 * time.Second
		if len(got) >= len(want) {
			patience = 5 * time.Millisecond // over the loopback a datagram has arrived when the write returns
		}
		th.catcher.SetReadDeadline(time.Now().Add(patience))
		n, from, err := th.catcher.ReadFrom(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			th.Fatal(err)
		}
		if from.String() != th.conn.LocalAddr().String() {
			th.Errorf("a datagram from %v; want %v", from, th.conn.LocalAddr())
		}
		got = append(got, binary.BigEndian.Uint32(buf[n-4:n]))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		th.Errorf("caught %v; want %v", got, want)
	}
}

// sleep lets the world's clock sleep.
func (th *throwing) sleep() {
	th.Helper()
	if err := th.SleepUntil(th.Context(), th.Now()+time.Millisecond); err != nil {
		th.Error(err)
	}
}

func TestHeldBack(t *testing.T) {
	for _, way := range ways[:2] {
		t.Run("way="+way, func(t *testing.T) {
			th := newThrowing(t, Config{}, way)

			t.Log("# they leave when the clock sleeps, in order")
			taken, _ := th.throw(3, 1000)
			th.wantCaught(nil)
			if err := th.SleepUntil(t.Context(), th.Now()); err != nil {
				t.Error(err)
			}
			th.wantCaught(nil)
			th.sleep()
			th.wantCaught(taken)

			t.Log("# when the batch is full")
			taken, _ = th.throw(maxSegments, 1000)
			th.wantCaught(taken)

			t.Log("# when one of another size comes, and that one in its turn")
			taken, _ = th.throw(2, 100)
			more, _ := th.throw(1, 101)
			th.wantCaught(taken)
			th.sleep()
			th.wantCaught(more)

			t.Log("# before one that leaves alone because no second one fits")
			taken, _ = th.throw(2, 100)
			more, _ = th.throw(1, 40_000)
			th.wantCaught(append(taken, more...))

			t.Log("# when all has been thrown")
			taken, _ = th.throw(2, 100)
			th.Drain(t.Context(), "udp", time.Hour, func() bool { return !th.push() })
			th.wantCaught(taken)

			t.Log("# before an answer is waited for")
			taken, _ = th.throw(2, 100)
			th.conn.SetReadDeadline(time.Now())
			th.conn.Read(make([]byte, 1))
			th.wantCaught(taken)

			t.Log("# when the thrower is interrupted")
			taken, _ = th.throw(2, 100)
			th.conn.SetDeadline(time.Unix(1, 0))
			th.wantCaught(taken)
			if _, errs := th.throw(1, 100); len(errs) != 1 || !errors.Is(errs[0], os.ErrDeadlineExceeded) {
				t.Errorf("after the deadline: %v", errs)
			}

			t.Log("# when it is closed, interrupted or not")
			th.conn.SetDeadline(time.Time{})
			taken, _ = th.throw(2, 100)
			th.conn.SetDeadline(time.Now().Add(time.Microsecond))
			time.Sleep(time.Millisecond)
			if err := th.conn.Close(); err != nil {
				t.Error(err)
			}
			th.wantCaught(taken)
			if _, errs := th.throw(1, 100); len(errs) != 1 || !errors.Is(errs[0], net.ErrClosed) {
				t.Errorf("after Close: %v", errs)
			}
			if err := th.conn.Close(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("close twice: %v", err)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	th := newThrowing(t, Config{}, "plain")
	taken, _ := th.throw(3, 1000)
	th.wantCaught(taken)
}

// The first write to a closed port succeeds, and the datagram is refused. One later write
// returns the error, and its datagram is not sent.
func TestRefused(t *testing.T) {
	for _, way := range ways {
		t.Run("way="+way, func(t *testing.T) {
			th := newThrowing(t, Config{}, way)
			th.catcher.Close()
			th.throw(1, 1000)
			th.sleep()

			t.Log("# the port is open again, and everything that is taken comes")
			th.listen(th.conn.RemoteAddr().String())
			taken, errs := th.throw(2*maxSegments, 1000)
			th.sleep()
			if len(errs) != 1 || !errors.Is(errs[0], unix.ECONNREFUSED) {
				t.Errorf("the errors are %v; want one that says refused", errs)
			}
			if len(taken) != 2*maxSegments-1 {
				t.Errorf("%d were taken; want all but one", len(taken))
			}
			th.wantCaught(taken)
		})
	}

	t.Log("# told behind a write's back, it is told by the next")
	th := newThrowing(t, Config{}, "offload")
	th.catcher.Close()
	for i, want := range []bool{false, false, true, false, true} {
		_, errs := th.throw(1, 100)
		if refused := len(errs) == 1 && errors.Is(errs[0], unix.ECONNREFUSED); refused != want {
			t.Errorf("write %d: %v; want it refused: %t", i+1, errs, want)
		}
		th.sleep()
	}
}

func TestTooLong(t *testing.T) {
	for _, way := range ways {
		t.Run("way="+way, func(t *testing.T) {
			th := newThrowing(t, Config{}, way)
			taken, _ := th.throw(2, 100)
			if _, errs := th.throw(1, maxDatagram+1); len(errs) != 1 || !errors.Is(errs[0], unix.EMSGSIZE) {
				t.Errorf("%d bytes: %v; want EMSGSIZE", maxDatagram+1, errs)
			}
			more, _ := th.throw(1, maxDatagram)
			th.wantCaught(append(taken, more...))
		})
	}
}

// A datagram may be empty, and a catcher may ask for less than there is.
func TestShort(t *testing.T) {
	th := newThrowing(t, Config{}, "offload")
	th.conn.Write(nil)
	th.throw(3, 1000)
	th.sleep()
	buf := make([]byte, 60)
	for i, want := range []int{0, 60, 60, 60} {
		if n, _, err := th.catcher.ReadFrom(buf); n != want || err != nil {
			t.Errorf("datagram %d: %d bytes, %v; want %d", i, n, err, want)
		}
	}
}

// Where the device cannot cut messages, or not into so many, the datagrams are sent in
// another way, and none is lost or comes twice.
func TestNoOffload(t *testing.T) {
	th := newThrowing(t, Config{}, "offload")
	s := th.conn.(*sender)
	s.batch.most = 1 << 20 // more than the kernel takes as one message
	taken, errs := th.throw(maxSegments, 9000)
	if len(errs) > 0 || s.offload {
		t.Errorf("errors %v, offload %t; want none, false", errs, s.offload)
	}
	th.wantCaught(taken)
	th.drained = true
	if err := th.Check(); err != nil {
		t.Error(err)
	}
}

// What the socket had no room for is counted exactly: with a catcher that sleeps, with
// one that reads, and with one that closes early.
func TestExactDrops(t *testing.T) {
	for _, way := range ways {
		for _, size := range []int{64, 1000, 9000} {
			for _, buffer := range []int{1, 16 << 10, 256 << 10, 0} {
				t.Run(fmt.Sprintf("way=%s/size=%d/buffer=%d", way, size, buffer), func(t *testing.T) {
					th := newThrowing(t, Config{Buffer: buffer}, way)
					const count = 3001
					dropped := func(caught int) {
						t.Helper()
						if r := th.Record("udp"); r.DropsUnknown != "" || caught+r.ReceiverDrops != count {
							t.Errorf("caught %d, dropped %d %s; want %d together", caught, r.ReceiverDrops, r.DropsUnknown, count)
						}
						if err := th.Check(); err != nil {
							t.Error(err)
						}
					}
					if _, errs := th.throw(count, size); len(errs) > 0 {
						t.Fatal(errs[0])
					}
					caught := 0
					err := th.World.Run(t.Context(), func() {
						th.Drain(t.Context(), "udp", time.Hour, func() bool { return false })
						th.catcher.Close()
					}, func() {
						for ; ; caught++ {
							if _, _, err := th.catcher.ReadFrom(make([]byte, size)); err != nil {
								if !errors.Is(err, net.ErrClosed) {
									t.Error(err)
								}
								return
							}
						}
					})
					if err != nil {
						t.Fatal(err)
					}
					dropped(caught)
				})
			}
		}
	}
}

// After a catcher has closed its full socket early, its drops are still known.
func TestLeftEarly(t *testing.T) {
	for _, way := range ways {
		t.Run("way="+way, func(t *testing.T) {
			th := newThrowing(t, Config{Buffer: 64 << 10}, way)
			const count = 1000
			th.throw(count, 1000)
			th.sleep()
			a := th.account
			th.catcher.ReadFrom(make([]byte, 1000))
			th.catcher.Close()
			r := th.Record("udp")
			if r.DropsUnknown != "" || r.ReceiverDrops == 0 || int(a.taken.datagrams.Load())+r.ReceiverDrops != count {
				t.Errorf("%d were in the socket, dropped %d %s; want %d together", a.taken.datagrams.Load(), r.ReceiverDrops, r.DropsUnknown, count)
			}
			if err := th.Check(); err != nil {
				t.Error("before a drain there is no law:", err)
			}
			th.drained = true
			if err := th.Check(); err == nil {
				t.Error("what was not read broke no law")
			}
		})
	}
}

// A datagram that is neither given to the catcher nor counted as dropped breaks the law.
func TestLaw(t *testing.T) {
	for _, way := range ways {
		t.Run("way="+way, func(t *testing.T) {
			th := newThrowing(t, Config{}, way)
			taken, _ := th.throw(100, 1000)
			th.sleep()
			th.wantCaught(taken)
			th.drained = true
			if err := th.Check(); err != nil {
				t.Error(err)
			}
			th.account.given.add(1, 1)
			if err := th.Check(); err == nil {
				t.Error("one datagram more was given than came, and no law is broken")
			}
		})
	}
	th := newThrowing(t, Config{}, "offload")
	th.drained, th.unsent = true, 1
	if err := th.Check(); err == nil {
		t.Error("one datagram was not sent, and no law is broken")
	}
}

func TestReceiverWaits(t *testing.T) {
	th := newThrowing(t, Config{}, "offload")
	broken := func(name string, err, want error) {
		t.Helper()
		var op *net.OpError
		if !errors.Is(err, want) || !errors.As(err, &op) {
			t.Errorf("%s: %v; want %v, from the socket", name, err, want)
		}
	}
	read := func() error {
		_, _, err := th.catcher.ReadFrom(make([]byte, 100))
		return err
	}

	t.Log("# a deadline, also with datagrams at hand")
	th.catcher.SetReadDeadline(time.Now().Add(time.Millisecond))
	broken("deadline", read(), os.ErrDeadlineExceeded)
	th.catcher.SetReadDeadline(time.Time{})
	th.throw(maxSegments, 100)
	if err := read(); err != nil {
		t.Error(err)
	}
	th.catcher.SetReadDeadline(time.Unix(1, 0))
	broken("deadline in the past", read(), os.ErrDeadlineExceeded)
	th.catcher.SetReadDeadline(time.Time{})
	for range maxSegments - 1 {
		if err := read(); err != nil {
			t.Error(err)
		}
	}

	t.Log("# Close while it waits")
	waiting := make(chan struct{})
	err := th.World.Run(t.Context(), func() {
		close(waiting)
		broken("closed", read(), net.ErrClosed)
	}, func() {
		<-waiting
		time.Sleep(time.Millisecond)
		if err := th.catcher.Close(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Error(err)
	}
	broken("after Close", read(), net.ErrClosed)
	broken("close twice", th.catcher.Close(), net.ErrClosed)
}

// The kernel says when a datagram came, however late it is read.
func TestArrival(t *testing.T) {
	for _, way := range ways {
		t.Run("way="+way, func(t *testing.T) {
			th := newThrowing(t, Config{}, way)
			th.sleep() // the kernel begins to stamp a little after it was asked
			var before, after [3]time.Duration
			for i := range before {
				before[i] = th.Now()
				th.throw(2, 100)
				th.sleep()
				after[i] = th.Now()
				time.Sleep(5 * time.Millisecond)
			}
			for i := range before {
				for range 2 {
					if _, _, err := th.catcher.ReadFrom(make([]byte, 100)); err != nil {
						t.Fatal(err)
					}
					if at := th.Arrival("udp"); at < before[i] || at > after[i] {
						t.Errorf("thrown between %v and %v, read at %v, came at %v", before[i], after[i], th.Now(), at)
					}
				}
			}
			if now := th.Now(); th.Arrival("tcp") < now {
				t.Error("TCP's arrival is not now")
			}
		})
	}
}

func TestStamps(t *testing.T) {
	began := time.Now()
	s := stamps{now: func() time.Duration { return time.Since(began) }}
	s.sample()
	for _, tt := range []struct {
		name           string
		at, least, max time.Duration
	}{
		{"before the world", -time.Hour, 0, 0},
		{"in the past", s.last - 1, s.last - time.Second, s.last},
		{"in the future", s.last + time.Hour, s.last, s.last},
	} {
		if got := s.at(s.offset + int64(tt.at)); got < tt.least || got > tt.max {
			t.Errorf("a stamp %s is at %v; want %v to %v", tt.name, got, tt.least, tt.max)
		}
	}
	if got := s.at(0); got != s.last {
		t.Errorf("no stamp is at %v; want %v", got, s.last)
	}
}

// Two comparisons of the clocks differ a little. A socket returns messages in the order in
// which they came, so their times must never go back.
func TestStampsNeverGoBack(t *testing.T) {
	const ms = time.Millisecond
	s := stamps{last: time.Second}
	for i, tt := range []struct {
		offset      int64
		stamp, want time.Duration
	}{
		{0, 500 * ms, 500 * ms},
		{int64(20 * time.Microsecond), 500*ms + 10*time.Microsecond, 500 * ms}, // by this comparison it is earlier
		{int64(20 * time.Microsecond), 501 * ms, 501*ms - 20*time.Microsecond},
		{int64(-time.Second), 501 * ms, time.Second}, // never in the future
		{0, 502 * ms, time.Second},
		{0, 0, time.Second},
	} {
		s.offset = tt.offset
		if got := s.at(int64(tt.stamp)); got != tt.want {
			t.Errorf("stamp %d is at %v; want %v", i+1, got, tt.want)
		}
	}
}

// Datagrams of another sender are returned, and do not count in the account.
func TestStranger(t *testing.T) {
	th := newThrowing(t, Config{}, "offload")
	stranger, err := net.Dial("udp", th.catcher.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	stranger.Write([]byte("hello"))
	th.throw(1, 100)
	th.sleep()
	for range 2 {
		if _, _, err := th.catcher.ReadFrom(make([]byte, 100)); err != nil {
			t.Error(err)
		}
	}
	th.drained = true
	if err := th.Check(); err != nil {
		t.Error(err)
	}
}
