package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/pace"
	"stones/lab/wire"
)

// anyExperiment is one with all impairments drawn together.
func anyExperiment(seed uint64) lab.Experiment {
	rng := rand.New(rand.NewPCG(seed, 0))
	chance := func(p float64) bool { return rng.Float64() < p }
	upTo := func(most float64) wire.Share { return wire.Share(rng.Float64() * most * 1e9) }
	shape := func(mtu int) wire.Shape {
		s := wire.Shape{Delay: time.Duration(rng.IntN(60_000)) * time.Microsecond, MTU: mtu}
		if chance(0.5) && s.Delay > 0 {
			s.Jitter.Max = time.Duration(rng.Int64N(int64(s.Delay)))
			s.Jitter.Normal = chance(0.3)
			s.Overtake = chance(0.5)
		}
		switch rng.IntN(4) {
		case 0:
			s.Loss.Random = upTo(0.2)
		case 1:
			s.Loss = loss(fmt.Sprintf("gemodel %.2f%% %.2f%%", 5*rng.Float64(), 20+60*rng.Float64()))
		case 2:
			s.Drop = []uint64{1 + rng.Uint64N(50), 1 + rng.Uint64N(50)}
		}
		if chance(0.2) {
			s.DropEvery = 2 + rng.IntN(20)
		}
		if chance(0.3) && s.Delay > 0 {
			s.Reorder = wire.Reorder{Share: upTo(0.2), By: rng.IntN(5)}
		}
		if chance(0.2) && s.Delay > 0 {
			s.ReorderEarly = upTo(0.2)
		}
		if chance(0.2) && s.Delay > 0 {
			s.Hold = []wire.Hold{{Stone: 1 + rng.Uint64N(50), By: rng.IntN(10)}}
		}
		if chance(0.3) {
			s.Duplicate = upTo(0.2)
		}
		if chance(0.3) {
			s.Corrupt = upTo(0.1)
		}
		if chance(0.5) {
			s.Bandwidth = wire.Bandwidth(500_000 + rng.Int64N(20_000_000))
			switch rng.IntN(3) {
			case 0:
				s.Queue.Packets = 1 + rng.IntN(50)
			case 1:
				s.Queue.Bytes = 2000 + rng.IntN(50_000)
			}
		}
		return s
	}
	plan := func() pace.Plan {
		p := pace.Plan{Count: 1 + rng.IntN(100), Size: 32 + rng.IntN(1400)}
		if chance(0.2) {
			p.Size = 32 + rng.IntN(6000)
		}
		set(&p.Rate, fmt.Sprintf("%d/s", 20+rng.IntN(2000)))
		switch rng.IntN(6) {
		case 0:
			set(&p.Pattern, "poisson")
		case 1:
			set(&p.Pattern, fmt.Sprintf("burst:%d", 1+rng.IntN(30)))
		case 2:
			set(&p.Rate, "max")
		}
		return p
	}
	e := lab.Experiment{
		Path:     "sim",
		Seed:     seed,
		IPv6:     chance(0.3),
		Together: chance(0.2),
		Flows:    []lab.Flow{lab.Over(lab.TCP, plan()), lab.Over(lab.UDP, plan())},
		Deadline: 150 * ms,
		GiveUp:   time.Hour,
		Recovery: []string{"rack", "sack"}[rng.IntN(2)],
	}
	mtu := 1500
	if chance(0.3) {
		mtu = 1280 + rng.IntN(3000)
		if !e.IPv6 && chance(0.5) {
			mtu = 576 + rng.IntN(700)
		}
	}
	e.Out, e.Back = shape(mtu), shape(mtu)
	return e
}

// Whatever the road does, every law holds. run and all check them; one of them is that
// the stones which UDP lost are those that the path says it lost.
func TestLaws(t *testing.T) {
	t.Parallel()
	n := 1000
	if testing.Short() {
		n = 100
	}
	if long() {
		n = 10000
	}
	const batch = 500
	for first := 0; first < n; first += batch {
		var es []lab.Experiment
		for seed := first; seed < min(first+batch, n); seed++ {
			es = append(es, anyExperiment(uint64(seed)))
		}
		for _, r := range all(t, es) {
			tcp, udp := pick(t, r, lab.TCP), pick(t, r, lab.UDP)
			if tcp.Complete && tcp.Delivered != tcp.Planned {
				t.Errorf("seed %d: TCP is complete, but delivered %d of %d", r.Experiment.Seed, tcp.Delivered, tcp.Planned)
			}
			if !udp.Complete {
				t.Errorf("seed %d: UDP is not complete: %s", r.Experiment.Seed, udp.Error)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// trace is the complete results of some experiments that together use all of the road,
// without what may differ between builds.
func trace(tb testing.TB) []byte {
	tb.Helper()
	var es []lab.Experiment
	for seed := range 20 {
		e := anyExperiment(uint64(1_000_000 + seed))
		e.PerStone = true
		es = append(es, e)
	}
	rs := all(tb, es)
	for i := range rs {
		rs[i].Made.Go = ""
		for j := range rs[i].Flows {
			rs[i].Flows[j].Stack.Version = ""
		}
	}
	text, err := document.Marshal(rs)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// The same seeds give the same bytes, however many processors there are.
func TestSameSeedSameBytes(t *testing.T) {
	want := trace(t)
	for _, n := range []int{1, 2, 8} {
		before := runtime.GOMAXPROCS(n)
		got := trace(t)
		runtime.GOMAXPROCS(before)
		if string(got) != string(want) {
			t.Errorf("GOMAXPROCS %d gives other bytes", n)
		}
	}
}

var writeGolden = flag.Bool("golden", false, "write testdata/trace.sha256")

// The bytes are the same in every build: with the race detector, on another
// operating system, as WebAssembly.
func TestGoldenTrace(t *testing.T) {
	file := filepath.Join("testdata", "trace.sha256")
	sum := sha256.Sum256(trace(t))
	got := hex.EncodeToString(sum[:])
	if *writeGolden {
		if err := os.WriteFile(file, []byte(got+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.TrimSpace(string(want)) {
		t.Errorf("trace has the hash %s; want %s (if that is meant, run the test with -golden)", got, want)
	}
}
