package remote_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/pace"
	"stones/lab/path/host"
	"stones/lab/path/remote"
	"stones/lab/path/sim"
	"stones/lab/report"
	"stones/lab/run"
	"stones/lab/server"
	"stones/lab/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// thrown is an experiment of 100 stones over both transports.
func thrown() lab.Experiment {
	plan := pace.Plan{Count: 100, Size: 500, Rate: pace.StonesPerSecond(200)}
	tcp, udp := plan, plan
	return lab.Experiment{Path: lab.Remote, To: "there", Flows: []lab.Flow{lab.Over(lab.TCP, tcp), lab.Over(lab.UDP, udp)}, GiveUp: 10 * time.Second, Deadline: 150 * ms}
}

// file is what 100 stones of 500 bytes carry.
func file() lab.File {
	return lab.NewFile("file", strings.Repeat("0123456789", 4680-7))
}

// along is the path of a session.
func along(s *remote.Session) run.Path {
	return run.Path{Open: func(lab.Experiment) (run.World, error) { return s.World(nil), nil }}
}

// open opens a session in a world.
func open(t *testing.T, w *sim.World, change func(*remote.Config)) (*remote.Session, error) {
	t.Helper()
	cfg := remote.Config{Net: end{w}, Address: w.Address("tcp")}
	if change != nil {
		change(&cfg)
	}
	return remote.Open(context.Background(), cfg)
}

// Several experiments go over one session, both ways.
func TestFlows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*lab.Experiment)
	}{
		{"there", func(*lab.Experiment) {}},
		{"back", func(e *lab.Experiment) { e.Reverse = true }},
		{"together", func(e *lab.Experiment) { e.Together = true }},
		{"together back", func(e *lab.Experiment) { e.Together, e.Reverse = true, true }},
		{"in intervals", func(e *lab.Experiment) { e.Interval, e.PerStone = 100*ms, true }},
		{"a file there", func(e *lab.Experiment) { e.File = file() }},
		{"a file back", func(e *lab.Experiment) { e.File, e.Reverse = file(), true }},
		{"by chance", func(e *lab.Experiment) {
			e.Seed, e.Plan(lab.TCP).Pattern.Poisson, e.Plan(lab.UDP).Pattern.Poisson = 5, true, true
		}},
		{"by chance back", func(e *lab.Experiment) {
			e.Reverse, e.Plan(lab.TCP).Pattern.Poisson, e.Plan(lab.UDP).Pattern.Poisson = true, true, true
		}},
		{"in bursts back", func(e *lab.Experiment) {
			e.Reverse, e.Plan(lab.TCP).Pattern.Burst, e.Plan(lab.UDP).Pattern.Burst = true, 10, 10
		}},
	} {
		client := func(w *sim.World) {
			s, err := open(t, w, func(cfg *remote.Config) { cfg.Key = []byte("school") })
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for range 3 {
				e := thrown()
				tt.change(&e)
				r, err := run.Run(t.Context(), e, along(s))
				if err != nil {
					t.Error(err)
					return
				}
				for _, x := range r.Flows {
					whole(t, x)
					if e.File.Is() && (x.Caught == nil || !x.Caught.Equal || x.Caught.Bytes != e.File.Bytes) {
						t.Errorf("%s: of the file it caught %+v", x.Transport, x.Caught)
					}
				}
				legible(t, r)
			}
		}
		if !strings.HasPrefix(tt.name, "a file") { // the fake does not support files
			t.Run("fake="+tt.name, func(t *testing.T) {
				meet(t, far(), func(f *fake) { f.key = []byte("school") }, func(w *sim.World, f *fake) {
					client(w)
					if f.sessions != 1 {
						t.Errorf("%d sessions for three experiments", f.sessions)
					}
				})
			})
		}
		t.Run("server="+tt.name, func(t *testing.T) {
			meetServer(t, far(), keyed("school"), func(w *sim.World, _ *server.Server) { client(w) })
		})
	}
}

// legible expects that a result can be written and read again.
func legible(t *testing.T, r lab.Result) {
	t.Helper()
	first, err := document.Marshal(r)
	if err != nil {
		t.Error(err)
		return
	}
	var again lab.Result
	if err := document.Unmarshal(first, &again); err != nil {
		t.Error(err)
		return
	}
	if second, err := document.Marshal(again); err != nil || !bytes.Equal(first, second) {
		t.Errorf("read again, it is another result: %v\n%s\n%s", err, first, second)
	}
}

// whole expects that all of 100 stones have come.
func whole(t *testing.T, x lab.Outcome) {
	t.Helper()
	if !x.Complete || x.Broken != "" || x.Planned != 100 || x.Thrown != 100 || x.Delivered != 100 || x.Arrivals != 100 || x.Lost+x.Unknown+x.Duplicated+x.Foreign+x.Damaged != 0 {
		t.Errorf("%s: not whole: %q %q thrown %d, %d arrivals", x.Transport, x.Error, x.Broken, x.Thrown, x.Arrivals)
	}
	if !x.Delay.Above || x.Delay.Min.Value != 0 || x.Delay.P50.Value > 1 || x.Delay.Max.Value > 45 || x.Late != 0 {
		t.Errorf("%s: delays above the least: %+v, %d late", x.Transport, x.Delay, x.Late)
	}
	if x.RTT == nil || x.RTT.Min.Value < 40 || x.RTT.Median.Value > 42 {
		t.Errorf("%s: round trip %+v; want 40 ms", x.Transport, x.RTT)
	}
	if x.Done.Value < 350 || x.Done.Value > 800 {
		t.Errorf("%s: done at %v ms; the last stone was due at about 500", x.Transport, x.Done)
	}
	if x.Wire.Packets.Known() || x.Throughput.Why.Kind != lab.NotApplicable {
		t.Errorf("%s: the wire is seen: %+v", x.Transport, x.Wire)
	}
}

// What the way loses, copies and brings out of order is counted to the stone.
func TestWay(t *testing.T) {
	for _, tt := range []struct {
		name              string
		way               wire.Shape
		copies, reordered int
	}{
		{"copies", wire.Shape{Duplicate: 100 * wire.Percent}, 97, 0},
		{"disorder", wire.Shape{Hold: []wire.Hold{{Stone: 20, By: 2}, {Stone: 70, By: 1}}}, 0, 2},
	} {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/back=%t", tt.name, back), func(t *testing.T) {
				cfg := far()
				way := &cfg.Out
				if back {
					way = &cfg.Back
				}
				*way = tt.way
				way.Delay, way.Drop = 20*ms, []uint64{3, 50, 51}
				meetServer(t, cfg, nil, func(w *sim.World, _ *server.Server) {
					s, err := open(t, w, nil)
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					e := thrown()
					e.Reverse, e.PerStone = back, true
					r, err := run.Run(t.Context(), e, along(s))
					if err != nil {
						t.Error(err)
						return
					}
					tcp, udp := r.Flows[0], r.Flows[1]
					if !tcp.Complete || tcp.Broken != "" || tcp.Delivered != 100 || tcp.Lost+tcp.Duplicated+tcp.Reordered != 0 {
						t.Errorf("TCP: %q %q: %d delivered, %d lost, %d duplicated, %d reordered", tcp.Error, tcp.Broken, tcp.Delivered, tcp.Lost, tcp.Duplicated, tcp.Reordered)
					}
					if !udp.Complete || udp.Broken != "" || udp.Delivered != 97 || udp.Lost != 3 || udp.Duplicated != tt.copies || udp.Reordered != tt.reordered || udp.LongestLoss != 2 {
						t.Errorf("UDP: %q %q: %d delivered, %d lost, %d duplicated, %d reordered, %d in a row",
							udp.Error, udp.Broken, udp.Delivered, udp.Lost, udp.Duplicated, udp.Reordered, udp.LongestLoss)
					}
					for _, s := range udp.Stones {
						if want := lab.StoneDelivered; s.Fate != want && !slices.Contains(way.Drop, s.Number) {
							t.Errorf("stone %d is %s", s.Number, s.Fate)
						}
					}
				})
			})
		}
	}
}

// The same over real sockets.
func TestLoopback(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{false, true} {
		for _, tls := range []bool{false, true} {
			t.Run(fmt.Sprintf("back=%t/tls=%t", back, tls), func(t *testing.T) {
				t.Parallel()
				s := onLoopback(t, tls)
				e := thrown()
				e.Plan(lab.TCP).Rate, e.Plan(lab.UDP).Rate = pace.StonesPerSecond(1000), pace.StonesPerSecond(1000)
				e.Together, e.Reverse, e.TLS = true, back, tls
				r, err := run.Run(t.Context(), e, along(s))
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range r.Flows {
					if !x.Complete || x.Broken != "" || x.Delivered != 100 || x.RTT == nil || x.RTT.Min.Value <= 0 {
						t.Errorf("%s: %q %q: %d delivered, round trip %v", x.Transport, x.Error, x.Broken, x.Delivered, x.RTT)
					}
				}
				if os.Getenv("STONES_SHOW") != "" {
					_ = report.Formats["table"](os.Stdout, lab.Document{Version: "1.0.0", Results: []lab.Result{r}}, report.View{})
				}
			})
		}
	}
}

// onLoopback opens a session with a server on real sockets.
func onLoopback(t *testing.T, tls bool) *remote.Session {
	t.Helper()
	there, err := host.Open(host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	srv := &server.Server{World: there, Key: []byte("school")}
	if tls {
		overTLS(srv)
	}
	if err := srv.Listen(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := there.Run(context.Background(), func() { _ = srv.Serve(context.Background()) }); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		srv.Stop()
		serving.Wait()
	})
	here, err := host.Open(host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := remote.Open(t.Context(), remote.Config{Net: here, Address: srv.Addr().String(), Key: []byte("school"), TLS: tls})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// An interrupted experiment returns what is known by then, including the other end's
// report.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{false, true} {
		t.Run(fmt.Sprintf("back=%t", back), func(t *testing.T) {
			t.Parallel()
			p := along(onLoopback(t, false))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p.Live = func(l lab.Live) {
				if back != (l.Thrown < 0) || back == (l.Delivered < 0) {
					t.Errorf("told of what only the other end knows: %+v", l)
				}
				if max(l.Thrown, l.Delivered) >= 20 {
					cancel()
				}
			}
			e := thrown()
			e.Plan(lab.TCP).Count, e.Plan(lab.UDP).Count, e.Together, e.Reverse, e.Interval = 10_000, 10_000, true, back, 50*ms
			r, err := run.Run(ctx, e, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range r.Flows {
				if x.Complete || x.Error == "" || x.Broken != "" || x.Delivered < 10 || x.Delivered+x.Lost+x.Unknown != x.Thrown {
					t.Errorf("%s: complete: %t, %q, %q, %d of %d delivered", x.Transport, x.Complete, x.Error, x.Broken, x.Delivered, x.Thrown)
				}
			}
		})
	}
}
