package stacktest

import (
	"syscall"
	"testing"
	"time"

	"stones/lab/stack/tcp"
)

// A window of less than a segment is filled exactly, after the time of the first probe.
func TestASmallWindowIsFilled(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connect().Fails(syscall.EINPROGRESS)
		s.Out(same(0), "S 0:0(0)")
		s.In(ms(rtt), "S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 1 ecr 0>")
		s.Out(same(rtt), ". 1:1(0) ack 1")
		s.In(ms(rtt), ". 1:1(0) ack 1 win 65535")
		s.In(ms(rtt+1), "P. 1:2(1) ack 1 win 65535")
		s.Out(same(rtt+1), ". 1:1(0) ack 2")
		s.In(ms(rtt+2), ". 2:2(0) ack 1 win 500")
		s.Mark()
		s.Write(3000).Gives(3000)
		s.Out(timer(rto, 244, 248), "P. 1:501(500) ack 2")
	})
}

func TestV46FINIsRepeated(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connected(ms(rtt))
		s.Shutdown().Gives(0)
		s.Out(same(0), "F. 1:1(0) ack 1")
		doublings(t, s, "F. 1:1(0) ack 1",
			timer(rto, 244, 248),
			timer(rto, 244, 248),
			timer(2*rto, 492, 520),
			timer(4*rto, 992, 992),
			timer(8*rto, 1984, 1984))
	})
}

func TestFINRidesOnTheLastSegment(t *testing.T) {
	s := New(t, Options{})
	s.Connected(ms(40))
	for range 11 {
		s.Write(1000).Gives(1000)
	}
	for k := 1; k <= 10; k++ {
		s.Out(same(0), stone("P.", k, 1000))
	}
	s.Shutdown().Gives(0)
	s.In(ms(40), ackOf(1, 1000))
	s.Out(same(40), "FP. 10001:11001(1000) ack 1")
	s.Write(1).Fails(syscall.EPIPE)
}

func TestAFINInOrderWaitsForTheProgram(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Accepted(ms(40))
		s.In(0, "P. 1:101(100) ack 1")
		s.Out(same(0), ". 1:1(0) ack 101")
		s.In(ms(10), "F. 101:101(0) ack 1")
		s.Out(timer(50, 50, 58), ". 1:1(0) ack 102")
		s.Read(1000).Gives(100)
		s.Read(1000).Gives(0)
		s.Shutdown().Gives(0)
		s.Out(At(s.Now()), "F. 1:1(0) ack 102")
		s.In(s.Now()+ms(40), ". 102:102(0) ack 2")
		s.Silent(time.Hour)
	})
}

func TestAProgramThatClosesAtTheEndAnswersWithItsFIN(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.Reading(true)
	s.Closing()
	s.In(0, "P. 1:101(100) ack 1")
	s.Out(same(0), ". 1:1(0) ack 101")
	s.In(ms(10), "F. 101:101(0) ack 1")
	s.Out(same(10), "F. 1:1(0) ack 102")
	s.In(ms(50), ". 102:102(0) ack 2")
	s.Silent(time.Hour)
	if got := s.machine.conn.State(); got != tcp.Closed {
		t.Errorf("state %v; want CLOSED", got)
	}
}

func TestAFINBehindAHoleIsAcknowledgedAtOnce(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.Reading(true)
	s.In(0, stone("P.", 1, 1000))
	s.Out(same(0), ". 1:1(0) ack 1001")
	s.In(ms(5), stone("FP.", 3, 1000))
	s.Out(same(5), ". 1:1(0) ack 1001 <nop,nop,sack 2001:3002>")
	s.In(ms(10), stone("P.", 2, 1000))
	s.Out(same(10), ". 1:1(0) ack 3002")
}

func TestCloseWithUnreadDataResets(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.In(0, stone("P.", 1, 1000))
	s.Out(same(0), ". 1:1(0) ack 1001")
	s.Close().Gives(0)
	s.Out(same(0), "R. 1:1(0) ack 1001")
	s.Say("nobody is there any more")
	s.In(ms(10), stone("P.", 2, 1000))
	s.Out(same(10), "R 1:1(0)")
}

func TestDataAfterCloseIsReset(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.Close().Gives(0)
	s.Out(same(0), "F. 1:1(0) ack 1")
	s.In(ms(40), ". 1:1(0) ack 2")
	s.In(ms(50), "P. 1:1001(1000) ack 2")
	s.Out(same(50), "R 2:2(0)")
}

func TestTimeWaitAnswersWhatIsOld(t *testing.T) {
	s := New(t, Options{})
	s.Connected(ms(40))
	s.Shutdown().Gives(0)
	s.Out(same(0), "F. 1:1(0) ack 1")
	s.In(ms(40), "F. 1:1(0) ack 2")
	s.Out(same(40), ". 2:2(0) ack 2")
	if got := s.machine.conn.State(); got != tcp.TimeWait {
		t.Fatalf("state %v; want TIME-WAIT", got)
	}
	s.In(ms(500), "F. 1:1(0) ack 2")
	s.Out(same(500), ". 2:2(0) ack 2")
	s.Silent(ms(500) + 59*time.Second)
	if got := s.machine.conn.State(); got != tcp.TimeWait {
		t.Fatalf("state %v before 60 s; want TIME-WAIT", got)
	}
	s.Silent(ms(500) + 63*time.Second)
	if got := s.machine.conn.State(); got != tcp.Closed {
		t.Fatalf("state %v after 60 s; want CLOSED", got)
	}
}

func TestASimultaneousCloseEndsInTimeWait(t *testing.T) {
	s := New(t, Options{})
	s.Connected(ms(40))
	s.Shutdown().Gives(0)
	s.Out(same(0), "F. 1:1(0) ack 1")
	s.In(ms(20), "F. 1:1(0) ack 1")
	s.Out(same(20), ". 2:2(0) ack 2")
	if got := s.machine.conn.State(); got != tcp.Closing {
		t.Fatalf("state %v; want CLOSING", got)
	}
	s.In(ms(40), ". 2:2(0) ack 2")
	if got := s.machine.conn.State(); got != tcp.TimeWait {
		t.Fatalf("state %v; want TIME-WAIT", got)
	}
}

// Linux gives up after 15 doublings of the timeout.
func TestASilentPeerIsGivenUp(t *testing.T) {
	s := New(t, Options{})
	s.Connected(ms(40))
	s.Write(1000).Gives(1000)
	sent := s.Skip(time.Hour)
	if n := len(sent); n != 17 {
		t.Errorf("the segment was sent %d times; want 17: once, by the probe, and 15 timeouts", n)
	}
	s.SocketError().Fails(syscall.ETIMEDOUT)
}

func TestAResetEndsTheConnection(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.In(0, "R. 1:1(0) ack 1")
	s.Read(100).Fails(syscall.ECONNRESET)
	s.Silent(time.Hour)
}

// RFC 5961 section 3.2: a reset in the window with another number than the next is
// answered by a challenge ACK.
func TestAForgedResetIsChallenged(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.In(ms(10), "R. 1001:1001(0) ack 1")
	s.Out(same(10), ". 1:1(0) ack 1")
	s.In(ms(20), stone("P.", 1, 1000))
	s.Out(same(20), ". 1:1(0) ack 1001")
}

// RFC 5961 section 4.2: so is a SYN, whatever its number.
func TestASYNInAConnectionIsChallenged(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.In(ms(10), "S 50000:50000(0)")
	s.Out(same(10), ". 1:1(0) ack 1")
}
