package stacktest

import (
	"testing"

	"stones/lab/stack/tcp"
)

// RFC 8985 section 7.3: a probe is new data, if there is any, even if the congestion
// window is full.
func TestAProbeIsNewDataIfThereIsAny(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		s.Connected(ms(40))
		for range 12 {
			s.Write(1000).Gives(1000)
		}
		for k := 1; k <= 10; k++ {
			s.Out(same(0), stone("P.", k, 1000))
		}
		probe := s.Out(timer(82, 84, 88), ". 10001:11449(1448) ack 1")
		s.Say("one probe until it is answered; the timeout counts from there")
		s.Out(At(probe.At+ms(240)).Linux(probe.At+ms(240), probe.At+ms(248)), stone("P.", 1, 1000))
		wantWindow(t, s, 1, 7)
	})
}

// A long closed window counts as a pause. Its length counts in timeouts, which the
// answered probes have not made longer.
func TestTheCongestionWindowAfterAClosedWindow(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		written(t, s, 40, 10)
		for range 20 {
			s.Write(1000).Gives(1000)
		}
		s.In(ms(40), ackOf(10, 1000))
		s.Skip(ms(41))
		wantWindow(t, s, 20, none)
		s.In(ms(80), ackOf(30, 1000)+" win 0")
		s.Write(3000).Gives(3000)
		for range 3 {
			probe := s.Out(Within(s.Now(), s.Now()+ms(2000)), ". 30000:30000(0) ack 1")
			s.In(probe.At+ms(40), ackOf(30, 1000)+" win 0")
		}
		s.In(ms(3000), ackOf(30, 1000))
		wantWindow(t, s, 10, none)
	})
}

// RFC 8985 section 7.4: a probe that has repaired a loss is a sign of congestion.
func TestAProbeThatRepairsALossReducesTheWindow(t *testing.T) {
	for _, dup := range []bool{false, true} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			written(t, s, 40, 2)
			probe := s.Out(timer(82, 84, 88), stone("P.", 2, 1000))
			if dup {
				s.Say("both copies came")
				s.In(probe.At+ms(10), ackOf(2, 1000))
				s.In(probe.At+ms(40), ackOf(2, 1000, [2]int{2, 2}))
				s.Write(1000).Gives(1000)
				s.Out(At(s.Now()), stone("P.", 3, 1000))
				s.In(s.Now()+ms(40), ackOf(3, 1000))
				wantWindow(t, s, 10, none)
				return
			}
			s.In(probe.At+ms(40), ackOf(2, 1000))
			s.Say("an ACK beyond the probe shows that no duplicate was seen")
			s.Write(1000).Gives(1000)
			s.Out(At(s.Now()), stone("P.", 3, 1000))
			s.In(s.Now()+ms(40), ackOf(3, 1000))
			wantPhase(t, s, tcp.Open)
			wantWindow(t, s, 7, 7)
		})
	}
}

// RFC 5682 section 3.1.
func TestATimeoutIsFoundSpuriousByNewData(t *testing.T) {
	for _, spurious := range []bool{true, false} {
		eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
			t.Helper()
			s.Connected(ms(40))
			for range 14 {
				s.Write(1000).Gives(1000)
			}
			for k := 1; k <= 10; k++ {
				s.Out(same(0), stone("P.", k, 1000))
			}
			s.Out(timer(82, 84, 88), ". 10001:11449(1448) ack 1")
			again := s.Out(timer(322, 324, 336), stone("P.", 1, 1000))
			s.Say("the ACK echoes the repeat; two new segments see what becomes of the others")
			s.In(ms(400), ackOf(1, 1000), Echo(again))
			s.Out(same(400), ". 11449:12897(1448) ack 1")
			s.Out(same(400), "P. 12897:14001(1104) ack 1")
			s.Silent(ms(401))
			if spurious {
				s.In(ms(401), ackOf(2, 1000), Echo(again))
				wantPhase(t, s, tcp.Open)
				if got := s.Info().Threshold; got != none {
					s.Fatalf("ssthresh %d; want none", got)
				}
				s.Silent(ms(401))
				return
			}
			s.In(ms(440), ". 1:1(0) ack 1001 <nop,nop,sack 11449:12897>")
			wantPhase(t, s, tcp.Loss)
			s.Out(same(440), stone("P.", 2, 1000))
		})
	}
}

// A lost retransmission is found like any other loss: by what was sent after it.
func TestALostRepeatIsFound(t *testing.T) {
	eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
		t.Helper()
		_, _ = thirdSACK(t, s)
		for n := 5; n <= 10; n++ {
			s.In(ms(38+float64(n)), ackOf(0, 1000, [2]int{2, n}))
			s.Skip(s.Now())
		}
		s.Until(ms(50))
		s.Write(1000).Gives(1000)
		s.Out(same(50), stone("P.", 11, 1000))
		s.Say("what was sent 8 ms after the repeat is delivered; the repeat was lost")
		s.In(ms(90), ackOf(0, 1000, [2]int{2, 11}))
		s.Out(same(90), stone("P.", 1, 1000))
		if c := s.Counters(); c.TCPLostRetransmit != 1 {
			t.Errorf("%d repeats are counted as lost; want 1", c.TCPLostRetransmit)
		}
	})
}

// RFC 7323 section 5.3: a segment with an older time stamp than TS.Recent is dropped and
// answered.
func TestAnOldTimestampIsRefused(t *testing.T) {
	s := New(t, Options{})
	s.Accepted(ms(40))
	s.In(ms(100), "P. 1:1001(1000) ack 1 <nop,nop,TS val 5000 ecr 0>")
	s.Out(same(100), ". 1:1(0) ack 1001")
	s.In(ms(110), "P. 1001:2001(1000) ack 1 <nop,nop,TS val 4000 ecr 0>")
	s.Out(same(110), ". 1:1(0) ack 1001")
	if c := s.Counters(); c.PAWSEstab != 1 {
		t.Errorf("PAWSEstab %d; want 1", c.PAWSEstab)
	}
	s.In(ms(120), "P. 1001:2001(1000) ack 1 <nop,nop,TS val 5001 ecr 0>")
	s.Out(same(120), ". 1:1(0) ack 2001")
}
