package stacktest

import (
	"fmt"
	"testing"
	"time"

	"stones/lab/stack/tcp"
)

// The stories of this file are like packetdrill scripts: the peer has segments of 1000 B
// and no time stamps, and every segment is written out.

// script opens a connection passively, from a peer that announces segments of 1000 B and
// further options.
func script(t *testing.T, config tcp.Config, options string) *Story {
	t.Helper()
	config.Nagle = true
	s := New(t, Options{Config: config})
	s.Listen().Gives(0)
	s.In(0, "S 0:0(0) win 32792 <mss 1000"+options+",nop,wscale 7>")
	s.Out(same(0), "S. 0:0(0) ack 1")
	s.In(ms(100), ". 1:1(0) ack 1 win 257 <>")
	s.Accept().Gives(0)
	return s
}

// outs expects full segments from..to now.
func outs(t *testing.T, s *Story, from, to int) {
	t.Helper()
	for k := from; k <= to; k++ {
		got := s.Next(At(s.Now()), fmt.Sprintf("segment %d", k))
		if want := uint32(1 + (k-1)*1000); got.Seq != want || got.Len != 1000 || got.Ack != 1 {
			s.Fatalf("sent %v; want %d:%d(1000) ack 1", got.Segment, want, want+1000)
		}
	}
}

func TestScriptSlowStartWithAnACKPerSegment(t *testing.T) {
	s := script(t, tcp.Config{}, "")
	s.Write(30_000).Gives(30_000)
	outs(t, s, 1, 10)
	s.Silent(ms(200))
	next := 11
	for k := 1; k <= 10; k++ {
		s.In(ms(200+float64(k)), fmt.Sprintf(". 1:1(0) ack %d win 257", 1+k*1000))
		outs(t, s, next, next+1)
		next += 2
		if got := s.Info().Window; got != 10+k {
			s.Fatalf("cwnd %d; want %d", got, 10+k)
		}
	}
	s.Silent(ms(250))
}

func TestScriptSlowStartWithDelayedACKs(t *testing.T) {
	s := script(t, tcp.Config{}, "")
	s.Write(30_000).Gives(30_000)
	outs(t, s, 1, 10)
	for k := 2; k <= 10; k += 2 {
		s.In(ms(200), fmt.Sprintf(". 1:1(0) ack %d win 257", 1+k*1000))
		outs(t, s, 11+(k-2)*2, 14+(k-2)*2)
		if got := s.Info().Window; got != 10+k {
			s.Fatalf("cwnd %d; want %d", got, 10+k)
		}
	}
}

func TestScriptSlowStartOfAnApplicationThatIsLimited(t *testing.T) {
	s := script(t, tcp.Config{}, "")
	s.Write(4000).Gives(4000)
	outs(t, s, 1, 4)
	s.In(ms(200), ". 1:1(0) ack 4001 win 257")
	if got := s.Info().Window; got != 10 {
		s.Fatalf("cwnd %d; want 10: four segments do not use it", got)
	}
}

func TestScriptFastRetransmitWithSACK(t *testing.T) {
	s := script(t, tcp.Config{}, ",nop,nop,sackOK")
	s.Write(4000).Gives(4000)
	outs(t, s, 1, 4)
	s.In(ms(200), ". 1:1(0) ack 1 win 257 <sack 1001:2001,nop,nop>")
	s.In(ms(200), ". 1:1(0) ack 1 win 257 <sack 1001:3001,nop,nop>")
	s.In(ms(200), ". 1:1(0) ack 1 win 257 <sack 1001:4001,nop,nop>")
	outs(t, s, 1, 1)
	s.In(ms(300), ". 1:1(0) ack 4001 win 257")
	wantPhase(t, s, tcp.Open)
	wantWindow(t, s, 7, 7)
}

func TestScriptFastRetransmitWithoutSACK(t *testing.T) {
	s := script(t, tcp.Config{}, "")
	s.Write(4000).Gives(4000)
	outs(t, s, 1, 4)
	for range 3 {
		s.In(ms(200), ". 1:1(0) ack 1 win 257")
	}
	outs(t, s, 1, 1)
	s.In(ms(300), ". 1:1(0) ack 4001 win 257")
	if got := s.Info().Threshold; got != 7 {
		s.Fatalf("ssthresh %d; want 7", got)
	}
}

// RFC 3042: the first two duplicate ACKs each let a new segment out.
func TestScriptLimitedTransmit(t *testing.T) {
	for _, sack := range []bool{false, true} {
		options := ""
		block := func(int) string { return "" }
		if sack {
			options = ",nop,nop,sackOK"
			block = func(to int) string { return fmt.Sprintf(" <sack 1001:%d,nop,nop>", 1+to*1000) }
		}
		s := script(t, tcp.Config{InitialWindow: 4}, options)
		s.Write(10_000).Gives(10_000)
		outs(t, s, 1, 4)
		s.In(ms(200), ". 1:1(0) ack 1 win 257"+block(2))
		outs(t, s, 5, 5)
		s.In(ms(203), ". 1:1(0) ack 1 win 257"+block(3))
		outs(t, s, 6, 6)
		s.In(ms(206), ". 1:1(0) ack 1 win 257"+block(4))
		outs(t, s, 1, 1)
		s.Silent(ms(206))
	}
}

func TestScriptPRRWithManyLosses(t *testing.T) {
	s := script(t, tcp.Config{InitialWindow: 20}, ",nop,nop,sackOK")
	s.Write(30_000).Gives(30_000)
	outs(t, s, 1, 20)
	s.Say("1 to 4 and 11 to 16 are lost")
	at := 200.0
	var sent []uint32
	for _, blocks := range []string{
		"4001:5001", "4001:6001", "4001:7001", "4001:8001", "4001:9001", "4001:10001",
		"16001:17001 4001:10001", "16001:18001 4001:10001", "16001:19001 4001:10001", "16001:20001 4001:10001",
	} {
		s.In(ms(at), ". 1:1(0) ack 1 win 257 <nop,nop,sack "+blocks+">")
		for _, out := range s.Skip(ms(at)) {
			sent = append(sent, (out.Seq-1)/1000+1)
		}
		at++
	}
	i := s.Info()
	if i.Lost != 10 || i.Sacked != 10 || i.Threshold != 14 {
		s.Fatalf("lost %d, sacked %d, ssthresh %d; want 10, 10, 14", i.Lost, i.Sacked, i.Threshold)
	}
	if i.InFlight > i.Threshold {
		s.Fatalf("%d in flight; want at most ssthresh, %d", i.InFlight, i.Threshold)
	}
	for k := 1; k < len(sent); k++ {
		if again := sent[k] <= 20 && sent[k-1] <= 20; again && sent[k] < sent[k-1] {
			s.Fatalf("sent %v; want lost segments in order", sent)
		}
	}
}

func TestScriptCubicReducesToSevenTenths(t *testing.T) {
	for _, window := range []int{4, 10, 20} {
		s := script(t, tcp.Config{InitialWindow: window}, ",nop,nop,sackOK")
		s.Write(window * 1000).Gives(window * 1000)
		outs(t, s, 1, window)
		s.In(ms(200), fmt.Sprintf(". 1:1(0) ack 1 win 257 <nop,nop,sack 1001:%d>", 1+window*1000))
		outs(t, s, 1, 1)
		s.In(ms(300), fmt.Sprintf(". 1:1(0) ack %d win 257", 1+window*1000))
		want := max(2, window*717/1024)
		wantWindow(t, s, want, want)
	}
}

func TestScriptCloseFromHere(t *testing.T) {
	s := script(t, tcp.Config{}, "")
	s.Write(1000).Gives(1000)
	s.Out(same(100), "P. 1:1001(1000) ack 1")
	s.In(ms(200), ". 1:1(0) ack 1001 win 257")
	s.Close().Gives(0)
	s.Out(same(200), "F. 1001:1001(0) ack 1")
	s.In(ms(300), "F. 1:1(0) ack 1002 win 257")
	s.Out(same(300), ". 1002:1002(0) ack 2")
}

func TestScriptCloseFromThere(t *testing.T) {
	s := script(t, tcp.Config{}, "")
	s.In(ms(200), "F. 1:1(0) ack 1 win 257")
	s.Out(Within(ms(200), ms(240)), ". 1:1(0) ack 2")
	s.Close().Gives(0)
	s.Out(At(s.Now()), "F. 1:1(0) ack 2")
	s.In(ms(300), ". 2:2(0) ack 2 win 257")
	s.Silent(time.Hour)
}

func TestScriptShutdownLeavesTheOtherDirectionOpen(t *testing.T) {
	s := script(t, tcp.Config{}, "")
	s.Shutdown().Gives(0)
	s.Out(same(100), "F. 1:1(0) ack 1")
	s.In(ms(200), ". 1:1(0) ack 2 win 257")
	s.In(ms(300), "P. 1:1001(1000) ack 2 win 257")
	s.Out(same(300), ". 2:2(0) ack 1001")
	s.Read(2000).Gives(1000)
	s.In(ms(400), "F. 1001:1001(0) ack 2 win 257")
	s.Out(same(400), ". 2:2(0) ack 1002")
	s.Read(2000).Gives(0)
}
