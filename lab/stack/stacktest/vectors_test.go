package stacktest

import (
	"fmt"
	"syscall"
	"testing"

	"stones/lab/stack/tcp"
)

// Without SACK there is no probe, so that the timeout comes first, and doubles.
func TestV1And5TheTimeoutDoubles(t *testing.T) {
	eachTick(t, tcp.Config{NoSACK: true}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connected(ms(rtt))
		s.Write(1000).Gives(1000)
		s.Out(same(0), stone("P.", 1, 1000))
		doublings(t, s, stone("P.", 1, 1000),
			timer(rto, 244, 248),
			timer(2*rto, 492, 520),
			timer(4*rto, 992, 992),
			timer(8*rto, 1984, 1984))
	})
}

func TestV2TheProbeComesAfterTwoRoundTrips(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connected(ms(rtt))
		s.Write(1000).Gives(1000)
		s.Write(1000).Gives(1000)
		s.Out(same(0), stone("P.", 1, 1000))
		s.Out(same(0), stone("P.", 2, 1000))
		s.Out(timer(2*rtt+2, 84, 88), stone("P.", 2, 1000))
	})
}

// What is left of the reordering window is short, and the timer adds 2 ms.
func TestV4TheReorderingTimerIsShort(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		const trip, left = 40, 0.2
		const second = trip/4 - left // when stone 2 leaves
		s.Connected(ms(trip))
		s.Write(1000).Gives(1000)
		s.Out(same(0), stone("P.", 1, 1000))
		s.Until(ms(second))
		s.Write(1000).Gives(1000)
		s.Out(same(second), stone("P.", 2, 1000))
		const sack = second + trip
		s.In(ms(sack), ackOf(0, 1000, [2]int{2, 2}))
		s.Out(timer(sack+left+2, sack+4, sack+8), stone("P.", 1, 1000))
	})
}

// The send buffer follows the window while a writer waits: after each burst that leaves
// room in the window, it has room for two windows. A writer that was woken and has not
// written yet does not wait, so the buffer stays as it is. The kernel therefore has two
// courses, depending on how quick the program is. (With a slow program the kernel goes on
// with 82 and 164 segments, the stack with 104 and 172: when exactly the kernel wakes the
// program is not known.)
func TestV24TheSendBufferFollowsTheWindow(t *testing.T) {
	for _, tt := range []struct {
		name string
		slow bool // the program writes once in a round trip
		want []int
	}{
		{"a program that is quick", false, []int{20, 40, 80, 160, 320}},
		{"a program that is slow", true, []int{20, 30, 46}},
	} {
		s := New(t, Options{})
		s.Connected(ms(40))
		acked, out := 0, 0
		for round, want := range tt.want {
			if !tt.slow {
				s.Writing(1448)
			}
			for n := 1; tt.slow && n > 0; {
				n, _ = s.machine.writeSome(1448)
			}
			at := ms(float64(40 * (round + 1)))
			out += len(s.Skip(at))
			for to := out; acked < to; {
				acked = min(acked+2, to)
				s.In(at, ackOf(acked, 1448))
				out += len(s.Skip(at))
			}
			i := s.Info()
			if window := 20 << round; i.Window != window || i.SendBuffer != want*2*segment {
				t.Errorf("%s: after %d round trips the window is %d and the send buffer %d; want %d, and %d for %d segments", tt.name, round+1, i.Window, i.SendBuffer, window, want*2*segment, want)
			}
		}
	}
}

// segment is what a full segment costs a send buffer.
const segment = 2304

// A pause halves the window for each timeout that it lasts, down to the initial window.
func TestV27TheWindowAfterPauses(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		const stones, gap, trip = 300, 2, 47
		s.Connected(ms(trip))
		var waiting []Sent
		last := 0.0
		for at := 0.0; at < stones*gap || len(waiting) > 0; at++ {
			for len(waiting) > 0 && waiting[0].At+ms(trip) <= ms(at) {
				a := waiting[0]
				waiting = waiting[1:]
				s.In(a.At+ms(trip), fmt.Sprintf(". 1:1(0) ack %d", a.Seq+uint32(a.Len)))
				waiting = append(waiting, s.Skip(s.Now())...)
			}
			if at < stones*gap && int(at)%gap == 0 {
				s.Until(ms(at))
				s.WriteAll(1000)
			}
			waiting = append(waiting, s.Skip(max(s.Now(), ms(at)))...)
			if n := len(waiting); n > 0 {
				last = inMS(waiting[n-1].At)
			}
		}
		wantCwnd(t, s, 48)
		for i, tt := range []struct {
			pause  float64
			window int
		}{{100, 48}, {252, 24}, {352, 12}, {652, 10}} {
			last += tt.pause
			s.Until(ms(last))
			s.Write(1000).Gives(1000)
			s.Out(same(last), stone("P.", stones+1+i, 1000))
			wantCwnd(t, s, tt.window)
			s.In(ms(last+trip), ackOf(stones+1+i, 1000))
		}
	})
}

// wantCwnd checks the congestion window alone.
func wantCwnd(t *testing.T, s *Story, window int) {
	t.Helper()
	if got := s.Info().Window; got != window {
		s.Fatalf("cwnd %d; want %d", got, window)
	}
}

// A closed window is probed again and again, each time after twice as long.
func TestV45AClosedWindowIsProbed(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connect().Fails(syscall.EINPROGRESS)
		s.Out(same(0), "S 0:0(0)")
		s.In(ms(rtt), "S. 0:0(0) ack 1")
		s.Out(same(rtt), ". 1:1(0) ack 1")
		s.In(ms(rtt), ". 1:1(0) ack 1 win 0")
		s.Mark()
		s.Write(3000).Gives(3000)
		doublings(t, s, ". 0:0(0) ack 1",
			timer(rto, 244, 248),
			timer(2*rto, 492, 520),
			timer(4*rto, 992, 992),
			timer(8*rto, 1984, 1984),
			timer(16*rto, 3908, 4160))
		s.In(s.Now()+ms(rtt), ". 1:1(0) ack 1")
		s.Out(At(s.Now()), ". 1:1449(1448) ack 1")
	})
}
