package remote_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	mathrand "math/rand/v2"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/path/remote"
	"stones/lab/path/sim"
	"stones/lab/prose"
	"stones/lab/run"
	"stones/lab/seal"
	"stones/lab/server"
	"stones/lab/wire"
)

// A refusal says why, and comes within the time limit.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name    string
		server  func(*server.Server)
		client  func(*remote.Config)
		want    string // in the error
		refused bool
	}{
		{"another key", keyed("school"), with("School"), "refused: key", true},
		{"no key", keyed("school"), with(""), "it wants a key", true},
		{"a key for who has none", keyed(""), with("school"), "it has no key", true},
		{"nobody there", nil, func(cfg *remote.Config) { cfg.Address += "4" }, "not an address", false},
		{"another port", nil, func(cfg *remote.Config) { cfg.Address = "10.0.0.2:1" }, "connection refused", true},
		{"no TLS there", nil, func(cfg *remote.Config) { cfg.TLS = true }, "TLS: the other end does not speak it", false},
		{"full", func(s *server.Server) { s.Limits.Sessions, s.Key = 1, []byte("school") }, with("school"), "refused: room", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			meetServer(t, far(), tt.server, func(w *sim.World, _ *server.Server) {
				if tt.name == "full" {
					first, err := open(t, w, tt.client)
					if err != nil {
						t.Error(err)
						return
					}
					defer first.Close()
				}
				began := w.Now()
				s, err := open(t, w, tt.client)
				if err == nil {
					s.Close()
					t.Error("opened")
					return
				}
				if text := err.Error(); !strings.Contains(text, tt.want) || strings.Contains(text, "\n") {
					t.Errorf("error %q; want %q in it", text, tt.want)
				}
				if refused := errors.Is(err, syscall.ECONNREFUSED); refused != tt.refused {
					t.Errorf("%v: refused: %t; want %t", err, refused, tt.refused)
				}
				if took := w.Now() - began; took > 6*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

func keyed(key string) func(*server.Server) {
	return func(s *server.Server) { s.Key = []byte(key) }
}

func with(key string) func(*remote.Config) {
	return func(cfg *remote.Config) { cfg.Key = []byte(key) }
}

func overTLS(s *server.Server) {
	cfg, err := seal.ServerTLS(rand.Reader)
	if err != nil {
		panic(err)
	}
	s.TLS = cfg
}

// Over TLS everything works as without, and the key is bound to the connection.
func TestTLS(t *testing.T) {
	for _, key := range []string{"", "school"} {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprintf("key=%s/back=%t", key, back), func(t *testing.T) {
				both := func(s *server.Server) { overTLS(s); s.Key = []byte(key) }
				meetServer(t, far(), both, func(w *sim.World, _ *server.Server) {
					s, err := open(t, w, func(cfg *remote.Config) { cfg.Key, cfg.TLS = []byte(key), true })
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					e := thrown()
					e.TLS, e.Reverse = true, back
					r, err := run.Run(t.Context(), e, along(s))
					if err != nil {
						t.Error(err)
						return
					}
					for _, x := range r.Flows {
						whole(t, x)
					}
				})
			})
		}
	}
}

// With TLS nobody on the way can read TCP's stones; UDP's stay readable. The cost is one
// more round trip before the first stone.
func TestOverheard(t *testing.T) {
	const said = "Привет"
	for _, hidden := range []bool{false, true} {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprintf("tls=%t/back=%t", hidden, back), func(t *testing.T) {
				prepare := func(s *server.Server) {
					if hidden {
						overTLS(s)
					}
				}
				meetServer(t, far(), prepare, func(w *sim.World, _ *server.Server) {
					s, err := open(t, w, func(cfg *remote.Config) { cfg.TLS = hidden })
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					e := thrown()
					e.Say, e.Overhear, e.TLS, e.Reverse = said, true, hidden, back
					r, err := run.Run(t.Context(), e, along(s))
					if err != nil {
						t.Error(err)
						return
					}
					for _, x := range r.Flows {
						whole(t, x)
						legible := false
						for _, o := range x.Overheard {
							legible = legible || o.Back == back && o.What == lab.HeardSocket && strings.Contains(o.Head, fmt.Sprintf("%x", said))
						}
						if want := !hidden || x.Transport == lab.UDP; legible != want {
							t.Errorf("%s: legible: %t; want %t of %d that were heard", x.Transport, legible, want, len(x.Overheard))
						}
					}
					trips := 1.0
					if hidden {
						trips = 2
					}
					tcp := r.Flows[0]
					if got := tcp.Connect.Value / tcp.RTT.Min.Value; !back && math.Abs(got-trips) > 0.1 {
						t.Errorf("TCP was asked for %.2f round trips; want %v", got, trips)
					}
				})
			})
		}
	}
}

// Another end that does not answer is given up: within 5 s before there is a
// session, within 8 s later.
func TestSilence(t *testing.T) {
	for _, tt := range []struct {
		name string
		say  func(w *sim.World, conn net.Conn)
		want string
	}{
		{"nothing", func(*sim.World, net.Conn) {}, "has not answered in time"},
		{"a byte a second", func(w *sim.World, conn net.Conn) {
			for range 30 {
				if _, err := conn.Write([]byte("x")); err != nil {
					return
				}
				_ = w.SleepUntil(context.Background(), w.Now()+time.Second)
			}
		}, "has not answered in time"},
		{"a greeting a second", func(w *sim.World, conn net.Conn) {
			for range 30 {
				if _, err := io.WriteString(conn, "hello\n"); err != nil {
					return
				}
				_ = w.SleepUntil(context.Background(), w.Now()+time.Second)
			}
		}, "has not answered in time"},
		{"greetings without end", func(_ *sim.World, conn net.Conn) {
			_, _ = conn.Write(bytes.Repeat([]byte("hello\n"), 1000))
		}, "not a reply of this protocol"},
		{"a line of a megabyte", func(_ *sim.World, conn net.Conn) {
			_, _ = conn.Write(bytes.Repeat([]byte("x"), 1<<20))
		}, "line too long"},
		{"HTTP", func(_ *sim.World, conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1000)) // unread bytes would make Close send a reset
			_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
			_ = conn.Close()
		}, "hung up"},
		{"another version", func(_ *sim.World, conn net.Conn) {
			_, _ = io.WriteString(conn, "Hello!\nno version \"1\": this server speaks 2\n")
		}, "this server speaks 2"},
		{"a hang-up", func(_ *sim.World, conn net.Conn) { _ = conn.Close() }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			meet(t, far(), func(f *fake) {
				f.tcp = func(conn net.Conn) { tt.say(f.World, conn) }
			}, func(w *sim.World, _ *fake) {
				began := w.Now()
				if _, err := open(t, w, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v; want %q", err, tt.want)
				}
				if took := w.Now() - began; took > 5100*ms {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// Where UDP is blocked, that is reported within 5 s, and stones are still thrown over
// TCP.
func TestBlockedUDP(t *testing.T) {
	for _, back := range []bool{false, true} {
		t.Run(fmt.Sprintf("back=%t", back), func(t *testing.T) {
			meet(t, far(), func(f *fake) { f.deaf = true }, func(w *sim.World, f *fake) {
				s, err := open(t, w, nil)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				e := thrown()
				e.Reverse = back
				both, err := run.Run(t.Context(), e, along(s))
				if err != nil {
					t.Error(err)
					return
				}
				whole(t, both.Flows[0])
				began := w.Now()
				e = e.Only(lab.UDP)
				r, err := run.Run(t.Context(), e, along(s))
				if err != nil {
					t.Error(err)
					return
				}
				x := r.Flows[0]
				if x.Complete || !strings.Contains(x.Error, "UDP seems to be blocked") || x.Broken != "" || x.Delivered != 0 || x.Lost != 0 {
					t.Errorf("%q %q: %d delivered, %d lost", x.Error, x.Broken, x.Delivered, x.Lost)
				}
				if took := w.Now() - began; !back && took > 5*time.Second {
					t.Errorf("it took %v", took)
				}
				if f.hellos > 10 {
					t.Errorf("%d hellos to who does not answer, twice", f.hellos)
				}
			})
		})
	}
}

// A cut is a Net that loses everything from a time on.
type cut struct {
	end
	at time.Duration
}

func (c *cut) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.end.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &cutConn{Conn: conn, cut: c}, nil
}

type cutConn struct {
	net.Conn
	cut   *cut
	until time.Time // when reading gives up
}

func (c *cutConn) gone() bool { return c.cut.Now() >= c.cut.at }

func (c *cutConn) Write(b []byte) (int, error) {
	if c.gone() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *cutConn) Read(b []byte) (int, error) {
	if !c.gone() {
		if n, err := c.Conn.Read(b); !c.gone() {
			return n, err
		}
	}
	for c.until.IsZero() || c.cut.Time(c.cut.Now()).Before(c.until) {
		_ = c.cut.SleepUntil(context.Background(), c.cut.Now()+10*ms)
	}
	return 0, os.ErrDeadlineExceeded
}

func (c *cutConn) SetDeadline(t time.Time) error {
	c.until = t
	return c.Conn.SetDeadline(t)
}

func (c *cutConn) SetReadDeadline(t time.Time) error {
	c.until = t
	return c.Conn.SetReadDeadline(t)
}

func (c *cutConn) CloseWrite() error {
	if c.gone() {
		return nil
	}
	return c.Conn.(interface{ CloseWrite() error }).CloseWrite()
}

// The other end may go at any time, with a reset or silently. Then there is soon a
// partial result, in which what is not known is called unknown.
func TestGone(t *testing.T) {
	const whole = 5 * time.Second // of throwing
	for _, only := range []string{"tcp", "udp"} {
		for _, back := range []bool{false, true} {
			for _, share := range []int{20, 50, 95} {
				for _, vanished := range []bool{false, true} {
					t.Run(fmt.Sprintf("over=%s/back=%t/at=%d%%/vanished=%t", only, back, share, vanished), func(t *testing.T) {
						after := whole * time.Duration(share) / 100
						meet(t, far(), nil, func(w *sim.World, f *fake) {
							c := &cut{end{w}, 1 << 62}
							s, err := open(t, w, func(cfg *remote.Config) { cfg.Net = c })
							if err != nil {
								t.Error(err)
								return
							}
							defer s.Close()
							e := thrown()
							e.Plan(lab.TCP).Count, e.Plan(lab.UDP).Count, e.Reverse = 1000, 1000, back
							if only == "tcp" {
								e = e.Only(lab.TCP)
							} else {
								e = e.Only(lab.UDP)
							}
							gone := w.Now() + 300*ms + after // planning takes about 300 ms
							w.Go(func() {
								_ = w.SleepUntil(context.Background(), gone)
								if !vanished {
									f.stop()
								}
							})
							limit := 3 * time.Second
							if vanished {
								c.at, limit = gone, 10*time.Second
							}
							r, err := run.Run(t.Context(), e, along(s))
							if err != nil {
								t.Error(err)
								return
							}
							if late := w.Now() - gone; late > limit {
								t.Errorf("it ended %v after the other end; want at most %v", late, limit)
							}
							x := r.Flows[0]
							if x.Complete || x.Error == "" || x.Broken != "" {
								t.Errorf("complete: %t, error %q, broken %q", x.Complete, x.Error, x.Broken)
							}
							if x.Lost != 0 || x.Unknown == 0 || x.Delivered > 0 != back {
								t.Errorf("%d thrown, %d delivered, %d lost, %d unknown", x.Thrown, x.Delivered, x.Lost, x.Unknown)
							}
						})
					})
				}
			}
		}
	}
}

// Without a report, or with one that cannot be true, everything that is not known is
// called unknown.
func TestReports(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func(reply string) string
		want  string // in the error; "law" means that law 6 is broken
	}{
		{"refused", func(string) string { return "no memory left\n" }, "refused: memory left"},
		{"hung up", func(string) string { return "" }, "hung up"},
		{"cut off", func(reply string) string { return reply[:len(reply)/2] }, "not answered"},
		{"too few", func(string) string { return "ok 100\n" }, "report of 0 arrivals says 100"},
		{"none", func(reply string) string { return reply[strings.Index(reply, " damaged"):] }, "says 100"},
		{"nonsense", func(string) string { return "\x1b[31mboo\x00\n" }, "not a reply"},
		{"another number", once(" 100 ", " 101 "), "it tells of stone 101 of 100"},
		{"number 0", once(" 1 ", " 0 "), "it tells of stone 0 of 100"},
		{"a number of 2^64", once(" 1 ", " 18446744073709551616 "), "not a reply"},
		{"back in time", func(reply string) string {
			lines := strings.SplitAfter(reply, "\n")
			lines[0], lines[1] = lines[1], lines[0]
			return strings.Join(lines, "")
		}, "after one at"},
		{"another plan", func(reply string) string {
			_, rest, _ := strings.Cut(reply, "\n")
			return " 1 5 5\n" + rest
		}, "as due"},
		{"without end", func(reply string) string {
			first, _, _ := strings.Cut(reply, "\n")
			return strings.Repeat(first+"\n", 2000)
		}, "a report of more than 1400 stones"},
		{"of a thrower", func(reply string) string {
			return strings.Replace(reply, " damaged", " thrown 100 100 100\n damaged", 1)
		}, "wrong end"},
		{"many damaged", once(" damaged 0", " damaged 999999999"), "allowed 0 to"},
		{"one twice", func(reply string) string {
			first, rest, _ := strings.Cut(reply, "\n")
			return first + "\n" + first + "\n" + strings.Replace(rest, "ok 100", "ok 101", 1)
		}, "law"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			meet(t, far(), reporting(tt.alter), func(w *sim.World, _ *fake) {
				s, err := open(t, w, nil)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				e := thrown()
				e = e.Only(lab.TCP)
				e.PerStone, e.Interval = true, 100*ms
				began := w.Now()
				r, err := run.Run(t.Context(), e, along(s))
				if err != nil {
					t.Error(err)
					return
				}
				if took := w.Now() - began; took > 15*time.Second {
					t.Errorf("it took %v", took)
				}
				x := r.Flows[0]
				if tt.want == "law" {
					if !strings.Contains(x.Broken, "law 6") {
						t.Errorf("broken %q; want law 6", x.Broken)
					}
					return
				}
				if x.Complete || !strings.Contains(x.Error, tt.want) || strings.ContainsAny(x.Error, "\n\x1b\x00") || x.Broken != "" {
					t.Errorf("complete: %t, error %q, broken %q; want %q", x.Complete, x.Error, x.Broken, tt.want)
				}
				if x.Thrown != 100 || x.Unknown != 100 || x.Delivered+x.Lost != 0 || x.Delay.P50.Known() || x.Goodput.Known() {
					t.Errorf("%d thrown, %d delivered, %d lost, %d unknown, %v", x.Thrown, x.Delivered, x.Lost, x.Unknown, x.Delay)
				}
				for _, s := range x.Stones {
					if s.Fate != "unknown" {
						t.Errorf("stone %d is %s", s.Number, s.Fate)
					}
				}
			})
		})
	}
}

// No more stones can have been dropped at the catcher's full socket than are missing.
func TestMoreDropsThanMissing(t *testing.T) {
	for drops, want := range map[int]string{0: "", 1: "law 9: receiver drops 1 > missing 0", 16_000_000: "law 9: receiver drops 16000000 > missing 0"} {
		meet(t, far(), reporting(func(reply string) string {
			return strings.Replace(reply, " drops unknown it does not look", fmt.Sprintf(" drops %d", drops), 1)
		}), func(w *sim.World, _ *fake) {
			s, err := open(t, w, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			r, err := run.Run(t.Context(), thrown().Only(lab.UDP), along(s))
			if err != nil {
				t.Error(err)
				return
			}
			if x := r.Flows[0]; x.Broken != want || x.Delivered != 100 {
				t.Errorf("%d drops: %q, delivered %d; want %q", drops, x.Broken, x.Delivered, want)
			}
		})
	}
}

// A report of stones that carried something else than was thrown is an error.
func TestOtherBytes(t *testing.T) {
	meet(t, far(), nil, func(w *sim.World, _ *fake) {
		s, err := open(t, w, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		e := thrown().Only(lab.TCP)
		e.File = file()
		r, err := run.Run(t.Context(), e, along(s))
		if err != nil {
			t.Error(err)
			return
		}
		x := r.Flows[0]
		if x.Complete || !strings.Contains(x.Error, "carried something else") || x.Unknown != 100 || x.Caught.Bytes != 0 {
			t.Errorf("complete: %t, error %q, %d unknown, caught %+v", x.Complete, x.Error, x.Unknown, x.Caught)
		}
	})
}

// reporting makes a fake alter its reports.
func reporting(alter func(reply string) string) func(*fake) {
	return func(f *fake) {
		f.alter = func(said string, reply []byte) []byte {
			if strings.HasPrefix(said, "report") {
				return bytesOf(alter(string(reply)))
			}
			return reply
		}
	}
}

// Without the report of a far thrower it is known which stones came. Of the others it is
// not known whether they were thrown.
func TestThrowerReports(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func(reply string) string
		want  string
	}{
		{"refused", func(string) string { return "no memory left\n" }, "refused: memory left"},
		{"of a catcher", once(" thrown 100 100 100\n", ""), "wrong end"},
		{"another plan", once(" thrown 100 100 100", " thrown 101 100 100"), "it planned 101 stones of 100"},
		{"more thrown", once(" thrown 100 100 100", " thrown 100 100 99"), "tells of 100"},
		{"one left out", func(reply string) string {
			_, rest, _ := strings.Cut(reply, "\n")
			return strings.Replace(strings.Replace(rest, "ok 100", "ok 99", 1), " thrown 100 100 100", " thrown 100 100 99", 1)
		}, "it attempted 100 stones, threw 99 and did not throw 0"},
		{"one twice", func(reply string) string {
			first, rest, _ := strings.Cut(reply, "\n")
			return first + "\n" + first + "\n" + strings.Replace(strings.Replace(rest, "ok 100", "ok 101", 1), " thrown 100 100 100", " thrown 101 101 101", 1)
		}, "it threw stone 1 after stone 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			meet(t, far(), reporting(tt.alter), func(w *sim.World, _ *fake) {
				s, err := open(t, w, nil)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				e := thrown()
				e = e.Only(lab.UDP)
				e.Reverse = true
				r, err := run.Run(t.Context(), e, along(s))
				if err != nil {
					t.Error(err)
					return
				}
				x := r.Flows[0]
				if x.Complete || !strings.Contains(x.Error, tt.want) || x.Broken != "" {
					t.Errorf("complete: %t, error %q, broken %q; want %q", x.Complete, x.Error, x.Broken, tt.want)
				}
				if x.Delivered != 100 || x.Lost+x.Unknown != 0 || x.Pacing.Offered.Known() || x.Pacing.ErrorMax.Known() {
					t.Errorf("%d delivered, %d lost, %d unknown, %+v", x.Delivered, x.Lost, x.Unknown, x.Pacing)
				}
			})
		})
	}
}

// once replaces a text where it stands first.
func once(old, with string) func(string) string {
	return func(reply string) string { return strings.Replace(reply, old, with, 1) }
}

// bytesOf is nil for nothing.
func bytesOf(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(text)
}

// Whatever a hostile server says, and where, the client ends in time with a result or one
// line of error.
func FuzzServer(f *testing.F) {
	for _, seed := range []string{
		"", "ok\n", "no\n", "ok stones 2 challenge=00 key=yes\n", "\x16\x03\x01\x00", " 1 1 1\nok 1\n", "flow=7 secret=00",
		" thrown 1 1 1\nok 0\n", "ok flow=1 secret=00000000000000000000000000000000\n", "ok 9223372036854775807\n",
		" 1 -9223372036854775808 9223372036854775807\n damaged 1\nok 1\n", " 1 0 -9223372036854775808\n reads 5\nok 1\n",
	} {
		for place := range byte(8) {
			f.Add(place, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, place byte, said []byte) {
		meet(t, far(), func(fake *fake) {
			alter := []string{"stones", "echo", "plan", "thrown", "report", "forget", "carry", "datagram"}[place%8]
			fake.alter = func(words string, reply []byte) []byte {
				if strings.HasPrefix(words, alter) {
					return append(bytes.Clone(said), reply[:len(reply)*int(place>>6)/3]...)
				}
				return reply
			}
			fake.say = map[string][]byte{alter: said}
		}, func(w *sim.World, _ *fake) {
			began := w.Now()
			s, err := open(t, w, nil)
			if err != nil {
				oneLine(t, err.Error())
				return
			}
			defer s.Close()
			e := thrown()
			e.Plan(lab.TCP).Count, e.Plan(lab.UDP).Count, e.Reverse = 10, 10, place&8 != 0
			r, err := run.Run(t.Context(), e, along(s))
			if err != nil {
				t.Error(err)
				return
			}
			for _, x := range r.Flows {
				oneLine(t, x.Error)
			}
			if took := w.Now() - began; took > 45*time.Second {
				t.Errorf("it took %v", took)
			}
			if _, err := document.Marshal(lab.Document{Version: "1.0.0", Results: []lab.Result{r}}); err != nil {
				t.Error(err)
			}
		})
	})
}

// oneLine expects a text of one line that is safe to print.
func oneLine(t *testing.T, text string) {
	t.Helper()
	if prose.Safe(text) != text {
		t.Errorf("%q is not safe to show", text)
	}
}

// Whatever happens on the way and to the other end: each experiment ends in
// time, all its laws hold, and what is not complete says why.
func TestFaults(t *testing.T) {
	t.Parallel()
	seeds := 60
	if os.Getenv("STONES_LONG") != "" {
		seeds = 2000
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			fault(t, seed)
		})
	}
}

// fault runs an experiment with the faults of a seed.
func fault(t *testing.T, seed uint64) {
	t.Helper()
	dice := mathrand.New(mathrand.NewPCG(seed, 7))
	maybe := func(share float64) bool { return dice.Float64() < share }
	way := func() wire.Shape {
		s := wire.Shape{Delay: time.Duration(dice.Int64N(int64(100 * ms)))}
		if maybe(0.5) {
			s.Loss.Random = wire.Share(dice.Int64N(int64(15 * wire.Percent)))
		}
		if maybe(0.3) {
			s.Duplicate = wire.Share(dice.Int64N(int64(20 * wire.Percent)))
		}
		if maybe(0.3) {
			s.Corrupt = wire.Share(dice.Int64N(int64(5 * wire.Percent)))
		}
		if maybe(0.3) {
			s.Jitter.Max, s.Overtake = s.Delay/2, maybe(0.5)
		}
		if maybe(0.3) { // a blackout
			from := dice.Uint64N(600)
			for n := range 1 + dice.Uint64N(400) {
				s.DropPackets = append(s.DropPackets, 1+from+n)
			}
		}
		return s
	}
	cfg := sim.Config{Seed: seed, Out: way(), Back: way(), Buffer: 4096 << dice.IntN(9)}
	e := thrown()
	e.Reverse, e.Together, e.Interval = maybe(0.4), maybe(0.4), 100*ms
	e.Plan(lab.TCP).Count, e.Plan(lab.UDP).Count = 1+dice.IntN(300), 1+dice.IntN(300)
	if maybe(0.3) {
		e.Plan(lab.TCP).Pattern.Burst, e.Plan(lab.UDP).Pattern.Burst = 10, 20
	}
	goes, cuts := maybe(0.3), maybe(0.2)
	at := time.Duration(dice.Int64N(int64(6 * time.Second)))
	tls := maybe(0.3)
	prepare := func(s *server.Server) {
		if s.Key = []byte("school"); tls {
			overTLS(s)
		}
	}
	meetServer(t, cfg, prepare, func(w *sim.World, srv *server.Server) {
		c := &cut{end{w}, 1 << 62}
		if cuts {
			c.at = w.Now() + at
		}
		if goes {
			w.Go(func() {
				_ = w.SleepUntil(context.Background(), w.Now()+at)
				srv.Stop()
			})
		}
		began := w.Now()
		s, err := open(t, w, func(cfg *remote.Config) { cfg.Net, cfg.Key, cfg.TLS = c, []byte("school"), tls })
		if took := w.Now() - began; took > 10100*ms {
			t.Errorf("opening took %v", took)
		}
		if err != nil {
			oneLine(t, err.Error())
			return
		}
		defer s.Close()
		for range 2 {
			began := w.Now()
			r, err := run.Run(t.Context(), e, along(s))
			if err != nil {
				t.Error(err)
				return
			}
			// For each transport: planning, the plan, and what may follow it.
			if took := w.Now() - began; took > 2*(22*time.Second+1500*ms+15*time.Second) {
				t.Errorf("it took %v", took)
			}
			for _, x := range r.Flows {
				oneLine(t, x.Error)
				if x.Broken != "" || x.Complete == (x.Error != "") || x.Complete && x.Unknown > 0 {
					t.Errorf("%s: %q: %q, %d unknown", x.Transport, x.Error, x.Broken, x.Unknown)
				}
			}
		}
	})
}
