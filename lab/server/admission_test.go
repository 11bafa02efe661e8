package server

import (
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"stones/lab/control"
	"stones/lab/stone"
)

// What flows may write down has an end. What no plan of theirs can be is not written.
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
				e.catch(stone.Stone{Exchange: ticket.Flow, Number: number, Size: 32, Due: due}, nil, time.Duration(random.Int64N(int64(20*time.Second))))
			}
		}
		for _, due := range []time.Duration{-26 * time.Second, 51 * time.Second, 1 << 62} {
			e.catch(stone.Stone{Exchange: ticket.Flow, Number: 1, Size: 32, Due: due}, nil, 0)
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

// Whatever strangers do, who knows the key gets in at once.
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
			s.run(attack, func() {
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
