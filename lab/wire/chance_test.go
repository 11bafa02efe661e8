package wire

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

func TestRandomLoss(t *testing.T) {
	const count = 50_000
	for _, share := range []Share{0, Percent / 10, Percent, 5 * Percent, 50 * Percent, 99 * Percent, 100 * Percent} {
		for _, throw := range []string{"first", "again"} {
			s := begin(t, Shape{Loss: Loss{Random: share}})
			for n := range uint64(count) {
				s.Send(0, Packet{Stone: n + 1, Again: throw == "again"})
			}
			wantShare(t, fmt.Sprintf("loss %v, %s throw: lost", share, throw), s.Counts().Lost, count, share, 1)
		}
	}
}

func TestGemodel(t *testing.T) {
	const count = 200_000
	for _, tt := range []struct {
		text string
		lost Share
		run  float64 // mean length of the runs of lost packets; 0 is not checked
	}{
		{"gemodel 1% 25%", 385 * Percent / 100, 4},
		{"gemodel 2% 50%", 385 * Percent / 100, 2},
		{"gemodel 0.5% 20% 50% 0.1%", 132 * Percent / 100, 0},
		{"gemodel 5%", 5 * Percent, 1 / 0.95},
		{"gemodel 0% 100%", 0, 0},
		{"gemodel 100% 0%", 100 * Percent, 0},
		{"gemodel 0% 0% 0% 30%", 30 * Percent, 1 / 0.7},
	} {
		t.Run(tt.text, func(t *testing.T) {
			var loss Loss
			if err := loss.UnmarshalText([]byte(tt.text)); err != nil {
				t.Fatal(err)
			}
			if got := loss.Mean(); got < tt.lost-Percent/100 || got > tt.lost+Percent/100 {
				t.Errorf("Mean = %v; want %v", got, tt.lost)
			}
			s := begin(t, Shape{Loss: loss})
			runs, before := 0, Carried
			for n := range uint64(count) {
				fate, _ := give(s.Wire, 0, Packet{Stone: n + 1})
				if fate == Lost && before != Lost {
					runs++
				}
				before = fate
			}
			lost := s.Counts().Lost
			if tt.lost == whole {
				lost++ // the chain begins in the good state
			}
			// Clumps of mean length 4 make the share spread sqrt(7) times as far.
			wantShare(t, "lost", lost, count, tt.lost, 3)
			if got := float64(lost) / float64(runs); tt.run > 0 && (got < 0.92*tt.run || got > 1.08*tt.run) {
				t.Errorf("a run of lost packets is %.3f long; want %.2f", got, tt.run)
			}
		})
	}
}

func TestGemodelComesTogetherAgain(t *testing.T) {
	t.Log("# two chains of which one has seen 1000 other packets first")
	loss := Loss{Gemodel: Gemodel{P: Percent, R: 25 * Percent, Bad: whole}}
	apart, different := 0, 0
	for seed := range uint64(50) {
		a, b := New(Shape{Loss: loss}, seed, Out), New(Shape{Loss: loss}, seed, Out)
		for range 1000 {
			give(b, 0, Packet{})
		}
		if a.entrance.bad != b.entrance.bad {
			apart++
		}
		for n := range uint64(1000) {
			p := Packet{Stone: n + 1}
			fa, _ := give(a, 0, p)
			fb, _ := give(b, 0, p)
			if fa != fb {
				different++
				if n > 100 {
					t.Errorf("seed %d: stone %d is %v on one and %v on the other", seed, p.Stone, fa, fb)
				}
			}
		}
	}
	if apart == 0 || different > 20*apart {
		t.Errorf("%d of 50 pairs began apart, and %d stones differ; want at least 1, and few a pair", apart, different)
	}
}

// fates sends stones 1 to count, with a retransmission behind every tenth, and returns
// what became of each packet, in the order of sending.
func fates(shape Shape, seed uint64, d Direction, count int) []Packet {
	w := New(shape, seed, d)
	var out []Packet
	for n := range uint64(count) {
		packets := []Packet{{Stone: n + 1, Size: 100}}
		if n%10 == 9 {
			packets = append(packets, Packet{Stone: n, Size: 100, Again: true})
		}
		for _, p := range packets {
			damaged := w.Counts().Damaged
			fate, second := give(w, time.Duration(n)*10*ms, p)
			p.Ref, p.Copy, p.Damaged = fate == Lost, second != none, w.Counts().Damaged > damaged
			out = append(out, p)
		}
	}
	return out
}

func TestOneKnobDoesNotTurnAnother(t *testing.T) {
	base := Shape{Delay: 50 * ms, Loss: Loss{Random: 5 * Percent}, Duplicate: 3 * Percent, Corrupt: 2 * Percent}
	want := fates(base, 7, Out, 5000)
	for _, tt := range []struct {
		name string
		turn func(*Shape)
	}{
		{"delay", func(s *Shape) { s.Delay *= 2 }},
		{"jitter", func(s *Shape) { s.Jitter.Max = 20 * ms }},
		{"overtake", func(s *Shape) { s.Jitter.Max, s.Overtake = 20*ms, true }},
		{"reorder", func(s *Shape) { s.Reorder.Share = 10 * Percent }},
		{"reorder-early", func(s *Shape) { s.ReorderEarly = 10 * Percent }},
		{"hold", func(s *Shape) { s.Hold = []Hold{{Stone: 9, By: 3}} }},
		{"bandwidth", func(s *Shape) { s.Bandwidth = Mbit }},
		{"queue", func(s *Shape) { s.Bandwidth, s.Queue.Packets = Mbit, 100 }},
		{"mtu", func(s *Shape) { s.MTU = 100 }},
	} {
		shape := base
		tt.turn(&shape)
		for i, got := range fates(shape, 7, Out, 5000) {
			if got.Ref != want[i].Ref || got.Copy != want[i].Copy || got.Damaged != want[i].Damaged {
				t.Errorf("%s: stone %d has lost, copied, damaged = %v %v %v; want %v %v %v as without", tt.name,
					got.Stone, got.Ref, got.Copy, got.Damaged, want[i].Ref, want[i].Copy, want[i].Damaged)
				break
			}
		}
	}

	t.Log("# more loss loses the same packets, and some more")
	shape := base
	shape.Loss.Random *= 2
	for i, got := range fates(shape, 7, Out, 5000) {
		if want[i].Ref == true && got.Ref == false {
			t.Errorf("stone %d is lost at 5%% and not at 10%%", got.Stone)
		}
	}
}

func TestSameRoad(t *testing.T) {
	t.Log("# over UDP a stone is a packet; over TCP there are a SYN, ACKs and retransmissions between, at other times")
	shape := Shape{
		Delay: 50 * ms, Jitter: Jitter{Max: 20 * ms}, Overtake: true,
		Loss: Loss{Random: 5 * Percent}, Duplicate: 5 * Percent, Corrupt: 5 * Percent,
	}
	udp, tcp := New(shape, 3, Out), New(shape, 3, Out)
	s, r := story{T: t, Wire: udp}, story{T: t, Wire: tcp}
	give(tcp, 0, Packet{Size: 60})
	r.order()
	for n := range uint64(5000) {
		now := time.Duration(n) * time.Second
		p := Packet{Stone: n + 1, Size: 128, Data: []byte("a stone")}
		u1, u2 := give(udp, now, p)
		t1, t2 := give(tcp, now+time.Hour, p)
		if u1 != t1 || u2 != t2 {
			t.Fatalf("stone %d is %v, %v over one and %v, %v over the other", p.Stone, u1, u2, t1, t2)
		}
		for {
			up, ua, ok1 := s.next()
			tp, ta, ok2 := r.next()
			if ok1 != ok2 || up.Copy != tp.Copy || !bytes.Equal(up.Data, tp.Data) || ok1 && ua != ta-time.Hour {
				t.Fatalf("stone %d comes as %+v at %v over one and as %+v at %v over the other", p.Stone, up, ua, tp, ta)
			}
			if !ok1 {
				break
			}
		}
		if n%3 == 0 {
			give(tcp, now+time.Hour, Packet{Stone: n + 1, Again: true, Size: 128})
			give(tcp, now+time.Hour, Packet{Size: 52})
			r.order()
		}
	}
}

func TestSeedAndDirectionMakeAnotherRoad(t *testing.T) {
	shape := Shape{Loss: Loss{Random: 50 * Percent}}
	const count = 10_000
	base := fates(shape, 1, Out, count)
	for name, other := range map[string][]Packet{
		"seed 2":    fates(shape, 2, Out, count),
		"direction": fates(shape, 1, Back, count),
	} {
		same := 0
		for i := range base {
			if base[i].Ref == other[i].Ref {
				same++
			}
		}
		wantShare(t, name+": equal fates", same, len(base), 50*Percent, 1)
	}
}

func TestCoinsAreAllDifferent(t *testing.T) {
	seen := map[uint64]string{}
	for seed := range uint64(32) {
		for _, d := range []Direction{Out, Back} {
			c := newCoins(seed, d)
			for n := range uint64(32) {
				for name, id := range map[string]identity{
					"stone":     stoneIdentity(n+1, 0),
					"copy":      stoneIdentity(n+1, 0).copy(),
					"next byte": stoneIdentity(n+1, 1),
					"ordinal":   ordinalIdentity(n + 1),
				} {
					for why := range purpose(purposes) {
						u, where := c.bits(why, id), fmt.Sprint("seed ", seed, d, n+1, name, why)
						if seen[u] != "" {
							t.Fatalf("%s draws the same as %s", where, seen[u])
						}
						seen[u] = where
					}
				}
			}
		}
	}
}

// The coins must not change: every result that was published with its seed depends on
// them.
func TestCoinsStayAsTheyAre(t *testing.T) {
	c := newCoins(1, Out)
	b := newCoins(1, Back)
	got := []uint64{
		c.bits(loss, stoneIdentity(1, 0)), c.bits(loss, stoneIdentity(1, 0).copy()), c.bits(loss, stoneIdentity(1, 1448)),
		c.bits(early, ordinalIdentity(1)), b.bits(jitter, stoneIdentity(1<<40, 0)),
	}
	want := []uint64{0xbf07007d3fb82548, 0xe7501f33d09e2333, 0xecd1c6e7de52000d, 0xa7b3269c1236c037, 0xeb6faa102644f464}
	if fmt.Sprintf("%#x", got) != fmt.Sprintf("%#x", want) {
		t.Errorf("draws %#x; want %#x", got, want)
	}
}

// A reordering of 1 % is 1 % reordered packets by RFC 4737 section 3.3.
func TestReorderIsWhatIsAsked(t *testing.T) {
	const count = 50_000
	for _, r := range []Reorder{{Share: Percent}, {Share: Percent, By: 1}, {Share: 5 * Percent, By: 10}, {Share: 20 * Percent}} {
		t.Run(r.String(), func(t *testing.T) {
			s := begin(t, Shape{Delay: 50 * ms, Reorder: r})
			s.steady(count, 10*ms)
			reordered := s.reordered()
			s.wantHeld(reordered)
			wantShare(t, "reordered", reordered, count, r.Share, 1)
		})
	}
}

func TestReorderEarly(t *testing.T) {
	t.Log("# an early one skips the delay of 50ms")
	s := begin(t, Shape{Delay: 50 * ms, ReorderEarly: 100 * Percent})
	s.at(10 * ms)
	s.send(1, 100, Carried)
	s.wantNext(1, 10*ms)

	t.Log("# netem's 1 percent early ones make more late ones: (1-p)(1-(1-p)^K), where K = ceil(D/T) - 1 are overtaken")
	const count = 30_000
	for _, tt := range []struct {
		gap  time.Duration
		want Share // measured elsewhere, and by the formula
	}{
		{2 * ms, 21 * Percent},
		{5 * ms, 85 * Percent / 10},
		{20 * ms, 2 * Percent},
		{60 * ms, 0},
	} {
		s := begin(t, Shape{Delay: 50 * ms, ReorderEarly: Percent})
		s.steady(count, tt.gap)
		late := s.reordered()
		if got := Share(late) * whole / count; got < tt.want*9/10 || got > tt.want*11/10 {
			t.Errorf("one every %v: %v are reordered; want %v, a tenth more or less", tt.gap, got, tt.want)
		}
	}
}

// Lesson "Jitter": with J = T an eighth of the stones is overtaken.
func TestJitterOvertakes(t *testing.T) {
	const count = 50_000
	for _, tt := range []struct {
		jitter, gap time.Duration
		want        Share
	}{
		{20 * ms, 20 * ms, 125 * Percent / 10},
		{5 * ms, 5 * ms, 125 * Percent / 10},
		{20 * ms, 30 * ms, 100 * Percent / 32},
		{10 * ms, 20 * ms, 0},
	} {
		s := begin(t, Shape{Delay: 50 * ms, Jitter: Jitter{Max: tt.jitter}, Overtake: true})
		s.steady(count, tt.gap)
		wantShare(t, fmt.Sprintf("jitter %v every %v: overtaken", tt.jitter, tt.gap), s.reordered(), count, tt.want, 1)
	}
}

func TestJitterIsSpreadAsAsked(t *testing.T) {
	const count, most = 50_000, 6 * ms
	within := func(t *testing.T, j Jitter) (inside, negative int, least, greatest time.Duration) {
		t.Helper()
		s := begin(t, Shape{Delay: time.Second, Jitter: j, Overtake: true})
		for n := range uint64(count) {
			s.send(n+1, 100, Carried)
		}
		for _, at, ok := s.next(); ok; _, at, ok = s.next() {
			d := at - time.Second
			if d.Abs() <= most {
				inside++
			}
			if d < 0 {
				negative++
			}
			least, greatest = min(least, d), max(greatest, d)
		}
		return inside, negative, least, greatest
	}

	t.Log("# uniform: a third lies within a third, none beyond")
	inside, negative, least, greatest := within(t, Jitter{Max: 3 * most})
	wantShare(t, "within a third", inside, count, whole/3, 1)
	wantShare(t, "below the mean", negative, count, whole/2, 1)
	if least < -3*most || greatest > 3*most || least > -179*ms/10 || greatest < 179*ms/10 {
		t.Errorf("from %v to %v; want all of -18ms to 18ms", least, greatest)
	}

	t.Log("# normal: 68.27 percent lie within one standard deviation, none beyond six")
	inside, negative, least, greatest = within(t, Jitter{Max: most, Normal: true})
	wantShare(t, "within one deviation", inside, count, 6827*Percent/100, 2) // 68.0 for the sum of twelve
	wantShare(t, "below the mean", negative, count, whole/2, 1)
	if least < -6*most || greatest > 6*most || least > -3*most || greatest < 3*most {
		t.Errorf("from %v to %v; want more than three deviations, and not more than six", least, greatest)
	}
}

// Lesson "Twins": copies are never out of order, and there are as many as asked.
func TestDuplicateShare(t *testing.T) {
	const count = 10_000
	s := begin(t, Shape{Delay: 50 * ms, Jitter: Jitter{Max: 20 * ms}, Duplicate: 10 * Percent})
	s.steady(count, 10*ms)
	highest := uint64(0)
	for p, _, ok := s.next(); ok; p, _, ok = s.next() {
		if p.Copy != (p.Stone == highest) {
			t.Fatalf("stone %d (a copy: %v) comes behind stone %d", p.Stone, p.Copy, highest)
		}
		highest = p.Stone
	}
	wantShare(t, "copied", s.Counts().Copied, count, 10*Percent, 1)
}

// wantShare expects got of n to be the given share, within spread times four standard
// deviations.
func wantShare(t *testing.T, what string, got, n int, share Share, spread int) {
	t.Helper()
	p := float64(share) / float64(whole)
	mean := p * float64(n)
	// Squares, so that there is no root: |got - mean| <= 4 spread sigma.
	off := (float64(got) - mean) * (float64(got) - mean)
	if limit := float64(16*spread*spread)*mean*(1-p) + 1; off > limit {
		t.Errorf("%s: %d of %d; want %v", what, got, n, share)
	}
}
