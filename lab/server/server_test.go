package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stones/lab/control"
	"stones/lab/path/sim"
	"stones/lab/prose"
	"stones/lab/seal"
	"stones/lab/stone"
	"stones/lab/wire"
	"stones/tcp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// A school is a server in virtual time, and its clients.
type school struct {
	*testing.T
	*sim.World
	server *Server
	log    bytes.Buffer
	events []string // what the observer was told
}

func (s *school) Joined(c Client)            { s.note("joined %d from %s", c.Number, c.Address) }
func (s *school) Said(c Client, text string) { s.note("%d said %s", c.Number, text) }
func (s *school) Left(c Client, why string)  { s.note("left %d: %s", c.Number, why) }

func (s *school) Planned(c Client, e control.Notice) {
	s.note("%d planned %d stones over %s", c.Number, e.Planned, e.Transport)
}

func (s *school) Ended(c Client, e control.Notice) {
	s.note("%d ended %s: thrown %d, %s", c.Number, e.Transport, e.Thrown, summary(e))
}

func (s *school) note(format string, args ...any) {
	s.events = append(s.events, fmt.Sprintf(format, args...))
}

// open opens a school. set configures the server before it listens.
func open(t *testing.T, set func(*Server)) *school {
	t.Helper()
	return openAt(t, sim.Config{Seed: 1}, set)
}

func openAt(t *testing.T, cfg sim.Config, set func(*Server)) *school {
	t.Helper()
	w, err := sim.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Close()
		w = nil // package testing keeps the function until all tests have ended
	})
	s := &school{T: t, World: w}
	s.server = &Server{World: w, Rand: rand.NewChaCha8([32]byte{1}), Log: slog.New(slog.NewTextHandler(&s.log, nil)), Observer: s}
	if set != nil {
		set(s.server)
	}
	if err := s.server.Listen(t.Context(), w.Address("")); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs tasks beside the server and stops it when all have ended.
func (s *school) run(tasks ...func()) {
	s.Helper()
	left := len(tasks)
	for _, task := range tasks {
		s.Go(func() {
			defer func() {
				if left--; left == 0 {
					s.server.Stop()
				}
			}()
			task()
		})
	}
	err := s.World.Run(s.Context(), func() {
		if err := s.server.Serve(s.Context()); err != nil {
			s.Error(err)
		}
	})
	if err != nil {
		s.Fatal(err)
	}
	if n := len(s.server.open) + len(s.server.sessions) + len(s.server.flows) + s.server.tasks; n != 0 {
		s.Errorf("%d connections, %d sessions, %d flows and %d tasks are left", len(s.server.open), len(s.server.sessions), len(s.server.flows), s.server.tasks)
	}
	if strings.Contains(s.log.String(), "panic") {
		s.Error(s.log.String())
	}
}

// A visitor is a client.
type visitor struct {
	*school
	conn  net.Conn
	lines *control.Reader
}

// visit connects.
func (s *school) visit() *visitor {
	s.Helper()
	conn, err := s.DialContext(s.Context(), "tcp", s.Address(""))
	if err != nil {
		s.Error(err)
		conn, _ = net.Pipe()
	}
	return &visitor{s, conn, control.NewReader(conn)}
}

// greeted connects and hears the greeting.
func (s *school) greeted() *visitor {
	s.Helper()
	v := s.visit()
	v.hear("Привет, подключайся!", "Привет!")
	return v
}

func (v *visitor) write(text string) {
	v.Helper()
	if _, err := io.WriteString(v.conn, text); err != nil {
		v.Errorf("write %.40q: %v", text, err)
	}
}

// hear expects lines.
func (v *visitor) hear(want ...string) {
	v.Helper()
	for _, want := range want {
		if got, err := v.lines.ReadLine(); got != want || err != nil {
			v.Errorf("hear %q, %v; want %q", got, err, want)
		}
	}
}

// say says a line and expects the answer.
func (v *visitor) say(text string, want ...string) {
	v.Helper()
	v.write(text + "\n")
	v.hear(want...)
}

// ends expects that the server closes the connection at that time.
func (v *visitor) ends(at time.Duration) {
	v.Helper()
	text, err := v.lines.ReadLine()
	if text != "" || !errors.Is(err, io.EOF) {
		v.Errorf("hear %q, %v; want the end", text, err)
	}
	if now := v.Now(); now < at.Truncate(time.Millisecond) || now > at+20*ms { // each line wakes somebody, which takes a little
		v.Errorf("the end is at %v; want %v", now, at)
	}
	v.conn.Close()
}

// bye ends the conversation.
func (v *visitor) bye() {
	v.Helper()
	v.say("bye", "ok bye")
	if text, err := v.lines.ReadLine(); !errors.Is(err, io.EOF) {
		v.Errorf("after bye: %q, %v", text, err)
	}
	v.conn.Close()
}

// told expects calls of the observer.
func (s *school) told(want ...string) {
	s.Helper()
	if got, want := strings.Join(s.events, "\n"), strings.Join(want, "\n"); got != want {
		s.Errorf("the observer was told\n%s\nwant\n%s", got, want)
	}
}

// agree agrees on the version, and plans.
func (v *visitor) agree(p control.Plan) control.Ticket {
	v.Helper()
	v.write("stones 2\n" + p.String() + "\n")
	text, err := v.lines.ReadReply(nil)
	if _, bad := control.ParseWelcome(text); err != nil || bad != nil {
		v.Error(err, bad)
	}
	text, err = v.lines.ReadReply(nil)
	t, bad := control.ParseTicket(text)
	if err != nil || bad != nil {
		v.Error(err, bad)
	}
	return t
}

// asks asks for a report.
func (v *visitor) asks(t control.Ticket) (control.Report, []control.Arrival) {
	v.Helper()
	v.write(control.Ask{Flow: t.Flow}.String() + "\n")
	var arrivals []control.Arrival
	r, err := v.lines.ReadReport(func(a control.Arrival) error {
		arrivals = append(arrivals, a)
		return nil
	})
	if err != nil {
		v.Error(err)
	}
	return r, arrivals
}

func TestPersonTypes(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		v.say("help", " time           what time it is here")
		v.lines.ReadReply(func(string) error { return nil })
		v.SleepUntil(v.Context(), time.Second)
		v.say("time", "ok 2200-01-01T00:00:01.000030000Z") // the server takes 30 us to wake
		v.say("ECHO  two  blanks", "ok  two  blanks")
		v.say("echo", "ok")
		v.say("И тебе привет!\r", "ok printed")
		v.say("throw 3", " stone 1 of 3", " stone 2 of 3", " stone 3 of 3", "ok")
		v.say("throw 1 30", " stone 1 of 1 ...............", "ok")
		v.say("throw 1 20", " stone 1 of 1 .....", "ok")
		v.say("throw many", `no throw: count "many": not a whole number; allowed 1 to 1000`)
		v.say("throw 4294967296", `no throw: count "4294967296": out of range; allowed 1 to 1000`)
		v.say("", "ok printed")
		v.say("stats", " session 1 from 10.0.0.1:"+port(v.conn)+" for 1s", " datagrams of strangers: 0", "ok")
		v.say("limits", " strangers: 2048 connections at once; then the oldest goes of the address that has most")
		v.lines.ReadReply(func(string) error { return nil })
		v.bye()
	})
	s.told("joined 1 from "+s.events[0][len("joined 1 from "):], "1 said И тебе привет!", "1 said ", "left 1: bye")
}

func port(c net.Conn) string {
	_, port, _ := net.SplitHostPort(c.LocalAddr().String())
	return port
}

// The drops of the socket are reported for a flow that had the socket to itself.
// Otherwise it is unknown whose they were.
func TestWhoseDrops(t *testing.T) {
	for _, tt := range []struct {
		name      string
		other     func(v *visitor)
		n         int
		unknown   string
		meanwhile int
	}{
		{"none", func(*visitor) {}, 0, "", 0},
		{"its own", func(*visitor) {}, 5, "", 5},
		{"another flow's", func(v *visitor) {
			v.agree(control.Plan{Transport: "udp", Count: 10, Size: 100, Duration: time.Second})
		}, 0, "5 of several flows", 5},
		{"of a flow over TCP beside it", func(v *visitor) {
			v.agree(control.Plan{Transport: "tcp", Count: 10, Size: 100, Duration: time.Second})
		}, 5, "", 5},
		{"strangers'", func(v *visitor) {
			conn, err := v.DialContext(v.Context(), "udp", v.Address(""))
			if err != nil {
				v.Error(err)
				return
			}
			io.WriteString(conn, "nonsense")
			conn.Close()
		}, 0, "5, some of them of strangers", 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dropped := 100
			s := open(t, func(s *Server) { s.Dropped = func() (int, string) { return dropped, "" } })
			s.run(func() {
				v := s.greeted()
				plan := control.Plan{Transport: "udp", Count: 10, Size: 100, Duration: time.Second}
				ticket := v.agree(plan)
				defer v.throwUDP(ticket, plan, numbers(10)...).Close()
				tt.other(v)
				dropped += tt.meanwhile
				if r, _ := v.asks(ticket); r.Drops != tt.n || r.DropsUnknown != tt.unknown {
					t.Errorf("drops %d, unknown %q; want %d, %q", r.Drops, r.DropsUnknown, tt.n, tt.unknown)
				}
				v.bye()
			})
		})
	}
}

// The client of the article reads the greeting, answers without ending the line,
// and closes.
func TestArticleClient(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		v.write("И тебе привет!")
		v.conn.Close()
		s.SleepUntil(t.Context(), s.Now()+ms)
	})
	if len(s.events) != 3 || s.events[1] != "1 said И тебе привет!" {
		t.Errorf("the observer was told %q", s.events)
	}
}

func TestDeadlines(t *testing.T) {
	for _, tt := range []struct {
		name string
		how  func(v *visitor)
		want string
		at   time.Duration
	}{
		{"silent", func(*visitor) {}, "no timeout: no line within 5s", 5 * time.Second},
		{"a byte every 4 s", func(v *visitor) {
			v.write("h")
			v.SleepUntil(v.Context(), 4*time.Second)
			v.write("e")
		}, "no timeout: no line within 5s", 5 * time.Second},
		{"silent after a line", func(v *visitor) {
			v.SleepUntil(v.Context(), 3*time.Second)
			v.say("echo a", "ok a")
		}, "no timeout: no line within 1m0s", 63 * time.Second},
		{"a byte every 20 s after a line", func(v *visitor) {
			v.say("echo a", "ok a")
			for range 2 {
				v.SleepUntil(v.Context(), v.Now()+20*time.Second)
				v.write("h")
			}
		}, "no timeout: no line within 1m0s", 60 * time.Second},
		{"silent after a plan", func(v *visitor) {
			v.agree(control.Plan{Transport: "udp", Count: 10, Size: 100, Duration: time.Minute})
		}, "no timeout: no line within 5s", 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, nil)
			s.run(func() {
				v := s.greeted()
				tt.how(v)
				v.hear(tt.want)
				v.ends(tt.at)
			})
		})
	}
}

// A client of another protocol gets one line of answer, and is disconnected.
func TestOtherProtocols(t *testing.T) {
	for _, tt := range []struct{ name, say, want string }{
		{"HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "no HTTP: this server speaks plain lines; type help"},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "no TLS: this server speaks plain lines; type help"},
		{"a line of 1 MB", strings.Repeat("x", 1<<20), "no line too long: at most 1024 bytes"},
		{"a line of 1025 bytes", strings.Repeat("x", 1025) + "\n", "no line too long: at most 1024 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, nil)
			s.run(func() {
				v := s.greeted()
				s.Go(func() { io.WriteString(v.conn, tt.say) })
				v.hear(tt.want)
				if text, err := v.lines.ReadLine(); !errors.Is(err, io.EOF) {
					t.Errorf("then hear %q, %v; want the end", text, err)
				}
				v.conn.Close()
			})
		})
	}
}

// Text of clients reaches neither the log nor an observer as it is, if it could control
// a terminal.
func TestHostileText(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		v.say("\x00\x1b[2J\u202e\xff", "ok printed")
		v.say("echo \x1b[2J\u202e", `ok \x1b[2J\u202e`)
		v.say("throw \x1b[2J", `no throw: count "\x1b[2J": not a whole number; allowed 1 to 1000`)
		v.say("stones \x1b[2J", `no version "\x1b[2J": this server speaks 2`)
		v.bye()
	})
	for _, text := range append(s.events, strings.Split(strings.TrimSpace(s.log.String()), "\n")...) {
		if prose.Safe(text) != text {
			t.Errorf("not safe: %q", text)
		}
	}
	if s.events[1] != `1 said \x00\x1b[2J\u202e\xff` {
		t.Errorf("the observer was told %q", s.events)
	}
}

func TestWrongWords(t *testing.T) {
	s := open(t, func(s *Server) { s.Key = nil })
	s.run(func() {
		v := s.greeted()
		v.say("plan udp 10 100 1000", `no version: say "stones 2" first`)
		v.say("prove "+strings.Repeat("0", 32)+" "+strings.Repeat("0", 64), `no version: say "stones 2" first`)
		v.say("stones 1", `no version "1": this server speaks 2`)
		ticket := v.agree(control.Plan{Transport: "udp", Count: 10, Size: 100, Duration: time.Second})
		n := ticket.Flow
		v.say("prove "+strings.Repeat("0", 32)+" "+strings.Repeat("0", 64), "no prove: there is no key here")
		v.say("stones 7 "+strings.Repeat("0", 64), "no stones: they need a connection of their own")

		t.Log("# stop before start, and what is not one's own")
		v.say("thrown 7 1 1 1", "no flow 7: not one of this session")
		v.say("report 7", "no flow 7: not one of this session")
		v.say("forget 7", "no flow 7: not one of this session")

		t.Log("# counts that contradict")
		v.say(fmt.Sprintf("thrown %d 10 9 10", n), "no thrown: counts contradict: 10 planned, 9 attempted, 10 thrown")
		v.say(fmt.Sprintf("thrown %d 11 11 11", n), "no thrown: more planned than in the plan")
		v.say(fmt.Sprintf("thrown %d 10 10 8", n), "ok")
		v.say(fmt.Sprintf("thrown %d 10 10 8", n), "ok")
		v.say(fmt.Sprintf("thrown %d 10 10 9", n), "no thrown: already reported with a different count")

		t.Log("# more than is allowed")
		for _, tt := range []struct{ plan, want string }{
			{"udp 100001 100 60000", "no limit: 100001 stones; allowed 1 to 100000 a flow"},
			{"udp 10 65500 1000", "no limit: 65500 B a stone; allowed 32 to 65499 over udp"},
			{"tcp 10 65508 1000", "no limit: 65508 B a stone; allowed 32 to 65507 over tcp"},
			{"tcp 10 100 60001", "no limit: 1m0.001s; allowed up to 1m0s a flow"},
			{"tcp 20000 65507 60000", "no limit: 20000 stones of 65507 B; allowed up to 1073741824 B a flow"},
			{"tcp 10001 100 500", "no limit: 10001 stones in 500ms; allowed up to 10000 stones/s"},
			{"tcp 0 100 500", `no plan: count "0": out of range; allowed 1 to 1000000000`},
			{"tcp 1 0 500", `no plan: size "0": out of range; allowed 32 to 1048576`},
			{"tcp 1 4294967296 500", `no plan: size "4294967296": out of range; allowed 32 to 1048576`},
			{"udp 10 100 1000 back 10M steady", `no plan: rate "10M": bits or bytes? write 10Mbit or 10MB`},
			{"udp 10 100 1000 back 10/s never", `no plan: pattern "never": not a pattern; write steady, poisson or burst:10`},
			{"udp 10 100 800 back 10/s steady", `no plan: 10 stones at the rate 10/s take 900ms; planned 800ms`},
			{"udp 10 100 800 back max steady", `no plan: rate max: not over UDP`},
		} {
			v.say("plan "+tt.plan, tt.want)
		}
		for range 3 {
			v.agree(control.Plan{Transport: "tcp", Count: 10, Size: 100, Duration: time.Second})
		}
		v.say("plan tcp 10 100 1000", "no limit: 4 flows at once; forget one")
		v.say(fmt.Sprintf("forget %d", n), "ok")
		v.agree(control.Plan{Transport: "tcp", Count: 10, Size: 100, Duration: time.Second})
		v.bye()
	})
}

func TestKey(t *testing.T) {
	key := []byte("school")
	s := open(t, func(s *Server) { s.Key = key })
	s.run(func() {
		v := s.greeted()
		v.write("stones 2\n")
		text, _ := v.lines.ReadReply(nil)
		w, err := control.ParseWelcome(text)
		if err != nil || !w.Key {
			t.Errorf("%+v, %v", w, err)
		}
		v.say("plan udp 1 100 1000", "no key: this server wants one proved first")
		v.say(control.Prove{Proof: seal.Prove(key, seal.Thrower, w.Challenge, [16]byte{}, nil)}.String(), fmt.Sprintf("ok %x", seal.Prove(key, seal.Catcher, w.Challenge, [16]byte{}, nil)))
		v.write("plan udp 1 100 1000\n")
		if _, err := v.lines.ReadReply(nil); err != nil {
			t.Error(err)
		}
		v.bye()

		t.Log("# wrong ones are answered five times a second, and a right one always")
		wrong := control.Prove{Proof: seal.Prove(key, seal.Thrower, w.Challenge, [16]byte{}, nil)}.String()
		answered := 0
		for range 100 {
			v := s.greeted()
			v.write("stones 2\n")
			v.lines.ReadReply(nil)
			v.write(wrong + "\n")
			if text, _ := v.lines.ReadLine(); text == "no key: wrong key" {
				answered++
			}
			v.conn.Close()
		}
		if at := s.Now(); answered != 5 || at > time.Second {
			t.Errorf("%d of 100 wrong proofs are answered in %v; want 5 in a second", answered, at)
		}
		s.greeted().proves(key)
	})
}

// proves agrees on the version, proves the key, and plans.
func (v *visitor) proves(key []byte) {
	v.Helper()
	v.knows(key)
	v.write("plan udp 1 100 1000\n")
	if _, err := v.lines.ReadReply(nil); err != nil {
		v.Error(err)
	}
	v.bye()
}

// knows proves the key.
func (v *visitor) knows(key []byte) {
	v.Helper()
	v.write("stones 2\n")
	text, _ := v.lines.ReadReply(nil)
	w, err := control.ParseWelcome(text)
	if err != nil {
		v.Error(err)
	}
	v.say(control.Prove{Proof: seal.Prove(key, seal.Thrower, w.Challenge, [16]byte{}, nil)}.String(), fmt.Sprintf("ok %x", seal.Prove(key, seal.Catcher, w.Challenge, [16]byte{}, nil)))
}

// The 65th client from an address is told why there is no room, and when to come back.
// Clients that plan nothing take no room.
func TestRoom(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		for range 100 {
			s.greeted()
		}
		var all []*visitor
		for i := range 64 {
			v := s.greeted()
			v.agree(control.Plan{Transport: "udp", Count: 10, Size: 100, Duration: time.Duration(20+i%40) * time.Second})
			all = append(all, v)
		}
		v := s.greeted()
		v.say("stones 2", "no room: 64 of 64 sessions from one address; come back in 20 s")
		v.bye()
		all[5].bye()
		s.SleepUntil(t.Context(), s.Now()+ms)
		v = s.greeted()
		v.say("echo hello", "ok hello")
		for _, v := range append(all[:5], all[6:]...) {
			v.conn.Close()
		}
		v.bye()
	})
}

// Where there is no place for one more stranger, the oldest one is evicted. A client
// that has planned stays.
func TestTooManyConnections(t *testing.T) {
	s := open(t, func(s *Server) { s.Limits.Connections = 3 })
	s.run(func() {
		planned := s.greeted()
		planned.agree(control.Plan{Transport: "udp", Count: 10, Size: 100, Duration: time.Minute})
		first, second := s.greeted(), s.greeted()
		first.say("echo a", "ok a")
		for range 2 {
			s.greeted()
		}
		first.hear("no room: too many connections; you had neither proved a key nor planned")
		first.ends(0)
		second.say("echo b", "ok b")
		planned.bye()
	})
}

// throwTCP throws stones of a plan over a connection of their own.
func (v *visitor) throwTCP(ticket control.Ticket, plan control.Plan, numbers ...uint64) {
	v.Helper()
	conn, err := v.DialContext(v.Context(), "tcp", v.Address(""))
	if err != nil {
		v.Error(err)
		return
	}
	io.WriteString(conn, control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)}.String()+"\n")
	th, err := tcp.Dial(v.Context(), single{conn}, "")
	if err != nil {
		v.Error(err)
		return
	}
	defer th.Close()
	for _, err := range th.Throw(v.Context(), stones(ticket, plan, numbers)) {
		if err != nil {
			v.Error(err)
		}
	}
}

func stones(ticket control.Ticket, plan control.Plan, numbers []uint64) func(func(stone.Stone) bool) {
	return func(yield func(stone.Stone) bool) {
		for _, n := range numbers {
			if !yield(stone.Stone{Flow: ticket.Flow, Number: n, Size: plan.Size}) {
				return
			}
		}
	}
}

// throwUDP throws stones of a plan as tagged datagrams.
func (v *visitor) throwUDP(ticket control.Ticket, plan control.Plan, numbers ...uint64) net.Conn {
	v.Helper()
	conn, err := v.DialContext(v.Context(), "udp", v.Address(""))
	if err != nil {
		v.Error(err)
		return nil
	}
	tagger := seal.NewTagger(ticket.Secret)
	for s := range stones(ticket, plan, numbers) {
		conn.Write(tagger.Append(s.Append(nil)))
	}
	return conn
}

func numbers(n int) []uint64 {
	list := make([]uint64, n)
	for i := range list {
		list[i] = uint64(i) + 1
	}
	return list
}

func TestFlows(t *testing.T) {
	delay := sim.Config{Seed: 1, Out: wire.Shape{Delay: 20 * ms}, Back: wire.Shape{Delay: 20 * ms}}
	s := openAt(t, delay, func(s *Server) { s.Dropped = func() (int, string) { return 0, "" } })
	s.run(func() {
		v := s.greeted()
		plan := control.Plan{Transport: "tcp", Count: 100, Size: 500, Duration: time.Second}

		t.Log("# over TCP all come, and the stream's end is the end")
		ticket := v.agree(plan)
		v.throwTCP(ticket, plan, numbers(100)...)
		v.say(fmt.Sprintf("thrown %d 100 100 100", ticket.Flow), "ok")
		r, arrivals := v.asks(ticket)
		if len(arrivals) != 100 || arrivals[99].Number != 100 || r.Drained != 0 || r.Reads == 0 || r.Foreign+r.Damaged != 0 {
			t.Errorf("%d arrivals, %+v", len(arrivals), r)
		}
		if again, same := v.asks(ticket); fmt.Sprint(again, same) != fmt.Sprint(r, arrivals) {
			t.Error("asked again, it says otherwise")
		}

		t.Log("# over UDP some are missing, come twice, or are no stones of this plan")
		plan.Transport = "udp"
		ticket = v.agree(plan)
		conn := v.throwUDP(ticket, plan, 1, 2, 2, 5, 4, 101, 0)
		small := seal.NewTagger(ticket.Secret).Append(stone.Stone{Flow: ticket.Flow, Number: 7, Size: 32}.Append(nil))
		conn.Write(small)
		small[40-1] ^= 1
		conn.Write(small)
		v.say(fmt.Sprintf("thrown %d 100 7 6", ticket.Flow), "ok")
		r, arrivals = v.asks(ticket)
		var got []uint64
		for _, a := range arrivals {
			got = append(got, a.Number)
		}
		want := control.Report{Damaged: 1, Foreign: 3, Reads: 9, Drained: 500 * ms}
		r.Drained = r.Drained.Round(ms)
		if fmt.Sprint(got) != "[1 2 2 5 4]" || fmt.Sprint(r) != fmt.Sprint(want) {
			t.Errorf("arrivals %v, %+v; want %+v", got, r, want)
		}
		v.say(fmt.Sprintf("thrown %d 100 7 3", ticket.Flow), "no thrown: fewer than were caught")

		t.Log("# what comes later does not change it")
		v.throwUDP(ticket, plan, 9)
		s.SleepUntil(t.Context(), s.Now()+100*ms)
		if _, again := v.asks(ticket); len(again) != len(arrivals) {
			t.Errorf("%d arrivals, and then %d", len(arrivals), len(again))
		}
		v.say(fmt.Sprintf("forget %d", ticket.Flow), "ok")
		v.say(fmt.Sprintf("report %d", ticket.Flow), fmt.Sprintf("no flow %d: not one of this session", ticket.Flow))
		v.bye()
	})
	s.told(
		s.events[0],
		"1 planned 100 stones over tcp",
		"1 ended tcp: thrown 100, 100 of 100 stones of 500 B caught, 0 copies, 0 damaged, 0 foreign",
		"1 planned 100 stones over udp",
		"1 ended udp: thrown 6, 4 of 100 stones of 500 B caught, 1 copies, 1 damaged, 3 foreign",
		"left 1: bye",
	)
}

// The times of a report never go back, whatever the sockets say: a thrower rejects a
// report in which they do.
func TestTimesNeverGoBack(t *testing.T) {
	var told []time.Duration // when the next datagrams came
	s := open(t, func(s *Server) {
		s.Arrived = func() time.Duration {
			at := told[0]
			told = told[1:]
			return at
		}
	})
	s.run(func() {
		v := s.greeted()
		plan := control.Plan{Transport: "udp", Count: 5, Size: 100, Duration: time.Second}
		ticket := v.agree(plan)
		began := s.Now()
		told = []time.Duration{began - ms, began + 2*ms, began + 2*ms - 1, began + 3*ms, began + ms}
		v.throwUDP(ticket, plan, 1, 2, 3, 4, 5)
		_, arrivals := v.asks(ticket)
		var got []time.Duration
		for _, a := range arrivals {
			got = append(got, a.At.Round(ms))
		}
		if want := []time.Duration{0, 2 * ms, 2 * ms, 3 * ms, 3 * ms}; !slices.Equal(got, want) {
			t.Errorf("the stones came at %v; want %v", got, want)
		}
		v.bye()
	})
}

// A connection of stones must know the flow and its secret, and there can be only one.
func TestCarryRefused(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		plan := control.Plan{Transport: "tcp", Count: 1, Size: 100, Duration: time.Second}
		over := v.agree(plan)
		plan.Transport = "udp"
		under := v.agree(plan)
		refused := func(c control.Carry, want string) {
			t.Helper()
			w := s.greeted()
			w.say(c.String(), fmt.Sprintf("no flow %d: %s", c.Flow, want))
			if text, err := w.lines.ReadLine(); !errors.Is(err, io.EOF) {
				t.Errorf("then hear %q, %v", text, err)
			}
			w.conn.Close()
		}
		refused(control.Carry{Flow: 7}, "not known, or the proof is wrong")
		refused(control.Carry{Flow: over.Flow}, "not known, or the proof is wrong")
		refused(control.Carry{Flow: under.Flow, Proof: seal.CarryProof(under.Secret, seal.Thrower, nil)}, "it is planned over udp")
		v.throwTCP(over, plan, 1)
		refused(control.Carry{Flow: over.Flow, Proof: seal.CarryProof(over.Secret, seal.Thrower, nil)}, "carried already, or over")
		v.bye()
	})
}

// When the client goes, everything that it has begun ends.
func TestClientGoes(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		ticket := v.agree(control.Plan{Transport: "tcp", Count: 1000, Size: 100, Duration: time.Minute})
		w := s.greeted()
		w.write(control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)}.String() + "\n")
		w.write(string(stone.Stone{Flow: ticket.Flow, Number: 1, Size: 100}.Append(nil)))
		w.hear(fmt.Sprintf("ok %x", seal.CarryProof(ticket.Secret, seal.Catcher, nil)))
		s.SleepUntil(t.Context(), time.Second)
		v.conn.Close()
		w.ends(time.Second)
	})
}

// A client whose computer vanishes, so that not even a reset comes, is noticed
// within six seconds.
func TestClientVanishes(t *testing.T) {
	cfg := sim.Config{Seed: 1, Out: wire.Shape{Delay: 20 * ms}, Back: wire.Shape{Delay: 20 * ms}}
	for n := uint64(20); n < 1000; n++ {
		cfg.Out.DropPackets = append(cfg.Out.DropPackets, n)
	}
	s := openAt(t, cfg, nil)
	s.run(func() {
		v := s.greeted()
		plan := control.Plan{Transport: "udp", Count: 1000, Size: 100, Duration: time.Minute}
		ticket := v.agree(plan)
		v.throwUDP(ticket, plan, numbers(50)...)
		s.SleepUntil(t.Context(), 6500*ms)
		if n := len(s.server.Clients()); n != 0 {
			t.Errorf("%d sessions after 6.5s; want none", n)
		}
		if last := s.events[len(s.events)-1]; !strings.HasPrefix(last, "left 1: ") {
			t.Errorf("the observer was told %q", s.events)
		}
	})
}

// A client that says no line for five seconds is thrown at no longer, even if an answer
// of the server is still to be acknowledged. A line each second is enough.
func TestThrowBackAtNobody(t *testing.T) {
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			const gone = 8 * time.Second
			cfg := sim.Config{Seed: 1, Out: wire.Shape{Delay: 20 * ms}, Back: wire.Shape{Delay: 20 * ms}}
			s := openAt(t, cfg, nil)
			s.run(func() {
				v := s.greeted()
				ticket := v.agree(control.Plan{Transport: transport, Count: 1000, Size: 100, Duration: time.Minute, Reverse: true, Rate: "20/s", Pattern: "steady"})
				var from net.Conn
				if transport == "tcp" {
					w := s.greeted()
					w.say(control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)}.String(), fmt.Sprintf("ok %x", seal.CarryProof(ticket.Secret, seal.Catcher, nil)))
					from = w.conn
				} else {
					from = v.knocks(ticket)
				}
				last := time.Duration(0)
				s.Go(func() {
					for b := make([]byte, 2000); ; last = s.Now() {
						if _, err := from.Read(b); err != nil {
							return
						}
					}
				})
				for s.Now() < gone {
					v.say("echo still here", "ok still here")
					s.SleepUntil(t.Context(), s.Now()+time.Second)
				}
				v.write("echo and away")
				said := s.Now() - time.Second // the last whole line
				s.SleepUntil(t.Context(), said+30*time.Second)
				from.Close()
				from.Close()
				if late := last - said; late < 4900*ms || late > 5100*ms {
					t.Errorf("the last stone came %v after the last line; want 5s", late)
				}
				if n := len(s.server.Clients()); n != 0 {
					t.Errorf("%d sessions are left", n)
				}
				v.conn.Close()
			})
		})
	}
}

// Both ends' clocks agree here, so that every time can be checked.
func TestThrowBack(t *testing.T) {
	delay := sim.Config{Seed: 1, Out: wire.Shape{Delay: 20 * ms}, Back: wire.Shape{Delay: 20 * ms}}
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			s := openAt(t, delay, nil)
			s.run(func() {
				v := s.greeted()
				plan := control.Plan{Transport: transport, Count: 10, Size: 100, Duration: time.Second, Reverse: true, Rate: "10/s", Pattern: "steady"}
				ticket := v.agree(plan)
				agreed := s.Now() - 20*ms // there
				var got []uint64
				catch := func(st stone.Stone, err error) {
					if err != nil {
						t.Error(err)
						return
					}
					late := s.Now() - agreed - st.Due
					if st.Flow != ticket.Flow || st.Size != 100 || late.Round(ms) != 20*ms {
						t.Errorf("%+v came %v after it was due", st, late)
					}
					got = append(got, st.Number)
				}
				if transport == "tcp" {
					w := s.greeted()
					w.say(control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)}.String(), fmt.Sprintf("ok %x", seal.CarryProof(ticket.Secret, seal.Catcher, nil)))
					c, err := tcp.Listen(t.Context(), single{&carrier{w.conn, w.lines}}, "")
					if err != nil {
						t.Error(err)
						return
					}
					for st, err := range c.Catch() {
						catch(st, err)
					}
				} else {
					conn := v.knocks(ticket)
					tagger, buf := seal.NewTagger(ticket.Secret), make([]byte, 2000)
					for range 10 {
						n, err := conn.Read(buf)
						inner, ok := tagger.Open(buf[:n])
						if !ok || err != nil {
							t.Errorf("read %d bytes, %t, %v", n, ok, err)
							return
						}
						catch(stone.Parse(inner))
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(numbers(10)) {
					t.Errorf("caught %v", got)
				}
				r, throws := v.asks(ticket)
				r.Drained = 0
				want := control.Report{Reverse: true, Planned: 10, Attempted: 10, Thrown: 10}
				if len(throws) != 10 || throws[9].Number != 10 || throws[9].Delay != 0 || fmt.Sprint(r) != fmt.Sprint(want) {
					t.Errorf("threw %v, %+v; want %+v", throws, r, want)
				}
				v.bye()
			})
		})
	}
}

// knocks has the server throw a flow's stones here.
func (v *visitor) knocks(ticket control.Ticket) net.Conn {
	v.Helper()
	conn, err := v.DialContext(v.Context(), "udp", v.Address(""))
	if err != nil {
		v.Error(err)
		return nil
	}
	buf := make([]byte, 100)
	conn.Write(control.Datagram{Word: control.Knock, Flow: ticket.Flow}.Append(nil))
	n, err := conn.Read(buf)
	d := control.ParseDatagram(buf[:n])
	if d.Word != control.Cookie || err != nil {
		v.Errorf("knocked, and heard %q, %v", buf[:n], err)
	}
	d.Word, d.Flow = control.Open, ticket.Flow
	d.Tag = [8]byte(seal.NewTagger(ticket.Secret).Append(d.Signed(nil))[len(d.Signed(nil)):])
	conn.Write(d.Append(nil))
	return conn
}

// If the client goes, the server stops throwing at it.
func TestThrowBackStops(t *testing.T) {
	for _, transport := range []string{"tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			s := open(t, nil)
			s.run(func() {
				v := s.greeted()
				ticket := v.agree(control.Plan{Transport: transport, Count: 1000, Size: 100, Duration: time.Minute, Reverse: true, Rate: "20/s", Pattern: "steady"})
				if transport == "tcp" {
					w := s.greeted()
					w.say(control.Carry{Flow: ticket.Flow, Proof: seal.CarryProof(ticket.Secret, seal.Thrower, nil)}.String(), fmt.Sprintf("ok %x", seal.CarryProof(ticket.Secret, seal.Catcher, nil)))
				} else {
					v.knocks(ticket)
				}
				s.SleepUntil(t.Context(), 3*time.Second)
				v.conn.Close()
				s.SleepUntil(t.Context(), 3*time.Second+100*ms)
				if n := s.server.running(); n != 1 {
					t.Errorf("%d tasks go on; want 1", n)
				}
			})
		})
	}
}

// No address gets more than it sent before it has shown that it receives, and nothing
// for datagrams that are not understood.
func TestAmplification(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		back := v.agree(control.Plan{Transport: "udp", Count: 10, Size: 1000, Duration: time.Second, Reverse: true, Rate: "1000/s", Pattern: "steady"})
		forth := v.agree(control.Plan{Transport: "udp", Count: 10, Size: 1000, Duration: time.Second})
		for _, tt := range []struct {
			name    string
			say     []byte
			answers int
		}{
			{"hello", control.Datagram{Word: control.Hello}.Append(nil), 2},
			{"a short hello", []byte("hello"), 0},
			{"knock", control.Datagram{Word: control.Knock, Flow: back.Flow}.Append(nil), 1},
			{"a short knock", []byte(fmt.Sprintf("knock %d", back.Flow)), 0},
			{"knock where one throws", control.Datagram{Word: control.Knock, Flow: forth.Flow}.Append(nil), 0},
			{"knock at no flow", control.Datagram{Word: control.Knock, Flow: 7}.Append(nil), 0},
			{"open with a wrong cookie", control.Datagram{Word: control.Open, Flow: back.Flow}.Append(nil), 0},
			{"a cookie", control.Datagram{Word: control.Cookie}.Append(nil), 0},
			{"a stone of nobody", stone.Stone{Flow: 7, Number: 1, Size: 1000}.Append(nil), 0},
			{"a stone without a tag", stone.Stone{Flow: forth.Flow, Number: 1, Size: 1000}.Append(nil), 0},
			{"nothing", nil, 0},
			{"one byte", []byte{0}, 0},
			{"zeros", make([]byte, 1400), 0},
			{"a command", []byte("help\n"), 0},
		} {
			conn, err := s.DialContext(t.Context(), "udp", s.Address(""))
			if err != nil {
				t.Error(err)
				return
			}
			conn.Write(tt.say)
			conn.SetDeadline(s.Time(s.Now() + 100*ms))
			buf, came, answers := make([]byte, 2000), 0, 0
			for {
				n, err := conn.Read(buf)
				if err != nil {
					if !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("%s: %v", tt.name, err)
					}
					break
				}
				came, answers = came+n, answers+1
			}
			if answers != tt.answers || came+28*answers > len(tt.say)+28 {
				t.Errorf("%s: %d bytes got %d bytes in %d datagrams; want %d datagrams", tt.name, len(tt.say), came, answers, tt.answers)
			}
			conn.Close()
		}
		v.bye()
	})
}

// However long the greeting is, no more goes out over UDP than came, headers included.
func TestGreetingIsNoLonger(t *testing.T) {
	const headers = 28 // of IPv4 and UDP
	for n, want := range map[int]int{1: 2, 39: 2, 40: 1, 127: 1, 128: 0, 1000: 0} {
		text := strings.Repeat("x", n)
		s := open(t, func(s *Server) { s.Greeting = []string{text, text} })
		s.run(func() {
			conn, err := s.DialContext(t.Context(), "udp", s.Address(""))
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			hello := control.Datagram{Word: control.Hello}.Append(nil)
			conn.Write(hello)
			conn.SetDeadline(s.Time(s.Now() + 100*ms))
			came, answers, buf := 0, 0, make([]byte, 2000)
			for {
				n, err := conn.Read(buf)
				if err != nil {
					break
				}
				came, answers = came+n+headers, answers+1
			}
			if answers != want || came > len(hello)+headers {
				t.Errorf("lines of %d bytes: %d datagrams with %d bytes to who has sent %d; want %d datagrams", n, answers, came, len(hello)+headers, want)
			}
		})
	}
}

// An answer to the greeting does not count as a stranger's.
func TestAnswersToTheGreeting(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		conn, err := s.DialContext(t.Context(), "udp", s.Address(""))
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		conn.Write(control.Datagram{Word: control.Hello}.Append(nil))
		io.WriteString(conn, "И тебе привет!")
		s.SleepUntil(t.Context(), time.Second)
		if n := s.server.Strangers(); n != 0 || strings.Contains(s.log.String(), "strangers") {
			t.Errorf("%d datagrams of strangers; the log has\n%s", n, s.log.String())
		}
	})
}

// A panic ends its session only.
func TestPanic(t *testing.T) {
	s := open(t, nil)
	s.server.Observer = panics{s}
	s.run(func() {
		v, w := s.greeted(), s.greeted()
		v.write("panic\n")
		w.say("echo a", "ok a")
		v.ends(0)
		w.bye()
		if !strings.Contains(s.log.String(), `msg=panic panic="as asked" stack="goroutine`) || strings.Count(s.log.String(), "msg=panic") != 1 {
			t.Errorf("logged %s", s.log.String())
		}
		s.log.Reset()
	})
}

type panics struct{ *school }

func (p panics) Said(_ Client, text string) { panic("as asked") }

// A log does not grow faster than its limit, and says what it left out.
func TestLogIsLimited(t *testing.T) {
	s := open(t, nil)
	s.run(func() {
		v := s.greeted()
		for range 1000 {
			v.say("hello", "ok printed")
		}
		if n := strings.Count(s.log.String(), "msg=message"); n < 10 || n > 25 {
			t.Errorf("%d lines at once", n)
		}
		s.SleepUntil(t.Context(), 3*time.Second)
		v.say("hello", "ok printed")
		if log := s.log.String(); !strings.HasPrefix(log, "time=2200-01-01T00:00:00.000Z level=INFO msg=joined session=1") || !strings.Contains(log, "left_out=9") {
			t.Errorf("logged %s", log)
		}
		v.bye()
	})
}

func TestListenRefuses(t *testing.T) {
	w, err := sim.Open(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, tt := range []struct {
		s    *Server
		at   string
		want string
	}{
		{&Server{Greeting: []string{"ok"}}, w.Address(""), `server: greeting "ok": begins as a reply does: with ok, no or a space`},
		{&Server{}, "10.0.0.2", "server: listen: address 10.0.0.2: missing port in address"},
		{&Server{}, "10.0.0.9:1", "server: listen: listen tcp: cannot assign requested address"},
		{&Server{Rand: strings.NewReader("")}, w.Address(""), "server: seal: draw: EOF"},
	} {
		tt.s.World = w
		if err := tt.s.Listen(context.Background(), tt.at); err == nil || err.Error() != tt.want {
			t.Errorf("Listen(%s): %v; want %s", tt.at, err, tt.want)
		}
	}
}
