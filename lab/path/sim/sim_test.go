package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stones/lab/path/sim"
	"stones/lab/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

const wake = 30 * time.Microsecond // until a woken program runs

// A story is a world in a test.
type story struct {
	*testing.T
	*sim.World
}

func begin(t *testing.T, cfg sim.Config) *story {
	t.Helper()
	w, err := sim.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return &story{t, w}
}

// far is a world with 50 ms each way.
func far() sim.Config {
	return sim.Config{Seed: 1, Out: wire.Shape{Delay: 50 * ms}, Back: wire.Shape{Delay: 50 * ms}}
}

// run runs tasks and expects that all end.
func (s *story) run(tasks ...func()) {
	s.Helper()
	if err := s.World.Run(s.Context(), tasks...); err != nil {
		s.Fatal(err)
	}
}

// at expects that the world's clock shows a time, to the microsecond.
func (s *story) at(want time.Duration, what string) {
	s.Helper()
	if got := s.Now().Round(time.Microsecond); got != want {
		s.Errorf("%s at %v; want %v", what, got, want)
	}
}

// is expects an error that means want.
func (s *story) is(err, want error, what string) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: %v; want %v", what, err, want)
	}
	var op *net.OpError
	if err != nil && !errors.Is(want, io.EOF) && !errors.As(err, &op) {
		s.Errorf("%s: %T; want a *net.OpError", what, err)
	}
}

// pair connects a stream and gives both ends to the tasks.
func (s *story) pair(thrower, catcher func(net.Conn)) {
	s.Helper()
	l, err := s.Listen(s.Context(), "tcp", s.Address("tcp"))
	if err != nil {
		s.Fatal(err)
	}
	s.run(func() {
		conn, err := s.DialContext(s.Context(), "tcp", l.Addr().String())
		if err != nil {
			s.Error(err)
			return
		}
		thrower(conn)
	}, func() {
		conn, err := l.Accept()
		if err != nil {
			s.Error(err)
			return
		}
		catcher(conn)
		l.Close()
	})
}

func TestStream(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		t.Run(fmt.Sprintf("ipv6=%t", v6), func(t *testing.T) {
			cfg := far()
			cfg.IPv6 = v6
			s := begin(t, cfg)
			s.pair(func(c net.Conn) {
				s.at(100*ms, "connected")
				if n, err := c.Write([]byte("hello")); n != 5 || err != nil {
					t.Errorf("Write = %d, %v", n, err)
				}
				c.(interface{ CloseWrite() error }).CloseWrite()
				answer, err := io.ReadAll(c)
				if string(answer) != "world" || err != nil {
					t.Errorf("read %q, %v; want %q", answer, err, "world")
				}
				c.Close()
			}, func(c net.Conn) {
				s.at(150*ms, "accepted")
				words, err := io.ReadAll(c)
				s.at(150*ms+wake, "the FIN")
				if string(words) != "hello" || err != nil {
					t.Errorf("read %q, %v; want %q", words, err, "hello")
				}
				io.WriteString(c, "world")
				c.Close()
			})
		})
	}
}

// All that is written is read, in order, even if the road loses much and the reader is
// slow.
func TestStreamIsWhole(t *testing.T) {
	cfg := far()
	if err := cfg.Out.Loss.UnmarshalText([]byte("5%")); err != nil {
		t.Fatal(err)
	}
	cfg.Buffer = 16 << 10
	want := bytes.Repeat([]byte("stones and more stones "), 10_000)
	s := begin(t, cfg)
	s.pair(func(c net.Conn) {
		for part := range bytes.SplitAfterSeq(want, []byte("and ")) {
			if _, err := c.Write(part); err != nil {
				t.Error(err)
				return
			}
		}
		c.Close()
	}, func(c net.Conn) {
		var got bytes.Buffer
		buf := make([]byte, 4096)
		for {
			n, err := c.Read(buf)
			got.Write(buf[:n])
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Error(err)
				break
			}
			s.SleepUntil(t.Context(), s.Now()+ms)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("read %d bytes that are not the %d written", got.Len(), len(want))
		}
		c.Close()
	})
}

func TestStreamDeadlines(t *testing.T) {
	s := begin(t, far())
	s.pair(func(c net.Conn) {
		buf := make([]byte, 1)

		t.Log("# a deadline ends a wait at its time, and not for ever")
		c.SetReadDeadline(s.Time(300 * ms))
		_, err := c.Read(buf)
		s.is(err, os.ErrDeadlineExceeded, "Read")
		s.at(300*ms, "the deadline")
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("%v is no timeout", err)
		}

		t.Log("# one that has passed ends a call at once")
		_, err = c.Read(buf)
		s.is(err, os.ErrDeadlineExceeded, "Read")
		c.SetDeadline(time.Unix(1, 0))
		_, err = c.Write(buf)
		s.is(err, os.ErrDeadlineExceeded, "Write")

		t.Log("# without one the wait goes on")
		c.SetDeadline(time.Time{})
		if _, err := c.Read(buf); err != nil {
			t.Error(err)
		}
		s.at(550*ms+wake, "the answer")

		t.Log("# closed is closed")
		c.Close()
		_, err = c.Read(buf)
		s.is(err, net.ErrClosed, "Read")
		_, err = c.Write(buf)
		s.is(err, net.ErrClosed, "Write")
		s.is(c.Close(), net.ErrClosed, "Close")
	}, func(c net.Conn) {
		s.SleepUntil(t.Context(), 500*ms)
		c.Write([]byte("x"))
		io.Copy(io.Discard, c)
		c.Close()
	})
}

func TestDial(t *testing.T) {
	t.Run("closed port", func(t *testing.T) {
		s := begin(t, far())
		s.run(func() {
			_, err := s.DialContext(t.Context(), "tcp", s.Address("tcp"))
			s.is(err, syscall.ECONNREFUSED, "dial")
			s.at(100*ms, "refused")
		})
	})
	t.Run("nobody answers", func(t *testing.T) {
		cfg := far()
		if err := cfg.Out.Loss.UnmarshalText([]byte("100%")); err != nil {
			t.Fatal(err)
		}
		s := begin(t, cfg)
		s.run(func() {
			_, err := s.DialContext(t.Context(), "tcp", s.Address("tcp"))
			s.is(err, syscall.ETIMEDOUT, "dial")
			if s.Now() < 60*time.Second {
				t.Errorf("gave up after %v", s.Now())
			}
		})
	})
	t.Run("deadline", func(t *testing.T) {
		cfg := far()
		if err := cfg.Out.Loss.UnmarshalText([]byte("100%")); err != nil {
			t.Fatal(err)
		}
		s := begin(t, cfg)
		s.run(func() {
			ctx, cancel := context.WithDeadline(t.Context(), s.Time(2*time.Second))
			defer cancel()
			_, err := s.DialContext(ctx, "tcp", s.Address("tcp"))
			s.is(err, os.ErrDeadlineExceeded, "dial")
			s.at(2*time.Second, "gave up")
		})
	})
	t.Run("not an address", func(t *testing.T) {
		s := begin(t, far())
		s.run(func() {
			if _, err := s.DialContext(t.Context(), "tcp", "localhost:1"); err == nil || !strings.Contains(err.Error(), "localhost:1") {
				t.Errorf("dial: %v; want it to name the address", err)
			}
		})
	})
}

func TestListen(t *testing.T) {
	s := begin(t, far())
	if _, err := s.Listen(t.Context(), "tcp", s.Address("tcp")); err != nil {
		t.Fatal(err)
	}
	_, err := s.Listen(t.Context(), "tcp", s.Address("tcp"))
	s.is(err, syscall.EADDRINUSE, "listen again")
	if _, err := s.ListenPacket(t.Context(), "udp", s.Address("udp")); err != nil {
		t.Fatal(err)
	}
	_, err = s.ListenPacket(t.Context(), "udp", s.Address("udp"))
	s.is(err, syscall.EADDRINUSE, "listen again")
	_, err = s.Listen(t.Context(), "tcp", "192.0.2.1:1")
	s.is(err, syscall.EADDRNOTAVAIL, "listen on a stranger's address")
	_, err = s.ListenPacket(t.Context(), "udp", "192.0.2.1:1")
	s.is(err, syscall.EADDRNOTAVAIL, "listen on a stranger's address")
}

func TestDatagrams(t *testing.T) {
	s := begin(t, far())
	catcher, err := s.ListenPacket(t.Context(), "udp", s.Address("udp"))
	if err != nil {
		t.Fatal(err)
	}
	s.run(func() {
		c, err := s.DialContext(t.Context(), "udp", catcher.LocalAddr().String())
		if err != nil {
			t.Error(err)
			return
		}
		s.at(0, "ready")
		for _, text := range []string{"one", "", "three"} {
			if _, err := c.Write([]byte(text)); err != nil {
				t.Error(err)
			}
		}
		_, err = c.Write(make([]byte, 65508))
		s.is(err, syscall.EMSGSIZE, "Write of 65508 bytes")
		buf := make([]byte, 10)
		n, err := c.Read(buf)
		if string(buf[:n]) != "back" || err != nil {
			t.Errorf("Read = %q, %v", buf[:n], err)
		}
		s.at(100*ms+2*wake, "the answer")
		c.Close()
		catcher.Close()
	}, func() {
		buf := make([]byte, 4)
		for _, want := range []string{"one", "", "thre"} { // what does not fit is lost
			n, from, err := catcher.ReadFrom(buf)
			if string(buf[:n]) != want || err != nil {
				t.Errorf("ReadFrom = %q, %v; want %q", buf[:n], err, want)
			}
			if want == "thre" {
				catcher.WriteTo([]byte("back"), from)
			}
		}
		_, _, err := catcher.ReadFrom(buf)
		s.is(err, net.ErrClosed, "ReadFrom")
	})
}

// Of 10 datagrams to a closed port, those fail that follow an answer; each answer is
// returned once.
func TestNobodyHome(t *testing.T) {
	s := begin(t, far())
	s.run(func() {
		c, err := s.DialContext(t.Context(), "udp", s.Address("udp"))
		if err != nil {
			t.Error(err)
			return
		}
		refused := 0
		for i := range 10 {
			s.SleepUntil(t.Context(), time.Duration(i)*30*ms)
			if _, err := c.Write([]byte("stone")); err != nil {
				s.is(err, syscall.ECONNREFUSED, "Write")
				refused++
			}
		}
		if out := s.Record("udp").Out.Sent; refused != 4 || out != 6 {
			t.Errorf("%d refused, %d on the wire; want 4, 6", refused, out)
		}
		c.Close()
	})
}

// When nothing can happen any more, Run returns an error that says who waits.
func TestDeadlock(t *testing.T) {
	s := begin(t, far())
	l, err := s.Listen(t.Context(), "tcp", s.Address("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	err = s.World.Run(t.Context(), func() { l.Accept() })
	if err == nil || !strings.Contains(err.Error(), "accept") {
		t.Errorf("Run = %v; want an error that says accept", err)
	}
}

// A world with a limit ends there, whoever waits.
func TestTooMuch(t *testing.T) {
	for most, want := range map[int]error{0: nil, 1000: nil, 50: sim.ErrTooMuch} {
		cfg := far()
		cfg.Most = most
		s, turns := begin(t, cfg), 0
		if err := s.World.Run(t.Context(), func() {
			for ; turns < 100; turns++ {
				_ = s.SleepUntil(t.Context(), time.Duration(turns)*time.Millisecond)
			}
		}); !errors.Is(err, want) || (err == nil) != (turns == 100) {
			t.Errorf("at most %d: Run = %v after %d turns; want %v", most, err, turns, want)
		}
	}
}

// When a context ends, sleeping tasks wake up.
func TestCancel(t *testing.T) {
	s := begin(t, far())
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	err := s.World.Run(ctx, func() {
		cancel(stop)
		if err := s.SleepUntil(ctx, time.Hour); !errors.Is(err, stop) {
			t.Errorf("SleepUntil = %v; want %v", err, stop)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// The panic of a task is the panic of Run.
func TestPanic(t *testing.T) {
	s := begin(t, far())
	defer func() {
		if r := recover(); r != "oh" {
			t.Errorf("recovered %v", r)
		}
	}()
	s.run(func() { panic("oh") })
}

// A datagram over a delay of 50 ms is read when the catching program has been woken.
func ExampleOpen() {
	w, err := sim.Open(sim.Config{Out: wire.Shape{Delay: 50 * ms}, Back: wire.Shape{Delay: 50 * ms}})
	if err != nil {
		panic(err)
	}
	defer w.Close()
	ctx := context.Background()
	catcher, err := w.ListenPacket(ctx, "udp", w.Address("udp"))
	if err != nil {
		panic(err)
	}
	err = w.Run(ctx, func() {
		conn, err := w.DialContext(ctx, "udp", catcher.LocalAddr().String())
		if err != nil {
			panic(err)
		}
		fmt.Fprint(conn, "catch!")
	}, func() {
		buf := make([]byte, 100)
		n, _, err := catcher.ReadFrom(buf)
		fmt.Println(w.Now(), string(buf[:n]), err)
	})
	fmt.Println(err)
	// Output:
	// 50.03ms catch! <nil>
	// <nil>
}

// busy sends 2 MB over a stream.
func busy(t *testing.T, w *sim.World) {
	t.Helper()
	s := &story{t, w}
	s.pair(func(c net.Conn) {
		for range 2000 {
			if _, err := c.Write(make([]byte, 1000)); err != nil {
				t.Error(err)
				return
			}
		}
		c.Close()
	}, func(c net.Conn) {
		io.Copy(io.Discard, c)
		c.Close()
	})
}

// The same seed gives the same packets, whatever number of processors there is.
func TestSameOnManyProcessors(t *testing.T) {
	cfg := far()
	cfg.Packets = true
	cfg.Out.Reorder.Share = 10_000_000
	for text, v := range map[string]interface{ UnmarshalText([]byte) error }{"2%": &cfg.Out.Loss, "5Mbit": &cfg.Out.Bandwidth, "50": &cfg.Out.Queue} {
		if err := v.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := begin(t, cfg)
	busy(t, one.World)
	runtime.GOMAXPROCS(8)
	many := begin(t, cfg)
	busy(t, many.World)
	if a, b := one.Now(), many.Now(); a != b {
		t.Errorf("ended at %v and at %v", a, b)
	}
	if a, b := one.Record("tcp").Packets, many.Record("tcp").Packets; !reflect.DeepEqual(a, b) {
		t.Errorf("%d packets and %d differ", len(a), len(b))
	}
}
