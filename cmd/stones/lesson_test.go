package main

import (
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/pace"
	"stones/lab/run"
	"stones/lab/wire"
)

// long reports whether tests that take minutes run in full.
func long() bool { return os.Getenv("STONES_LONG") != "" }

// inFull skips a long test unless the tests run in full.
func inFull(t *testing.T) {
	t.Helper()
	if !long() {
		t.Skip("takes its time; STONES_LONG=1 runs it")
	}
}

// notShort skips, in short tests, a test of many stones of which only the counts
// matter.
func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("throws many stones")
	}
}

const ms = time.Millisecond

// classroom is the road of most lessons: 50 ms each way, and nothing else.
func classroom() lab.Experiment {
	return lab.Experiment{
		Path:   "sim",
		Seed:   1,
		Out:    wire.Shape{Delay: 50 * ms},
		Back:   wire.Shape{Delay: 50 * ms},
		GiveUp: time.Hour,
	}
}

// steady is a plan of count stones of size bytes, one every gap.
func steady(count, size int, gap time.Duration) pace.Plan {
	p := pace.Plan{Count: count, Size: size}
	set(&p.Rate, fmt.Sprintf("%.6f/s", float64(time.Second)/float64(gap)))
	return p
}

// set parses text into v and panics if it cannot.
func set(v interface{ UnmarshalText([]byte) error }, text string) {
	if err := v.UnmarshalText([]byte(text)); err != nil {
		panic(fmt.Sprintf("%q: %v", text, err))
	}
}

func share(text string) (s wire.Share) {
	set(&s, text)
	return s
}

func loss(text string) (l wire.Loss) {
	set(&l, text)
	return l
}

// both gives both transports the same plan.
func both(e lab.Experiment, p pace.Plan) lab.Experiment {
	e = e.With(lab.Over(lab.TCP, p), lab.Over(lab.UDP, p))
	return e
}

// onSim fails a test that asks for another path than the one it gets.
func onSim(tb testing.TB, e lab.Experiment) {
	tb.Helper()
	if e.Path != "" && e.Path != lab.Sim {
		tb.Fatalf("an experiment for the path %s is to run on sim", e.Path)
	}
}

// ran runs an experiment and expects every law to hold.
func ran(tb testing.TB, e lab.Experiment) lab.Result {
	tb.Helper()
	onSim(tb, e)
	r, err := run.Run(tb.Context(), e, paths()["sim"])
	if err != nil {
		tb.Fatal(err)
	}
	for _, x := range r.Flows {
		if x.Broken != "" {
			tb.Errorf("seed %d: %s: %s", e.Seed, x.Transport, x.Broken)
		}
	}
	return r
}

// all runs experiments side by side and expects every law to hold.
func all(tb testing.TB, es []lab.Experiment) []lab.Result {
	tb.Helper()
	for _, e := range es {
		onSim(tb, e)
	}
	rs, err := run.All(tb.Context(), es, paths()["sim"], nil)
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range rs {
		for _, x := range r.Flows {
			if x.Broken != "" {
				tb.Errorf("seed %d: %s: %s", r.Experiment.Seed, x.Transport, x.Broken)
			}
		}
	}
	return rs
}

// seeds is the experiment with seeds from 1 to n.
func seeds(e lab.Experiment, n int) (es []lab.Experiment) {
	for seed := range n {
		e.Seed = uint64(seed) + 1
		es = append(es, e)
	}
	return es
}

// pick is the flow of one transport.
func pick(tb testing.TB, r lab.Result, transport string) lab.Outcome {
	tb.Helper()
	for _, x := range r.Flows {
		if x.Transport == transport {
			return x
		}
	}
	tb.Fatalf("no flow over %s", transport)
	return lab.Outcome{}
}

// within reports whether got is want, within the given share of want.
func within(got, want, part float64) bool { return math.Abs(got-want) <= part*math.Abs(want) }

// near reports whether got is want to the microsecond: the stack's clock is a
// few nanoseconds ahead of the world's.
func near(got lab.Figure, want time.Duration) bool {
	return got.Known() && math.Abs(got.Value-float64(want)/float64(ms)) < 0.001
}

// delays are the delays by number of the stones that came, which per_stone keeps.
func delays(x lab.Outcome) map[uint64]float64 {
	list := map[uint64]float64{}
	for _, s := range x.Stones {
		if s.Fate == "delivered" {
			list[s.Number] = s.First.Value - s.Due.Value
		}
	}
	return list
}

func TestFirstStone(t *testing.T) {
	for _, owd := range []time.Duration{10 * ms, 50 * ms, 100 * ms, 300 * ms} {
		e := both(classroom(), steady(1, 100, 50*ms))
		e.Out.Delay, e.Back.Delay = owd, owd
		r := ran(t, e)
		if x := pick(t, r, lab.UDP); !near(x.Done, owd) {
			t.Errorf("%v each way: UDP's first stone lands after %v ms; want %v", owd, x.Done, owd)
		}
		if x := pick(t, r, lab.TCP); !near(x.Connect, 2*owd) || !near(x.Done, 3*owd) {
			t.Errorf("%v each way: TCP asks for %v ms, its first stone lands after %v ms; want %v, %v", owd, x.Connect, x.Done, 2*owd, 3*owd)
		}
	}
}

// A second stone of 100 bytes costs its headers again: 28 bytes for UDP, 52
// for TCP and an acknowledgement of 52 back.
func TestFirstStoneHeaders(t *testing.T) {
	one := ran(t, both(classroom(), steady(1, 100, 500*ms)))
	two := ran(t, both(classroom(), steady(2, 100, 500*ms)))
	cost := func(transport string) (out, back int) {
		a, b := pick(t, one, transport).Wire, pick(t, two, transport).Wire
		return int(b.Bytes.Value - a.Bytes.Value), b.Back.Bytes - a.Back.Bytes
	}
	if out, back := cost(lab.UDP); out != 128 || back != 0 {
		t.Errorf("UDP: %d bytes out, %d back; want 128, 0", out, back)
	}
	if out, back := cost(lab.TCP); out != 152 || back != 52 {
		t.Errorf("TCP: %d bytes out, %d back; want 152, 52", out, back)
	}
}

func TestRainOfLoss(t *testing.T) {
	for _, tt := range []struct {
		loss        string
		p           float64
		least, most float64 // share of TCP's stones that is held up
	}{
		{"1%", 0.01, 0.012, 0.050},
		{"2%", 0.02, 0.030, 0.086},
		{"5%", 0.05, 0.116, 0.198},
	} {
		const n = 500
		e := both(classroom(), steady(n, 100, 50*ms))
		e.Out.Loss = loss(tt.loss)
		held := 0.0
		for _, r := range all(t, seeds(e, 20)) {
			udp, tcp := pick(t, r, lab.UDP), pick(t, r, lab.TCP)
			sigma := math.Sqrt(tt.p * (1 - tt.p) / n)
			if got := float64(udp.Lost) / n; math.Abs(got-tt.p) > 4*sigma {
				t.Errorf("loss %s, seed %d: UDP lost %.1f%%; want within %.1f points", tt.loss, r.Experiment.Seed, 100*got, 400*sigma)
			}
			if udp.HeldUp != 0 {
				t.Errorf("loss %s, seed %d: %d of UDP's stones were held up", tt.loss, r.Experiment.Seed, udp.HeldUp)
			}
			if tcp.Delivered != n {
				t.Errorf("loss %s, seed %d: TCP delivered %d of %d", tt.loss, r.Experiment.Seed, tcp.Delivered, n)
			}
			held += float64(tcp.HeldUp) / n / 20
		}
		if held < tt.least || held > tt.most {
			t.Errorf("loss %s: TCP held up %.1f%% of the stones on average of 20 seeds; want %.1f%% to %.1f%%", tt.loss, 100*held, 100*tt.least, 100*tt.most)
		}
	}
}

// What is lost on the way back are acknowledgements, and the next one says all
// that the lost one said. Only if none comes for a round trip and 200 ms does a
// timer fire: that needs several losses in a row, which happens at 50 %.
func TestRainOfLossOnTheWayBack(t *testing.T) {
	for _, p := range []string{"10%", "30%", "50%"} {
		e := both(classroom(), steady(500, 100, 50*ms))
		e.Back.Loss = loss(p)
		for _, r := range all(t, seeds(e, 20)) {
			if x := pick(t, r, lab.TCP); x.HeldUp != 0 && p != "50%" || x.HeldUp > 100 || x.Delivered != 500 {
				t.Errorf("loss back %s, seed %d: TCP delivered %d, held up %d; want 500, 0 (at 50%% at most 100)", p, r.Experiment.Seed, x.Delivered, x.HeldUp)
			}
		}
	}
}

func TestMissingStone(t *testing.T) {
	for _, tt := range []struct {
		recovery string
		gap      time.Duration
		delay    time.Duration // of the stone that is dropped once
	}{
		// RACK: lost when a later stone is acknowledged and RTT/4 has passed
		// since (RFC 8985 section 6.2): max(T, RTT/4) + 1.5 RTT. If it is the timer
		// that finds it, that takes 2 ms more, as on Linux.
		{"rack", 10 * ms, 177 * ms},
		{"rack", 20 * ms, 177 * ms},
		{"rack", 50 * ms, 200 * ms},
		{"rack", 100 * ms, 250 * ms},
		{"rack", 200 * ms, 350 * ms},
		// Three duplicate acknowledgements (RFC 5681 section 3.2): 3 T + 1.5 RTT.
		{"sack", 10 * ms, 180 * ms},
		{"sack", 20 * ms, 210 * ms},
		{"sack", 50 * ms, 300 * ms},
	} {
		e := both(classroom(), steady(100, 100, tt.gap))
		e.Out.Drop = []uint64{50}
		e.Recovery = tt.recovery
		e.PerStone = true
		r := ran(t, e)
		udp, tcp := pick(t, r, lab.UDP), pick(t, r, lab.TCP)
		if udp.Lost != 1 || udp.HeldUp != 0 || udp.Stones[49].Fate != "lost" {
			t.Errorf("gap %v: UDP lost %d, held up %d, stone 50 %s; want 1, 0, lost", tt.gap, udp.Lost, udp.HeldUp, udp.Stones[49].Fate)
		}
		// The stones behind come out with it, each younger by the gap.
		got := delays(tcp)
		held := 0
		for n := uint64(50); n <= 100; n++ {
			want := max(tt.delay-time.Duration(n-50)*tt.gap, 50*ms)
			if want > 51*ms {
				held++
			} else if tt.recovery == "sack" {
				held = tcp.HeldUp // the window is halved, and a stone or two wait for that
				break
			}
			if math.Abs(got[n]-float64(want)/float64(ms)) > 0.001 {
				t.Errorf("%s, gap %v: stone %d took %v ms; want %v", tt.recovery, tt.gap, n, got[n], want)
			}
		}
		if tcp.HeldUp != held {
			t.Errorf("%s, gap %v: TCP held up %d; want %d", tt.recovery, tt.gap, tcp.HeldUp, held)
		}
	}
}

func TestLateNotLost(t *testing.T) {
	for k := range 11 {
		e := both(classroom(), steady(100, 100, 10*ms))
		if k > 0 {
			e.Out.Hold = []wire.Hold{{Stone: 50, By: k}}
		}
		r := ran(t, e)
		udp, tcp := pick(t, r, lab.UDP), pick(t, r, lab.TCP)
		want := 100.0
		if k >= 3 {
			want = 101 // duplicate acknowledgements, RFC 5681 section 3.2
		}
		if tcp.Wire.DataPackets.Value != want || tcp.Reordered != 0 {
			t.Errorf("held back by %d: TCP threw %v packets, reordered %d; want %v, 0", k, tcp.Wire.DataPackets, tcp.Reordered, want)
		}
		if udp.Reordered != min(k, 1) || udp.Extent != k || udp.Lost != 0 {
			t.Errorf("held back by %d: UDP reordered %d, extent %d, lost %d; want %d, %d, 0", k, udp.Reordered, udp.Extent, udp.Lost, min(k, 1), k)
		}
	}
}

func TestEarlyNotLate(t *testing.T) {
	const n = 20000
	for _, tt := range []struct {
		p   string
		gap time.Duration
	}{{"1%", 2 * ms}, {"1%", 5 * ms}, {"1%", 20 * ms}, {"1%", 60 * ms}, {"25%", 20 * ms}} {
		e := classroom()
		e = e.With(lab.Over(lab.UDP, steady(n, 100, tt.gap)))
		e.Out.ReorderEarly = share(tt.p)
		p := float64(e.Out.ReorderEarly) / 1e9
		overtaken := math.Ceil(float64(e.Out.Delay)/float64(tt.gap)) - 1
		want := (1 - p) * (1 - math.Pow(1-p, overtaken))
		got := float64(pick(t, ran(t, e), lab.UDP).Reordered) / n
		if !within(got, want, 0.10) {
			t.Errorf("%s early, one every %v: %.2f%% reordered; want %.2f%%, give or take a tenth", tt.p, tt.gap, 100*got, 100*want)
		}
	}
}

func TestTwins(t *testing.T) {
	const n = 10000
	e := both(classroom(), steady(n, 100, 10*ms))
	e.Out.Duplicate = share("10%")
	r := ran(t, e)
	udp, tcp := pick(t, r, lab.UDP), pick(t, r, lab.TCP)
	if sigma := math.Sqrt(n * 0.1 * 0.9); math.Abs(float64(udp.Arrivals)-1.1*n) > 4*sigma {
		t.Errorf("UDP: %d arrivals of %d; want %v, give or take %.0f", udp.Arrivals, n, 1.1*n, 4*sigma)
	}
	if udp.Duplicated != udp.Arrivals-n || udp.Reordered != 0 || udp.Lost != 0 || udp.Wire.Copied.Value != float64(udp.Duplicated) {
		t.Errorf("UDP: %d arrivals, %d duplicated, %v copied, %d reordered, %d lost", udp.Arrivals, udp.Duplicated, udp.Wire.Copied, udp.Reordered, udp.Lost)
	}
	if tcp.Arrivals != n || tcp.Duplicated != 0 {
		t.Errorf("TCP: %d arrivals, %d duplicated; want %d, 0", tcp.Arrivals, tcp.Duplicated, n)
	}
}

func TestLastStone(t *testing.T) {
	// A lonely stone: nothing finds it missing before the timer, after a round trip
	// and 200 ms (RFC 6298 section 2.3, and Linux's least).
	e := both(classroom(), steady(10, 100, 500*ms))
	e.Out.Drop = []uint64{5}
	e.PerStone = true
	if got := delays(pick(t, ran(t, e), lab.TCP))[5]; math.Abs(got-350) > 0.001 {
		t.Errorf("a lonely stone, dropped once, took %v ms; want 350", got)
	}

	// A lost question is asked again every second, five times, before the wait
	// doubles (RFC 6298 section 5.5, and Linux's tcp_syn_linear_timeouts).
	for k, want := range []time.Duration{100 * ms, 1100 * ms, 2100 * ms, 3100 * ms, 4100 * ms, 5100 * ms, 7100 * ms, 11100 * ms} {
		e := both(classroom(), steady(1, 100, 50*ms))
		for n := range k {
			e.Out.DropPackets = append(e.Out.DropPackets, uint64(n)+1)
		}
		r := ran(t, e)
		if x := pick(t, r, lab.TCP); !near(x.Connect, want) {
			t.Errorf("%d lost SYNs: asked for %v ms; want %v", k, x.Connect, want)
		}
	}

	// In a blackout the gaps between retransmissions double; the first is a probe.
	after := 0 * ms
	for k, gap := range []time.Duration{300 * ms, 300 * ms, 600 * ms, 1200 * ms, 2400 * ms, 4800 * ms, 9600 * ms, 19200 * ms} {
		after += gap
		e := classroom()
		e = e.With(lab.Over(lab.TCP, steady(10, 100, time.Minute)))
		e.PerStone = true
		e.Out.Drop = []uint64{5}
		// Before stone 5 go SYN, ACK and four stones; behind it, its retransmissions.
		for n := range k {
			e.Out.DropPackets = append(e.Out.DropPackets, uint64(n)+8)
		}
		want := after + 50*ms
		if got := delays(pick(t, ran(t, e), lab.TCP))[5]; math.Abs(got-float64(want)/float64(ms)) > 0.001 {
			t.Errorf("dropped with %d retransmissions: took %v ms; want %v", k, got, want)
		}
	}
}

func TestJitter(t *testing.T) {
	const n = 20000
	for _, tt := range []struct {
		jitter, gap time.Duration
		extent      int // the greatest; 0 is any
	}{{20 * ms, 20 * ms, 1}, {5 * ms, 5 * ms, 1}} {
		e := classroom()
		e = e.With(lab.Over(lab.UDP, steady(n, 100, tt.gap)))
		e.Out.Jitter.Max, e.Out.Overtake = tt.jitter, true
		x := pick(t, ran(t, e), lab.UDP)
		j, gap := float64(tt.jitter), float64(tt.gap)
		want := (2*j - gap) * (2*j - gap) / (8 * j * j)
		got := float64(x.Reordered) / n
		if math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n)+0.002 || x.Extent != tt.extent {
			t.Errorf("jitter %v, gap %v: %.2f%% overtaken, extent %d; want %.2f%%, %d", tt.jitter, tt.gap, 100*got, x.Extent, 100*want, tt.extent)
		}
		// Where nobody can overtake, the delays of neighbours differ by 2J/3 on
		// average, which is where RFC 3550's jitter hovers.
		if mean := 2 * j / 3 / float64(ms); !within(x.Jitter.Value, mean, 0.40) {
			t.Errorf("jitter %v, gap %v: J is %v ms at the end; want %.1f, give or take 40%%", tt.jitter, tt.gap, x.Jitter, mean)
		}
	}
	// TCP keeps the order: a stone waits for those before it, and no longer than
	// the jitter lasts.
	e := classroom()
	e = e.With(lab.Over(lab.TCP, steady(2000, 100, 20*ms)))
	e.Out.Jitter.Max, e.Out.Overtake = 20*ms, true
	if x := pick(t, ran(t, e), lab.TCP); x.Reordered != 0 || x.Delay.P95.Value < 66 || x.Delay.P95.Value > 72 || x.Delay.P50.Value > 55 {
		t.Errorf("TCP: reordered %d, p50 %v, p95 %v", x.Reordered, x.Delay.P50, x.Delay.P95)
	}
}

// narrow is a road of 1 Mbit/s with 20 ms each way and a queue of 50 packets.
func narrow() lab.Experiment {
	e := classroom()
	e.Out = wire.Shape{Delay: 20 * ms, Queue: wire.Queue{Packets: 50}}
	set(&e.Out.Bandwidth, "1Mbit")
	e.Back = wire.Shape{Delay: 20 * ms}
	return e
}

func TestTooFast(t *testing.T) {
	const (
		n       = 1000
		service = 8 * ms // 1000 bytes at 1 Mbit/s
		queue   = 50
	)
	for _, rho := range []float64{0.5, 0.9, 1.1, 1.5, 2} {
		e := narrow()
		gap := time.Duration(float64(service) / rho)
		e = e.With(lab.Over(lab.TCP, steady(n, 948, gap)), lab.Over(lab.UDP, steady(n, 972, gap))) // 1000 bytes each on the wire
		r := ran(t, e)
		udp, tcp := pick(t, r, lab.UDP), pick(t, r, lab.TCP)
		want := math.Min(n, n/rho+queue)
		if !within(float64(udp.Delivered), want, 0.005) {
			t.Errorf("rho %v: UDP delivered %d; want %.0f", rho, udp.Delivered, want)
		}
		if udp.Lost != int(udp.Wire.Overflowed.Value) {
			t.Errorf("rho %v: UDP lost %d, the queue dropped %v", rho, udp.Lost, udp.Wire.Overflowed)
		}
		if full := float64(20+queue*8) + 0.001; rho > 1 && (udp.Delay.Max.Value > full || udp.Delay.Max.Value < full-8.1) {
			t.Errorf("rho %v: UDP's greatest delay is %v ms; want about %v", rho, udp.Delay.Max, full)
		}
		if rho < 1 && (!near(udp.Delay.Max, 28*ms) || udp.Lost != 0) {
			t.Errorf("rho %v: below the knee UDP took %v ms and lost %d; want 28, 0", rho, udp.Delay.Max, udp.Lost)
		}
		if tcp.Delivered != n {
			t.Errorf("rho %v: TCP delivered %d", rho, tcp.Delivered)
		}
		took, end := tcp.Done.Value-tcp.Connect.Value, n*(948+948*52/1448.0)*8/1000 // in full segments
		if rho > 1 && (took < end || took > 1.05*end) {
			t.Errorf("rho %v: TCP was done after %v ms; want %v to %v", rho, took, end, 1.05*end)
		}
		// The last stones wait until the road has carried all before them, and for
		// what TCP takes to find out how fast that goes.
		if wait := end - n*8/rho; rho > 1 && (tcp.Delay.Max.Value < wait || tcp.Delay.Max.Value > wait+1100) {
			t.Errorf("rho %v: TCP's worst stone took %v ms; want %.0f to %.0f", rho, tcp.Delay.Max, wait, wait+1100)
		}
	}
}

func TestBurst(t *testing.T) {
	for _, burst := range []int{10, 50, 60, 200} {
		e := narrow()
		e = e.With(lab.Over(lab.UDP, steady(burst, 972, 10*ms)))
		set(&e.Plan(lab.UDP).Pattern, fmt.Sprintf("burst:%d", burst))
		x := pick(t, ran(t, e), lab.UDP)
		want := min(burst, 50)
		if x.Delivered != want || !near(x.Delay.Max, 20*ms+time.Duration(want)*8*ms) {
			t.Errorf("burst of %d: %d came, the last after %v ms; want %d, %d", burst, x.Delivered, x.Delay.Max, want, 20+8*want)
		}
	}
}

// Random arrivals wait for rho/(2(1-rho)) service times on average where the
// service takes always the same time (M/D/1).
func TestPoisson(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs many stones for a mean")
	}
	const n = 40000
	for _, tt := range []struct{ rho, tolerance float64 }{{0.5, 0.07}, {0.8, 0.07}, {0.9, 0.07}, {0.95, 0.15}} {
		e := narrow()
		e.Out.Queue = wire.Queue{}
		e = e.With(lab.Over(lab.UDP, steady(n, 972, time.Duration(8e6/tt.rho))))
		set(&e.Plan(lab.UDP).Pattern, "poisson")
		e.PerStone = true
		wait := 0.0
		for _, d := range delays(pick(t, ran(t, e), lab.UDP)) {
			wait += (d - 28) / n
		}
		want := 8 * tt.rho / (2 * (1 - tt.rho))
		if !within(wait, want, tt.tolerance) {
			t.Errorf("rho %v: a stone waits %.2f ms on average; want %.2f, give or take %.0f%%", tt.rho, wait, want, 100*tt.tolerance)
		}
	}
}

func TestWarmUp(t *testing.T) {
	for _, tt := range []struct {
		bytes int
		want  time.Duration
	}{{10e3, 150 * ms}, {14e3, 150 * ms}, {15e3, 250 * ms}, {30e3, 250 * ms}, {50e3, 350 * ms}, {200e3, 450 * ms}, {500e3, 650 * ms}, {1e6, 750 * ms}} {
		e := classroom()
		e = e.With(lab.Over(lab.TCP, pace.Plan{Count: 1, Size: tt.bytes})) // one write, so that packets are full
		set(&e.Plan(lab.TCP).Rate, "max")
		rounds := math.Ceil(math.Log2(math.Ceil(float64(tt.bytes)/1448)/10 + 1)) // 10, 20, 40 ... packets
		if formula := time.Duration(rounds)*100*ms + 50*ms; formula != tt.want {
			t.Fatalf("%d bytes: the formula gives %v; want %v", tt.bytes, formula, tt.want)
		}
		// The window opens a little after each round, when the program has read.
		if x := pick(t, ran(t, e), lab.TCP); x.Done.Value < float64(tt.want)/float64(ms) || x.Done.Value > float64(tt.want)/float64(ms)+0.1 {
			t.Errorf("%d bytes: done after %v ms; want %v", tt.bytes, x.Done, tt.want)
		}
	}
}

// bulk is TCP as fast as it goes, for so much time as count stones take.
func bulk(count int) pace.Plan {
	p := pace.Plan{Count: count, Size: 1448}
	set(&p.Rate, "max")
	return p
}

// goodput is the mean goodput of TCP over the results, in Mbit/s.
func goodput(tb testing.TB, rs []lab.Result) float64 {
	tb.Helper()
	sum := 0.0
	for _, r := range rs {
		sum += pick(tb, r, lab.TCP).Goodput.Value / 1e6
	}
	return sum / float64(len(rs))
}

func TestLossTimesDistance(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes a minute of virtual time many times over")
	}
	const seconds = 60
	mathis := func(rtt, p float64) float64 { return 1448 * 8 / (rtt / 1000) * math.Sqrt(1.5/p) / 1e6 }
	pftk := func(rtt, p float64) float64 { // RFC 5348 section 3.1, b = 1
		r := rtt / 1000
		rto := math.Max(0.2, r)
		return 1448 * 8 / (r*math.Sqrt(2*p/3) + rto*3*math.Sqrt(3*p/8)*p*(1+32*p*p)) / 1e6
	}
	measured := map[[2]float64]float64{}
	for _, tt := range []struct {
		rtt, percent float64
		theory       func(rtt, p float64) float64
		least, most  float64 // of the theory
	}{
		{20, 1, mathis, 0.5, 1.2},
		{40, 1, mathis, 0.5, 1.2},
		{100, 1, mathis, 0.5, 1.2},
		{200, 1, mathis, 0.5, 1.5}, // so far away CUBIC grows faster than Reno, of which the formula is
		{40, 0.25, mathis, 0.5, 1.2},
		{40, 0.1, mathis, 0.5, 1.5}, // and with larger windows
		{40, 5, pftk, 0.5, 2.5},
		{40, 10, pftk, 0.5, 2.5},
		{40, 20, pftk, 0.5, 3.2}, // PFTK has a timeout for a lost retransmission, RACK mostly has none
	} {
		want := tt.theory(tt.rtt, tt.percent/100)
		e := classroom()
		half := time.Duration(tt.rtt / 2 * float64(ms))
		e.Out = wire.Shape{Delay: half, Loss: loss(fmt.Sprintf("%g%%", tt.percent))}
		e.Back = wire.Shape{Delay: half}
		e = e.With(lab.Over(lab.TCP, bulk(int(want*1e6*seconds/8/1448))))
		n := 3
		if tt.rtt >= 100 { // few packets, so the variance is large
			n = 6
		}
		if long() {
			n = 10
		}
		got := goodput(t, all(t, seeds(e, n)))
		measured[[2]float64{tt.rtt, tt.percent}] = got
		t.Logf("RTT %v ms, loss %v%%: %.2f Mbit/s, %.2f of the formula", tt.rtt, tt.percent, got, got/want)
		if got < tt.least*want || got > tt.most*want {
			t.Errorf("RTT %v ms, loss %v%%: %.2f Mbit/s; want %.2f to %.2f", tt.rtt, tt.percent, got, tt.least*want, tt.most*want)
		}
	}
	for rtt := 20.0; rtt < 200; rtt *= 2 {
		near, far := measured[[2]float64{rtt, 1}], measured[[2]float64{2 * rtt, 1}]
		if far > 0 && (near/far < 1.5 || near/far > 2.5) {
			t.Errorf("RTT %v ms to %v: %.2f to %.2f Mbit/s; want half, give or take a quarter", rtt, 2*rtt, near, far)
		}
	}
	if few, many := measured[[2]float64{40, 0.25}], measured[[2]float64{40, 1}]; few/many < 1.4 || few/many > 2.6 {
		t.Errorf("loss 0.25%% to 1%%: %.2f to %.2f Mbit/s; want half, give or take 30%%", few, many)
	}
}

func TestSharing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs a long time for a mean")
	}
	seconds := 12 * time.Second
	if long() {
		seconds = 60 * time.Second
	}
	e := classroom()
	e.Together = true
	e.Out = wire.Shape{Delay: 10 * ms, Queue: wire.Queue{Packets: 50}}
	set(&e.Out.Bandwidth, "10Mbit")
	e.Back = wire.Shape{Delay: 10 * ms}
	e.Interval = seconds // what comes later, when UDP has stopped, does not count
	var es []lab.Experiment
	rates := []float64{0.01, 2, 5, 8, 9, 9.5, 11, 12, 15} // of UDP on the wire, in Mbit/s
	for _, rate := range rates {
		e = e.With(lab.Over(lab.TCP, pace.Plan{Time: seconds, Size: 1448}), lab.Over(lab.UDP, pace.Plan{Time: seconds, Size: 1472}))
		set(&e.Plan(lab.TCP).Rate, "max")
		set(&e.Plan(lab.UDP).Rate, fmt.Sprintf("%dbit", int(rate*1e6*1472/1500)))
		es = append(es, e)
	}
	for i, r := range all(t, es) {
		tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
		got := goodputOfFirst(tcp)
		want := math.Max(0, 0.964*(10-rates[i]))
		if math.Abs(got-want) > math.Max(0.2, 0.05*want) {
			t.Errorf("UDP at %v Mbit/s leaves TCP %.2f Mbit/s; want %.2f", rates[i], got, want)
		}
		lost := float64(udp.Lost) / float64(udp.Thrown)
		few := 0.0 // a margin for few stones
		if udp.Thrown < 1000 {
			few = 4 * math.Sqrt(0.02*0.98/float64(udp.Thrown))
		}
		switch over := 1 - 10/rates[i]; {
		case over <= 0 && lost > 0.02+few:
			t.Errorf("UDP at %v Mbit/s lost %.1f%%; want at most %.1f%%", rates[i], 100*lost, 100*(0.02+few))
		case over > 0 && !within(lost, over, 0.05):
			t.Errorf("UDP at %v Mbit/s lost %.1f%%; want %.1f%%", rates[i], 100*lost, 100*over)
		}
	}
}

// goodputOfFirst is the goodput in Mbit/s of the first interval.
func goodputOfFirst(x lab.Outcome) float64 {
	if len(x.Intervals) == 0 || !x.Intervals[0].Goodput.Known() {
		return 0
	}
	return x.Intervals[0].Goodput.Value / 1e6
}

// A datagram has as many pieces, of as many bytes, as theory makes of it. In IPv6 each
// piece has a header more.
func TestPieces(t *testing.T) {
	for _, tt := range []struct {
		size, pieces, bytes int
		v6                  bool
	}{
		{1472, 1, 1500, false},
		{1473, 2, 1521, false},
		{2952, 2, 3000, false},
		{2953, 3, 3021, false},
		{1452, 1, 1500, true},
		{1453, 2, 1557, true},
		{2888, 2, 2992, true},
		{2889, 3, 3041, true},
		{2904, 3, 3056, true},
	} {
		const n = 10
		e := classroom()
		e = e.With(lab.Over(lab.UDP, steady(n, tt.size, 100*ms)))
		e.IPv6, e.Out.Loss, e.Out.Reorder, e.Out.Bandwidth = tt.v6, wire.Loss{}, wire.Reorder{}, 8_000_000
		r := ran(t, e)
		x := pick(t, r, lab.UDP)
		if got := x.Wire; got.Packets.Value != float64(n*tt.pieces) || got.Bytes.Value != float64(n*tt.bytes) {
			t.Errorf("%d bytes, IPv6 %t: %v packets, %v bytes; want %d, %d", tt.size, tt.v6, got.Packets.Value, got.Bytes.Value, n*tt.pieces, n*tt.bytes)
		}
		if said := advice.Expect(&e, &x, "delay_p50_ms"); math.Abs(said.Mean-x.Delay.P50.Value) > 1e-6 {
			t.Errorf("%d bytes, IPv6 %t: takes %v ms; theory says %v", tt.size, tt.v6, x.Delay.P50.Value, said.Mean)
		}
	}
}

func TestBigStones(t *testing.T) {
	notShort(t)
	t.Parallel()
	const n, p = 4000, 0.05
	for _, size := range []int{1472, 1473, 4000, 8000, 20000, 65000} {
		e := classroom()
		e = e.With(lab.Over(lab.UDP, steady(n, size, 100*ms)))
		e.Out.Loss = loss("5%")
		x := pick(t, ran(t, e), lab.UDP)
		pieces := 1.0
		if size > 1472 {
			pieces = math.Ceil(float64(size+8) / 1480)
		}
		if got := x.Wire.Packets.Value; got != n*pieces {
			t.Errorf("%d bytes: %v packets; want %v", size, got, n*pieces)
		}
		want := 1 - math.Pow(1-p, pieces)
		got := float64(x.Lost) / n
		if math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n) {
			t.Errorf("%d bytes in %v pieces: lost %.1f%%; want %.1f%%", size, pieces, 100*got, 100*want)
		}
	}
	e := classroom()
	e = e.With(lab.Over(lab.TCP, steady(500, 4000, 100*ms)))
	e.Out.Loss = loss("5%")
	if x := pick(t, ran(t, e), lab.TCP); x.Lost != 0 || x.Delivered != 500 {
		t.Errorf("TCP: lost %d, delivered %d", x.Lost, x.Delivered)
	}
}
