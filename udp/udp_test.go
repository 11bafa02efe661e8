package udp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"stones/lab/stone"
)

// pile yields stones number 1 to n.
func pile(n, size int) iter.Seq[stone.Stone] {
	return func(yield func(stone.Stone) bool) {
		for i := range n {
			if !yield(stone.Stone{Flow: 1, Number: uint64(i) + 1, Size: size}) {
				return
			}
		}
	}
}

// listen opens a catcher on this computer.
func listen(tb testing.TB) *Catcher {
	tb.Helper()
	c, err := Listen(tb.Context(), new(net.ListenConfig), "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

// dial opens a thrower.
func dial(tb testing.TB, c *Catcher) *Thrower {
	tb.Helper()
	th, err := Dial(tb.Context(), new(net.Dialer), c.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { th.Close() })
	return th
}

// caught collects what a catcher yields, until it has n or ends.
func caught(c *Catcher, n int) <-chan []string {
	list := make(chan []string, 1)
	go func() {
		var got []string
		for s, err := range c.Catch() {
			if err != nil {
				got = append(got, err.Error())
			} else {
				got = append(got, fmt.Sprint(s.Number))
			}
			if len(got) == n {
				break
			}
		}
		list <- got
	}()
	return list
}

// The catcher throws back what it catches, and the thrower reads it while it throws.
func TestAnswers(t *testing.T) {
	const n = 50
	c := listen(t)
	c.Answer = true
	got := caught(c, n+1)
	th := dial(t, c)
	answers := make(chan int, 1)
	go func() {
		next := 1
		for s, err := range th.Answers() {
			if err != nil || s.Number != uint64(next) || len(s.Carries) != 68 {
				t.Errorf("answer %d is %d, %v", next, s.Number, err)
			}
			if next++; next > n {
				break
			}
		}
		answers <- next - 1
	}()
	for s, err := range th.Throw(t.Context(), pile(n, 100)) {
		if err != nil {
			t.Fatalf("stone %d: %v", s.Number, err)
		}
	}
	if came := <-answers; came != n {
		t.Errorf("%d answers to %d stones", came, n)
	}
	c.Close()
	<-got
}

func TestThrowAndCatch(t *testing.T) {
	for _, tt := range []struct{ n, size int }{{100, stone.HeaderLen}, {50, 1000}, {1, 65507}} { // so few that a socket holds them
		t.Run(fmt.Sprint(tt.size), func(t *testing.T) {
			c := listen(t)
			got := caught(c, tt.n)
			th := dial(t, c)
			var want []string
			for s, err := range th.Throw(t.Context(), pile(tt.n, tt.size)) {
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, fmt.Sprint(s.Number))
			}
			if got := <-got; !slices.Equal(got, want) {
				t.Errorf("caught %v; want %v", got, want)
			}
		})
	}
}

// A thrower gets an error, sooner or later, if nobody listens.
func TestNobodyHome(t *testing.T) {
	c := listen(t)
	address := c.Addr().String()
	c.Close()
	th, err := Dial(t.Context(), new(net.Dialer), address)
	if err != nil {
		t.Fatal(err)
	}
	defer th.Close()
	for _, err = range th.Throw(t.Context(), pile(1000, 100)) { // UDP: after a throw that seemed to go well
		if err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("throw at nobody: %v; want %v", err, syscall.ECONNREFUSED)
	}
}

func TestListenErrors(t *testing.T) {
	c := listen(t)
	_, err := Listen(t.Context(), new(net.ListenConfig), c.Addr().String())
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listen where somebody listens: %v; want %v", err, syscall.EADDRINUSE)
	}
	_, err = Listen(t.Context(), new(net.ListenConfig), "192.0.2.1:0")
	if !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("listen on an address that is not ours: %v; want %v", err, syscall.EADDRNOTAVAIL)
	}
}

// A stone larger than the protocol carries is an error that says so.
func TestTooBig(t *testing.T) {
	c := listen(t)
	th := dial(t, c)
	for _, err := range th.Throw(t.Context(), pile(1, 65508)) {
		if !errors.Is(err, syscall.EMSGSIZE) { // UDP: its length has 16 bits
			t.Errorf("throw 65508 bytes: %v; want %v", err, syscall.EMSGSIZE)
		}
	}
}

// What is no stone is an error; whether the next stone is caught depends on the protocol.
func TestGarbage(t *testing.T) {
	whole := stone.Stone{Flow: 1, Number: 1, Size: 100}.Append(nil)
	damaged := slices.Clone(whole)
	damaged[50] ^= 1
	for _, tt := range []struct {
		name string
		sent []byte
		err  error
	}{
		{"damaged", damaged, stone.ErrDamaged},
		{"foreign", bytes.Repeat([]byte{0, 0, 0, 100}, 25), stone.ErrForeign},
		{"cut off", whole[:60], stone.ErrShort},
		{"cut off in the header", whole[:20], stone.ErrShort},
		{"no length", make([]byte, 100), stone.ErrForeign},
		{"length of 4 GiB", bytes.Repeat([]byte{0xff}, 100), stone.ErrForeign},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := listen(t)
			got := make(chan error, 2)
			go func() {
				defer close(got)
				for _, err := range c.Catch() {
					got <- err
				}
			}()
			th := dial(t, c)
			th.conn.Write(tt.sent)
			th.conn.Write(whole)
			th.conn.Close()
			if err := <-got; !errors.Is(err, tt.err) {
				t.Errorf("caught %v; want %v", err, tt.err)
			}
			if err, more := <-got; !more || err != nil { // UDP: the next datagram is whole
				t.Errorf("then caught %v; want a stone", err)
			}
		})
	}
}

// A context that ends, or a deadline that passes, ends a throw that waits.
func TestInterrupt(t *testing.T) {
	stop := errors.New("stop")
	for _, tt := range []struct {
		name string
		end  func(th *Thrower, cancel context.CancelCauseFunc)
		err  error
	}{
		{"context", func(_ *Thrower, cancel context.CancelCauseFunc) { cancel(stop) }, stop},
		{"deadline", func(th *Thrower, _ context.CancelCauseFunc) { th.SetDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		{"close", func(th *Thrower, _ context.CancelCauseFunc) { th.Close() }, net.ErrClosed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			th := dial(t, listen(t)) // nobody catches
			var last error
			for s, err := range th.Throw(ctx, pile(1<<20, 1000)) {
				if s.Number == 10 {
					tt.end(th, cancel)
					for ctx.Err() != nil && last == nil { // UDP: nothing blocks, so wait for the deadline to take effect
						_, last = th.conn.Write(nil)
					}
				}
				last = err
			}
			if !errors.Is(last, tt.err) {
				t.Errorf("the last throw: %v; want %v", last, tt.err)
			}
		})
	}
}

// Close ends a catch that waits, and is no error.
func TestCloseEndsCatch(t *testing.T) {
	c := listen(t)
	got := caught(c, 0)
	c.Close()
	if got := <-got; len(got) != 0 {
		t.Errorf("caught %v", got)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(stone.Stone{Flow: 1, Number: 1, Size: 100}.Append(nil))
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		frames := frames{parse: stone.Parse, r: one{datagram: b}, buf: make([]byte, stone.ReadSize)}
		s, err := frames.read()
		if err != nil {
			return
		}
		if again := s.Append(nil); !bytes.Equal(again, b) {
			t.Errorf("read %+v from %x", s, b)
		}
	})
}

// one is a socket that gives the same datagram again and again.
type one struct {
	net.PacketConn
	datagram []byte
}

func (o one) ReadFrom(b []byte) (int, net.Addr, error) { return copy(b, o.datagram), nil, nil }

func Example() {
	ctx := context.Background()
	catcher, err := Listen(ctx, new(net.ListenConfig), "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer catcher.Close()
	thrower, err := Dial(ctx, new(net.Dialer), catcher.Addr().String())
	if err != nil {
		panic(err)
	}
	defer thrower.Close()
	var throwing sync.WaitGroup
	throwing.Go(func() {
		for _, err := range thrower.Throw(ctx, pile(3, 100)) {
			if err != nil {
				panic(err)
			}
		}
	})
	for s, err := range catcher.Catch() {
		fmt.Println(s.Number, s.Size, err)
		if s.Number == 3 {
			break // UDP: nothing tells that this was the last
		}
	}
	throwing.Wait()
	// Output:
	// 1 100 <nil>
	// 2 100 <nil>
	// 3 100 <nil>
}
