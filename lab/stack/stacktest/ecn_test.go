package stacktest

import (
	"syscall"
	"testing"

	"stones/lab/stack/tcp"
)

// ecnConnected opens a connection actively, with ECN (RFC 3168 section 6.1.1).
func ecnConnected(t *testing.T, s *Story) {
	t.Helper()
	s.Connect().Fails(syscall.EINPROGRESS)
	s.Out(same(0), "SEW 0:0(0)")
	s.In(ms(40), "SE. 0:0(0) ack 1")
	s.Out(same(40), ". 1:1(0) ack 1")
	s.Mark()
}

func wantECN(t *testing.T, s *Story, got Sent, want tcp.ECN) {
	t.Helper()
	if got.ECN != want {
		s.Fatalf("%v carries codepoint %d; want %d", got.Segment, got.ECN, want)
	}
}

func TestECNIsGrantedAndNotAskedFor(t *testing.T) {
	s := New(t, Options{})
	s.Listen().Gives(0)
	s.In(0, "SEW 0:0(0)")
	s.Out(same(0), "SE. 0:0(0) ack 1")

	s = New(t, Options{})
	s.Connect().Fails(syscall.EINPROGRESS)
	s.Out(same(0), "S 0:0(0)")
}

// RFC 3168 section 6.1.2: at most once a round trip, an echoed mark halves the window
// (CUBIC: times 0.7), and the next new segment carries CWR.
func TestAnEchoedMarkReducesTheWindowOnce(t *testing.T) {
	eachTick(t, tcp.Config{ECN: true}, func(t *testing.T, s *Story) {
		t.Helper()
		ecnConnected(t, s)
		for range 10 {
			s.Write(1000).Gives(1000)
		}
		for k := 1; k <= 10; k++ {
			wantECN(t, s, s.Out(same(0), stone("P.", k, 1000)), tcp.ECT0)
		}
		s.In(ms(40), "E. 1:1(0) ack 1001")
		wantPhase(t, s, tcp.Reducing)
		if got := s.Info().Threshold; got != 7 {
			s.Fatalf("ssthresh %d; want 7", got)
		}
		for k := 2; k <= 10; k++ {
			text := ackOf(k, 1000)
			s.In(ms(40+float64(k)/10), "E"+text)
		}
		s.Say("the next new segment carries CWR, the one after it does not")
		s.Write(1000).Gives(1000)
		s.Out(same(41), stone("WP.", 11, 1000))
		s.Write(1000).Gives(1000)
		s.Out(same(41), stone("P.", 12, 1000))
		s.In(ms(81), ackOf(12, 1000))
		wantPhase(t, s, tcp.Open)
		if got := s.Info().Threshold; got != 7 {
			s.Fatalf("ssthresh %d; want 7: one reduction a round trip", got)
		}
	})
}

// RFC 3168 section 6.1.3: the receiver sets ECE until it gets CWR.
func TestAMarkIsEchoedUntilItIsAnswered(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Listen().Gives(0)
		s.In(0, "SEW 0:0(0)")
		s.Out(same(0), "SE. 0:0(0) ack 1")
		s.In(ms(40), ". 1:1(0) ack 1")
		s.Accept().Gives(0)
		s.Mark()
		s.Reading(true)
		s.In(0, stone("P.", 1, 1000), ECT)
		s.Out(same(0), ackOf(1, 1000))
		s.In(ms(5), stone("P.", 2, 1000), CE)
		s.Out(same(5), "E"+ackOf(2, 1000))
		s.In(ms(10), stone("P.", 3, 1000), ECT)
		s.Out(same(10), "E"+ackOf(3, 1000))
		s.In(ms(15), stone("WP.", 4, 1000), ECT)
		s.Out(same(15), ackOf(4, 1000))
	})
}

// RFC 3168 section 6.1.5: a retransmission must not be ECN-capable.
func TestRetransmissionsAreNotECT(t *testing.T) {
	s := New(t, Options{Config: tcp.Config{ECN: true}})
	ecnConnected(t, s)
	s.Write(1000).Gives(1000)
	wantECN(t, s, s.Out(same(0), stone("P.", 1, 1000)), tcp.ECT0)
	again := s.Out(Within(ms(200), ms(300)), stone("P.", 1, 1000))
	wantECN(t, s, again, tcp.NotECT)
}
