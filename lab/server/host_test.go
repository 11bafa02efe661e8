package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stones/lab/clock"
	"stones/lab/control"
	"stones/lab/path/host"
	"stones/lab/seal"
	"stones/lab/stone"
	"stones/tcp"
)

// onHost serves on this computer's sockets until visit returns.
func onHost(t *testing.T, s *Server, visit func(address string)) {
	t.Helper()
	w, err := host.Open(host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s.World = w
	s.Arrived = func() time.Duration { return w.Arrival("udp") }
	s.Dropped = func() (int, string) { r := w.Record("udp"); return r.ReceiverDrops, r.DropsUnknown }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := s.Listen(ctx, "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	err = w.Run(ctx, func() {
		if err := s.Serve(ctx); err != nil {
			t.Error(err)
		}
	}, func() {
		defer cancel()
		visit(s.Addr().String())
	})
	if err != nil {
		t.Error(err)
	}
}

// talk connects and plans.
func talk(address string, cfg *tls.Config, key []byte, p control.Plan) (net.Conn, *control.Reader, control.Ticket, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, nil, control.Ticket{}, err
	}
	var binding []byte
	if cfg != nil {
		secured := tls.Client(conn, cfg)
		if err := secured.Handshake(); err != nil {
			return conn, nil, control.Ticket{}, err
		}
		if binding, err = seal.Binding(secured.ConnectionState()); err != nil {
			return conn, nil, control.Ticket{}, err
		}
		conn = secured
	}
	lines := control.NewReader(conn)
	io.WriteString(conn, "stones 2\n")
	_, text, err := lines.ReadGreeted()
	if err != nil {
		return conn, nil, control.Ticket{}, err
	}
	w, err := control.ParseWelcome(text)
	if err != nil {
		return conn, nil, control.Ticket{}, err
	}
	if w.Key {
		io.WriteString(conn, control.Prove{Proof: seal.Prove(key, seal.Thrower, w.Challenge, [16]byte{}, binding)}.String()+"\n")
		text, err := lines.ReadReply(nil)
		if err != nil {
			return conn, nil, control.Ticket{}, err
		}
		if proof, err := control.ParseProof(text); err != nil || !seal.Equal(proof, seal.Prove(key, seal.Catcher, w.Challenge, [16]byte{}, binding)) {
			return conn, nil, control.Ticket{}, errors.New("the server does not know the key")
		}
	}
	io.WriteString(conn, p.String()+"\n")
	if text, err = lines.ReadReply(nil); err != nil {
		return conn, nil, control.Ticket{}, err
	}
	ticket, err := control.ParseTicket(text)
	return conn, lines, ticket, err
}

// paced yields the stones evenly over the time of the plan.
func paced(p control.Plan, all iter.Seq[stone.Stone]) iter.Seq[stone.Stone] {
	c := clock.NewReal()
	return func(yield func(stone.Stone) bool) {
		for s := range all {
			at := time.Duration(s.Number) * p.Duration / time.Duration(p.Count)
			if c.SleepUntil(context.Background(), at) != nil || !yield(s) {
				return
			}
		}
	}
}

// throwAt throws a plan's stones and returns how many are said to have come.
func throwAt(address string, cfg *tls.Config, key []byte, p control.Plan) (int, error) {
	conn, lines, ticket, err := talk(address, cfg, key, p)
	if conn != nil {
		defer conn.Close()
	}
	if err != nil {
		return 0, err
	}
	all := paced(p, stones(ticket, p, numbers(p.Count)))
	if p.Transport == "tcp" {
		carrier, err := net.Dial("tcp", address)
		if err != nil {
			return 0, err
		}
		var binding []byte
		if cfg != nil {
			secured := tls.Client(carrier, cfg)
			if err := secured.Handshake(); err != nil {
				return 0, err
			}
			if binding, err = seal.Binding(secured.ConnectionState()); err != nil {
				return 0, err
			}
			carrier = secured
		}
		io.WriteString(carrier, control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, binding)}.String()+"\n")
		th, err := tcp.Dial(context.Background(), single{carrier}, "")
		if err != nil {
			return 0, err
		}
		defer th.Close()
		for _, err := range th.Throw(context.Background(), all) {
			if err != nil {
				return 0, err
			}
		}
	} else {
		udp, err := net.Dial("udp", address)
		if err != nil {
			return 0, err
		}
		defer udp.Close()
		tagger := seal.NewTagger(ticket.Secret)
		all(func(s stone.Stone) bool {
			_, err = udp.Write(tagger.Append(s.Append(nil)))
			return err == nil
		})
		if err != nil {
			return 0, err
		}
	}
	io.WriteString(conn, control.Ask{Flow: ticket.Flow}.String()+"\n")
	n := 0
	_, err = lines.ReadReport(func(control.Arrival) error { n++; return nil })
	return n, err
}

// Many throw at once, on real sockets, over TCP and over UDP, with and without
// TLS, and all is counted.
func TestMany(t *testing.T) {
	secured, err := seal.ServerTLS(&chance{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		server *tls.Config
		client *tls.Config
		key    []byte
	}{{"plain", nil, nil, nil}, {"TLS and a key", secured, seal.ClientTLS(), []byte("school")}} {
		t.Run(tt.name, func(t *testing.T) {
			s := &Server{TLS: tt.server, Key: tt.key}
			onHost(t, s, func(address string) {
				var wg sync.WaitGroup
				defer wg.Wait()
				for i := range 32 {
					p := control.Plan{Transport: []string{"tcp", "udp"}[i%2], Count: 50, Size: 200, Duration: 100 * ms}
					wg.Go(func() {
						if n, err := throwAt(address, tt.client, tt.key, p); n != p.Count || err != nil {
							t.Errorf("%d of %d stones over %s, %v", n, p.Count, p.Transport, err)
						}
					})
				}
				for range 200 {
					wg.Go(func() { // silent
						conn, err := net.Dial("tcp", address)
						if err == nil {
							defer conn.Close()
						}
					})
				}
			})
			if n := len(s.Clients()); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
		})
	}
}

// chance is a reader of numbers that are random enough for a test.
type chance struct{ n byte }

func (c *chance) Read(b []byte) (int, error) {
	for i := range b {
		c.n = c.n*5 + 13
		b[i] = c.n
	}
	return len(b), nil
}

// A client that speaks plain text to a server with TLS gets an error; so does one with
// a wrong key.
func TestTLSRefuses(t *testing.T) {
	secured, err := seal.ServerTLS(&chance{})
	if err != nil {
		t.Fatal(err)
	}
	p := control.Plan{Transport: "tcp", Count: 1, Size: 100, Duration: time.Second}
	onHost(t, &Server{TLS: secured, Key: []byte("school")}, func(address string) {
		var refused *control.Refused
		if _, err := throwAt(address, nil, nil, p); !errors.As(err, &refused) || refused.Text != "plain text: this server speaks TLS" {
			t.Errorf("plain text: %v", err)
		}
		if _, err := throwAt(address, seal.ClientTLS(), []byte("wrong"), p); !errors.As(err, &refused) || refused.Text != "key: wrong key" {
			t.Errorf("a wrong key: %v", err)
		}
	})
}

// When the server ends, all that waits for it ends too.
func TestServerEnds(t *testing.T) {
	var wg sync.WaitGroup
	defer wg.Wait()
	onHost(t, &Server{}, func(address string) {
		for i := range 20 {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			if i%2 == 0 {
				fmt.Fprintln(conn, "echo hello")
			}
			wg.Go(func() {
				_, _ = io.Copy(io.Discard, conn)
				conn.Close()
			})
		}
		conn, _, ticket, err := talk(address, nil, nil, control.Plan{Transport: "tcp", Count: 1000, Size: 100, Duration: time.Minute, Reverse: true, Rate: "20/s", Pattern: "steady"})
		if err != nil {
			t.Error(err)
			return
		}
		carrier, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprintln(carrier, control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)})
		for _, conn := range []net.Conn{conn, carrier} {
			wg.Go(func() {
				_, _ = io.Copy(io.Discard, conn)
				conn.Close()
			})
		}
		io.ReadFull(carrier, make([]byte, 200)) // it throws
	})
}

// A class of 64 throws over both transports at once, each a stone every
// millisecond for a second, over each.
func BenchmarkClass(b *testing.B) {
	const students, count = 64, 1000
	for b.Loop() {
		w, err := host.Open(host.Config{})
		if err != nil {
			b.Fatal(err)
		}
		s := &Server{World: w, Limits: Limits{Sessions: 2 * students, PerAddress: 2 * students}}
		if err := s.Listen(b.Context(), "127.0.0.1:0"); err != nil {
			b.Fatal(err)
		}
		var caught [2]atomic.Int64
		before, most := heap(), int64(0)
		err = w.Run(b.Context(), func() {
			if err := s.Serve(b.Context()); err != nil {
				b.Error(err)
			}
		}, func() {
			defer s.Stop()
			var wg sync.WaitGroup
			for i := range 2 * students {
				p := control.Plan{Transport: []string{"tcp", "udp"}[i%2], Count: count, Size: 200, Duration: time.Second}
				wg.Go(func() {
					n, err := throwAt(s.Addr().String(), nil, nil, p)
					if err != nil {
						b.Error(err)
					}
					caught[i%2].Add(int64(n))
				})
			}
			time.Sleep(500 * time.Millisecond)
			most = heap()
			wg.Wait()
		})
		if err != nil {
			b.Fatal(err)
		}
		w.Close()
		b.ReportMetric(float64(caught[0].Load())/(students*count), "TCP-caught/thrown")
		b.ReportMetric(float64(caught[1].Load())/(students*count), "UDP-caught/thrown")
		b.ReportMetric(float64(most-before)/students, "B-of-heap-and-stacks/student")
	}
}

// The time from connecting to the agreed version, while others have connected and say
// nothing.
func BenchmarkHandshake(b *testing.B) {
	for _, silent := range []int{0, 1000} {
		b.Run(fmt.Sprintf("silent=%d", silent), func(b *testing.B) {
			w, err := host.Open(host.Config{})
			if err != nil {
				b.Fatal(err)
			}
			defer w.Close()
			s := &Server{World: w, Limits: Limits{FirstLine: time.Minute}}
			if err := s.Listen(b.Context(), "127.0.0.1:0"); err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			err = w.Run(b.Context(), func() {
				if err := s.Serve(b.Context()); err != nil {
					b.Error(err)
				}
			}, func() {
				defer s.Stop()
				for range silent {
					conn, err := net.Dial("tcp", s.Addr().String())
					if err != nil {
						b.Error(err)
						return
					}
					defer conn.Close()
				}
				for b.Loop() {
					began := w.Now()
					conn, err := net.Dial("tcp", s.Addr().String())
					if err != nil {
						b.Error(err)
						return
					}
					io.WriteString(conn, "stones 2\nbye\n")
					_, _, err = control.NewReader(conn).ReadGreeted()
					if err != nil {
						b.Error(err)
					}
					took = append(took, w.Now()-began)
					_, _ = io.Copy(io.Discard, conn)
					conn.Close()
				}
			})
			if err != nil {
				b.Fatal(err)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}
