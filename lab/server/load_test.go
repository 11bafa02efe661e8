package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stones/lab/control"
	"stones/lab/path/sim"
	"stones/lab/seal"
	"stones/lab/stone"
	"stones/lab/wire"
	"stones/tcp"
)

// The content that the server throws must be sent first: as much as the plan needs,
// once, and within the limits.
func TestLoad(t *testing.T) {
	delay := sim.Config{Seed: 1, Out: wire.Shape{Delay: 20 * ms}, Back: wire.Shape{Delay: 20 * ms}}
	s := openAt(t, delay, func(s *Server) { s.Limits.Load = 40 })
	s.run(func() {
		v := s.greeted()
		plan := control.Plan{Transport: "tcp", Count: 3, Size: 36, Duration: time.Second, Reverse: true, Rate: "10/s", Pattern: "steady", Carrying: true}
		ticket := v.agree(plan)
		carry := control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)}.String()
		s.greeted().say(carry, fmt.Sprintf("no flow %d: carried already, or over", ticket.Flow))
		load := func(bytes int) string { return control.Load{Flow: ticket.Flow, Bytes: bytes}.String() }
		v.say(load(41), "no limit: load of 41 B; allowed up to 40")
		v.say(load(8), "no load: 8 B are not what 3 stones of 36 B carry")
		v.say(load(13), "no load: 13 B are not what 3 stones of 36 B carry")
		v.say(load(10), "ok send")
		s.SleepUntil(t.Context(), s.Now()+5*time.Second)
		v.say("0123456789"+load(10), "ok", "no load: it is there already")

		w := s.greeted()
		w.say(carry, fmt.Sprintf("ok %x", seal.CarryProof(ticket.Secret, seal.Catcher, nil)))
		c, err := tcp.Listen(t.Context(), single{&carrier{w.conn, w.lines}}, "")
		if err != nil {
			t.Error(err)
			return
		}
		c.Carrying = true
		var got strings.Builder
		for st, err := range c.Catch() {
			if err != nil {
				t.Error(err)
			}
			got.WriteString(st.Carries)
		}
		if got.String() != "0123456789\x00\x00" {
			t.Errorf("caught %q", got.String())
		}
		if r, throws := v.asks(ticket); len(throws) != 3 || r.Thrown != 3 || r.Carried != (stone.Sum{}) {
			t.Errorf("%d throws, %+v", len(throws), r)
		}
		v.bye()
	})
	if s.server.loaded != 0 {
		t.Errorf("%d bytes are still held", s.server.loaded)
	}
}

// There is room for four of the largest loads, and a client that does not send is
// disconnected.
func TestLoadRoom(t *testing.T) {
	s := open(t, func(s *Server) { s.Limits.Load, s.Limits.Flows = 4, 6 })
	s.run(func() {
		v := s.greeted()
		plan := control.Plan{Transport: "tcp", Count: 1, Size: 36, Duration: time.Second, Reverse: true, Rate: "10/s", Pattern: "steady", Carrying: true}
		var tickets []control.Ticket
		for range 6 {
			tickets = append(tickets, v.agree(plan))
		}
		for _, ticket := range tickets[:4] {
			v.say(control.Load{Flow: ticket.Flow, Bytes: 4}.String(), "ok send")
			v.say("abc", "ok") // and the line's end
		}
		last := control.Load{Flow: tickets[4].Flow, Bytes: 4}.String()
		v.say(last, "no room: 16 B are loaded; come back later")
		v.say(control.Forget{Flow: tickets[0].Flow}.String(), "ok")
		v.say(last, "ok send")
		began := s.Now()
		v.write("abc")
		v.ends(began + s.server.limits.Grace)
	})
}

// The content that was caught is reported as a sum, over first copies only.
func TestCarriedSum(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		for _, transport := range []string{"tcp", "udp"} {
			plan := control.Plan{Transport: transport, Count: 10, Size: 36, Duration: time.Second, Carrying: true}
			ticket := v.agree(plan)
			var want stone.Sum
			for _, n := range []uint64{2, 5, 7} {
				want.Add(n, "abcd")
			}
			of := func(yield func(stone.Stone) bool) {
				for _, n := range []uint64{2, 5, 5, 7} {
					if n == 5 && transport == "tcp" {
						continue
					}
					if !yield(stone.Stone{Flow: ticket.Flow, Number: n, Size: 36, Carries: "abcd"}) {
						return
					}
				}
			}
			if transport == "udp" {
				conn, err := v.DialContext(t.Context(), "udp", v.Address(""))
				if err != nil {
					t.Error(err)
					return
				}
				tagger := seal.NewTagger(ticket.Secret)
				for st := range of {
					conn.Write(tagger.Append(st.Append(nil)))
				}
			} else {
				want.Add(5, "abcd") // which takes it out again
				conn, err := v.DialContext(t.Context(), "tcp", v.Address(""))
				if err != nil {
					t.Error(err)
					return
				}
				fmt.Fprintf(conn, "%s\n", control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)})
				th, err := tcp.Dial(t.Context(), single{conn}, "")
				if err != nil {
					t.Error(err)
					return
				}
				for _, err := range th.Throw(t.Context(), of) {
					if err != nil {
						t.Error(err)
					}
				}
				th.Close()
			}
			if r, arrivals := v.asks(ticket); r.Carried != want || r.Damaged+r.Foreign != 0 || len(arrivals) < 2 {
				t.Errorf("%s: %d arrivals, %+v; want the sum %x", transport, len(arrivals), r, want)
			}
		}
		v.bye()
	})
}
