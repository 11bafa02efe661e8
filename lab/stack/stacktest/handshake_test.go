package stacktest

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"stones/lab/stack/tcp"
)

func TestHandshakeOptions(t *testing.T) {
	s := New(t, Options{})
	s.Connect().Fails(syscall.EINPROGRESS)
	s.Out(same(0), "S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 10>")
	s.In(ms(40), "S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 500 ecr 100,nop,wscale 10>")
	s.Out(same(40), ". 1:1(0) ack 1 win 63 <nop,nop,TS val 140 ecr 500>") // the SYN's window, scaled

	s = New(t, Options{})
	s.Listen().Gives(0)
	s.Accept().Fails(syscall.EAGAIN)
	s.In(0, "S 0:0(0) win 64240 <mss 1460,sackOK,TS val 500 ecr 0,nop,wscale 10>")
	s.Out(same(0), "S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 100 ecr 500,nop,wscale 10>")
	s.Accept().Fails(syscall.EAGAIN)
	s.In(ms(40), ". 1:1(0) ack 1 <nop,nop,TS val 540 ecr 100>")
	s.Accept().Gives(0)
}

// What the other end does not offer is not used.
func TestHandshakeWithoutOptions(t *testing.T) {
	for _, tt := range []struct {
		syn    string
		window int // whole segments: of 1460 B, or of 1448 B beside time stamps
		want   string
	}{
		{"<mss 1000>", 64_240, "<mss 1460>"},
		{"<mss 1000,sackOK>", 64_240, "<mss 1460,nop,nop,sackOK>"},
		{"<mss 1000,nop,wscale 7>", 64_240, "<mss 1460,nop,wscale 10>"},
		{"<mss 1000,sackOK,TS val 1 ecr 0>", 65_160, "<mss 1460,sackOK,TS val 5 ecr 1>"},
	} {
		s := New(t, Options{})
		s.Listen().Gives(0)
		s.In(0, "S 0:0(0) win 65535 "+tt.syn)
		s.Out(same(0), fmt.Sprintf("S. 0:0(0) ack 1 win %d %s", tt.window, tt.want))
	}
}

func TestV17SYNIsRepeated(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connect().Fails(syscall.EINPROGRESS)
		s.Out(same(0), "S 0:0(0)")
		s.Say("four times after a second, then after twice as long each time")
		s.Say("from the second on the timer begins where the wheel's grain of 32 ms does")
		for _, gap := range []When{
			timer(1000, 1004, 1032),
			timer(1000, 1024, 1024), timer(1000, 1024, 1024), timer(1000, 1024, 1024), timer(1000, 1024, 1024),
			timer(2000, 2016, 2016),
			timer(4000, 4004, 4256),
		} {
			s.Mark()
			s.Out(gap, "S 0:0(0)")
		}
	})
}

func TestV18SYNACKIsRepeated(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Listen().Gives(0)
		s.In(0, "S 0:0(0)")
		s.Out(same(0), "S. 0:0(0) ack 1")
		for _, gap := range []When{timer(1000, 1004, 1032), timer(2000, 2016, 2016), timer(4000, 4004, 4256), timer(8000, 8192, 8192)} {
			s.Mark()
			s.Out(gap, "S. 0:0(0) ack 1")
		}
	})
}

func TestASecondSYNIsAnsweredAtOnce(t *testing.T) {
	s := New(t, Options{})
	s.Listen().Gives(0)
	s.In(0, "S 0:0(0)")
	s.Out(same(0), "S. 0:0(0) ack 1")
	s.In(ms(300), "S 0:0(0)")
	s.Out(same(300), "S. 0:0(0) ack 1")
}

// opened connects; the first lost SYNs get no answer. It returns when the connection is
// open.
func opened(t *testing.T, s *Story, lost int) {
	t.Helper()
	s.Connect().Fails(syscall.EINPROGRESS)
	for range lost {
		s.Next(Within(0, time.Hour), "SYN")
	}
	s.Next(Within(0, time.Hour), "SYN")
	s.In(s.Now()+ms(40), "S. 0:0(0) ack 1")
	s.Out(At(s.Now()), ". 1:1(0) ack 1")
}

func TestLostSYNsCloseTheWindow(t *testing.T) {
	for lost, want := range []int{10, 10, 1, 1} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			opened(t, s, lost)
			wantWindow(t, s, want, none)
		})
	}
}

func TestV19TwoLostSYNsLeaveOneStone(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		opened(t, s, 2)
		if at := s.Now(); s.options.Tick == 0 && at != ms(2040) || s.options.Tick > 0 && (at < ms(2064) || at > ms(2100)) {
			s.Fatalf("open at %v; want 2040 ms, with a tick 2064 to 2100", at)
		}
		s.Mark()
		s.Write(1000).Gives(1000)
		s.Out(same(0), stone("P.", 1, 1000))
		for n := 2; n <= 8; n++ {
			s.Until(ms(float64(5 * (n - 1))))
			s.Write(1000).Gives(1000)
		}
		s.Say("the others wait for its ACK, and travel as full segments")
		s.In(ms(40), ackOf(1, 1000))
		s.Out(same(40), ". 1001:2449(1448) ack 1")
	})
}

func TestLostSYNACKsCloseTheWindow(t *testing.T) {
	for lost, want := range []int{10, 10, 1} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			s.Listen().Gives(0)
			s.In(0, "S 0:0(0)")
			for range lost + 1 {
				s.Next(Within(0, time.Hour), "SYN-ACK")
			}
			s.In(s.Now()+ms(40), ". 1:1(0) ack 1")
			s.Accept().Gives(0)
			wantWindow(t, s, want, none)
		})
	}
}

// RFC 9293 section 3.10.7.4: a segment that comes before the handshake's ACK
// carries that ACK.
func TestDataMayOvertakeTheHandshakesACK(t *testing.T) {
	s := New(t, Options{})
	s.Listen().Gives(0)
	s.In(0, "S 0:0(0)")
	s.Out(same(0), "S. 0:0(0) ack 1")
	s.In(ms(40), stone("P.", 1, 1000))
	s.Out(same(40), ". 1:1(0) ack 1001")
	s.Accept().Gives(0)
	s.Read(2000).Gives(1000)
	s.Say("the ACK is old now, and an old segment is answered")
	s.In(ms(41), ". 1:1(0) ack 1")
	s.Out(same(41), ". 1:1(0) ack 1001")
	s.Silent(ms(1000))
}

func TestV20RetransmissionTimeout(t *testing.T) {
	for _, tt := range []struct{ rtt, exact, ticked float64 }{
		{40.27, 240.27, 244},
		{300, 900, 900},
		{10, 210, 212},
	} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			s.Connected(ms(tt.rtt))
			want := ms(tt.exact)
			if s.options.Tick > 0 {
				want = ms(tt.ticked)
			}
			if got := s.Info().RTO; got != want {
				t.Errorf("RTO %v after a handshake of %v ms; want %v", got, tt.rtt, want)
			}
		})
	}
}

func TestAClosedPortRefuses(t *testing.T) {
	s := New(t, Options{})
	s.In(0, "S 0:0(0)")
	s.Out(same(0), "R. 0:0(0) ack 1 win 0 <>")

	s = New(t, Options{})
	s.Connect().Fails(syscall.EINPROGRESS)
	s.Out(same(0), "S 0:0(0)")
	s.In(ms(40), "R. 0:0(0) ack 1")
	s.SocketError().Fails(syscall.ECONNREFUSED)
	s.Silent(time.Hour)
}
