package server

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"stones/lab/control"
	"stones/lab/seal"
	"stones/lab/stone"
)

// The memory for arrivals is limited, and arrivals outside the plan are not recorded.
func TestWritten(t *testing.T) {
	s := open(t, func(s *Server) { s.Limits.Written = 8 << 20 })
	s.run(func() {
		v := s.greeted()
		plan := control.Plan{Transport: "udp", Count: 100_000, Size: 32, Duration: 10 * time.Second}
		ticket := v.agree(plan)
		v.agree(plan)
		v.say(plan.String(), "no room: 7264974 of 8388608 B are for what others throw; come back later, or throw fewer stones")
		e := s.server.find(ticket.Flow)
		random := rand.New(rand.NewPCG(1, 2))
		for range 2 {
			for n := range plan.Count {
				due := time.Duration(random.Int64N(int64(25 * time.Second)))
				number := uint64(n*7919%plan.Count) + 1
				e.catch(stone.Stone{Flow: ticket.Flow, Number: number, Size: 32, Due: due}, nil, time.Duration(random.Int64N(int64(20*time.Second))))
			}
		}
		for _, due := range []time.Duration{-26 * time.Second, 51 * time.Second, 1 << 62} {
			e.catch(stone.Stone{Flow: ticket.Flow, Number: 1, Size: 32, Due: due}, nil, 0)
		}
		if size := e.diary.size() + len(e.seen); size > mostWritten(plan) || e.counts.Foreign != 3 || e.counts.Copies != plan.Count {
			t.Errorf("%d bytes written, %d at most; %+v", size, mostWritten(plan), e.counts)
		}
		v.say(control.Forget{Flow: ticket.Flow}.String(), "ok")
		v.write(plan.String() + "\n")
		if _, err := v.lines.ReadReply(nil); err != nil {
			t.Error(err)
		}
		v.bye()
	})
}

// 64 sessions that record and load as much as they can stay below the documented
// memory.
func TestHostileMemory(t *testing.T) {
	limits := Limits{Sessions: 64, Connections: 64, Written: 32 << 20, Load: 4 << 20}
	if os.Getenv("STONES_LONG") != "" {
		limits = Limits{}
	}
	s := open(t, func(s *Server) { s.Limits, s.Log, s.Observer = limits, nil, nil })
	limits = s.server.limits
	random := rand.New(rand.NewPCG(1, 2))
	plan := control.Plan{Transport: "udp", Count: 100_000, Size: 32, Duration: 10 * time.Second}
	load := control.Plan{Transport: "tcp", Count: (limits.Load + 967) / 968, Size: 1000, Duration: 10 * time.Second, Reverse: true, Carrying: true, Rate: "max", Pattern: "steady"}
	before := heap()
	refused, flows, loaded := 0, 0, 0
	for i := range 64 {
		x := &session{server: s.server, guard: &guarded{}}
		s.server.sessions = append(s.server.sessions, x)
		for j := range limits.Flows {
			p := plan
			p.Count = 1000 + random.IntN(limits.Written/5000)
			if i == 0 || j > 0 && i%16 == 0 {
				p = load
			}
			e, err := s.server.begin(x, p)
			if err == nil && p.Carrying {
				if err = x.reserve(e, limits.Load); err == nil {
					e.begin(strings.Repeat("x", limits.Load))
					loaded++
					continue
				}
			}
			if err != nil {
				refused++
				continue
			}
			flows++
			for n := range 2 * p.Count { // in an order, and at times, that take most
				due := time.Duration(random.Int64N(int64(25 * time.Second)))
				number := uint64(n*7919%p.Count) + 1
				e.catch(stone.Stone{Flow: e.ticket.Flow, Number: number, Size: p.Size, Due: due}, nil, time.Duration(n)*due/1000)
			}
		}
	}
	grown := heap() - before
	t.Logf("%d flows and %d loads take %d MiB, %d are refused; allowed %d MiB", flows, loaded, grown>>20, refused, limits.Memory()>>20)
	if refused == 0 || loaded != loads || grown > int64(limits.Memory()) {
		t.Errorf("%d flows and %d loads take %d B, %d are refused; allowed %d B", flows, loaded, grown, refused, limits.Memory())
	}
	s.server.flows, s.server.sessions = nil, nil
}

// Whatever strangers do, a client with the key gets in at once, and running flows are
// not disturbed.
func TestAttacks(t *testing.T) {
	tries, places, pause := 10, 64, 2*ms
	if os.Getenv("STONES_LONG") != "" {
		tries, places, pause = 50, 2048, ms/5
	}
	key := []byte("a key that nobody has guessed")
	wrong := control.Prove{}.String() + "\n"
	for _, tt := range []struct {
		name string
		say  []string // each a while after the one before
	}{
		{"silent", nil},
		{"they say what they speak", []string{"stones 2\n"}},
		{"a line every 4 s", []string{"echo a\n", "echo b\n", "echo c\n", "echo d\n"}},
		{"wrong proofs", []string{"stones 2\n" + wrong}},
		{"half a line", []string{"stones"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, func(s *Server) { s.Key, s.Limits.Connections, s.Log, s.Observer = key, places, nil, nil })
			over := false
			attack := func() {
				for !over {
					conn, err := s.DialContext(t.Context(), "tcp", s.Address(""))
					if err != nil {
						t.Error(err)
						return
					}
					s.Go(func() {
						defer conn.Close()
						for i := 0; i < 4 && !over; i++ {
							if i < len(tt.say) {
								_, _ = io.WriteString(conn, tt.say[i])
							}
							conn.SetReadDeadline(s.Time(s.Now() + 4*time.Second))
							_, _ = io.Copy(io.Discard, conn)
						}
					})
					s.SleepUntil(t.Context(), s.Now()+pause)
				}
			}
			runs := func() { // and is counted exactly
				v := s.greeted()
				v.knows(key)
				plan := control.Plan{Transport: "udp", Count: 5000, Size: 100, Duration: 10 * time.Second}
				inStream := plan
				inStream.Transport = "tcp"
				datagrams, stream := v.agree(plan), v.agree(inStream)
				conn, err := s.DialContext(t.Context(), "udp", s.Address(""))
				if err != nil {
					t.Error(err)
					return
				}
				w := s.greeted()
				w.say(control.Carry{Flow: stream.Flow, Proof: seal.CarryProof(stream.Secret, seal.Thrower, nil)}.String(), fmt.Sprintf("ok %x", seal.CarryProof(stream.Secret, seal.Catcher, nil)))
				tagger, thrown := seal.NewTagger(datagrams.Secret), 0
				for began := s.Now(); !over || thrown == 0; thrown++ {
					due := s.Now() - began
					_, _ = conn.Write(tagger.Append(stone.Stone{Flow: datagrams.Flow, Number: uint64(thrown) + 1, Size: 100, Due: due}.Append(nil)))
					_, _ = w.conn.Write(stone.Stone{Flow: stream.Flow, Number: uint64(thrown) + 1, Size: 100, Due: due}.Append(nil))
					if thrown%500 == 499 {
						v.say("echo here", "ok here")
					}
					s.SleepUntil(t.Context(), s.Now()+2*ms)
				}
				w.conn.Close()
				for _, ticket := range []control.Ticket{datagrams, stream} {
					if r, came := v.asks(ticket); len(came) != thrown || r.Damaged+r.Foreign > 0 {
						t.Errorf("%d of %d stones came, %d damaged, %d foreign", len(came), thrown, r.Damaged, r.Foreign)
					}
				}
				v.bye()
			}
			s.run(attack, runs, func() {
				defer func() { over = true }()
				s.SleepUntil(t.Context(), time.Duration(places)*pause)
				for range tries {
					began := s.Now()
					s.greeted().proves(key)
					if took := s.Now() - began; took > 2*time.Second {
						t.Errorf("who knows the key gets in after %v", took)
					}
					s.SleepUntil(t.Context(), s.Now()+10*ms)
				}
			})
		})
	}
}
