package server

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"stones/lab/control"
	"stones/lab/path/sim"
	"stones/lab/prose"
	"stones/lab/stone"
	"stones/lab/wire"
)

// Whoever connects and whatever they say, in any order: a client with the key is served
// within two seconds, every count is exact, no address is sent more over UDP than it
// sent before it has shown that it receives, all memory stays below its limit, only
// printable lines are shown, and everything ends.
func TestMonkey(t *testing.T) {
	t.Parallel()
	seeds := 40
	if os.Getenv("STONES_LONG") != "" {
		seeds = 1000
	} else if testing.Short() {
		seeds = 15
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			newMonkey(t, seed).play()
		})
	}
}

// A monkey is a school in which anything may be said.
type monkey struct {
	*school
	*rand.Rand
	key       []byte
	pause     time.Duration // between two strangers that connect
	entering  int           // of those who know the key: then strangers hurry
	flows     []control.Ticket
	overheard [][]byte // datagrams to replay from other addresses
	over      bool
}

func newMonkey(t *testing.T, seed uint64) *monkey {
	t.Helper()
	m := &monkey{Rand: rand.New(rand.NewPCG(seed, 1)), key: []byte("a key that nobody has guessed")}
	m.pause = []time.Duration{2 * ms, 5 * ms, 20 * ms}[m.IntN(3)]
	if seed%50 == 7 {
		m.pause = ms / 5
	}
	cfg := sim.Config{Seed: seed}
	cfg.Out.Delay = time.Duration(m.IntN(20)) * ms
	cfg.Back = wire.Shape{Delay: cfg.Out.Delay}
	m.school = openAt(t, cfg, func(s *Server) {
		s.Key = m.key
		// The time that the oldest stranger has is enough for who answers at once.
		s.Limits.Connections = 16 + int(10*cfg.Out.Delay/m.pause)
		s.Limits.Written = 1 << 20
		s.Limits.Sessions = 8
	})
	return m
}

func (m *monkey) play() {
	working := 0
	work := func(task func()) func() {
		working++
		return func() {
			defer func() {
				if working--; working == 0 {
					m.over = true
				}
			}()
			m.rest(2 * time.Second)
			task()
		}
	}
	tasks := []func(){m.come, m.throwAround, m.look}
	for range 1 + m.IntN(3) {
		tasks = append(tasks, work(m.honest))
	}
	for range m.IntN(3) {
		tasks = append(tasks, work(m.insider))
	}
	m.run(tasks...)
	if end := m.Now(); end > 2*time.Minute {
		m.Errorf("it ends after %v", end)
	}
	for _, text := range slices.Concat(m.events, strings.Split(m.log.String(), "\n")) {
		if prose.Safe(text) != text {
			m.Errorf("this is told: %q", text)
		}
	}
}

// rest waits for a random time of up to most.
func (m *monkey) rest(most time.Duration) {
	_ = m.SleepUntil(m.Context(), m.Now()+time.Duration(m.Int64N(int64(most))))
}

// look checks the limits.
func (m *monkey) look() {
	for !m.over {
		s := m.server
		s.mu.Lock()
		settled, held := 0, 0
		for _, x := range s.sessions {
			if x.guard.means {
				settled++
			}
		}
		for _, e := range s.flows {
			held += e.diary.size() + len(e.seen)
		}
		if s.crowd.all > s.limits.Connections || settled > s.limits.Sessions || held > s.written || s.written > s.limits.Written {
			m.Errorf("at %v: %d strangers, %d sessions of others, %d B held of %d that are reserved", m.Now(), s.crowd.all, settled, held, s.written)
		}
		s.mu.Unlock()
		m.rest(50 * ms)
	}
}

// come has strangers connect, each of which says anything.
func (m *monkey) come() {
	for !m.over {
		m.Go(m.babble)
		if m.entering > 0 {
			m.rest(2 * m.pause)
		} else {
			m.rest(100 * ms)
		}
	}
}

// babble connects, says anything for a while, and reads the answers.
func (m *monkey) babble() {
	conn, err := m.DialContext(m.Context(), "tcp", m.Address(""))
	if err != nil {
		m.Error(err)
		return
	}
	defer conn.Close()
	for range m.IntN(5) {
		_, _ = io.WriteString(conn, m.anything(false))
		if m.IntN(2) == 0 {
			m.rest(3 * time.Second)
		}
	}
	if m.IntN(3) == 0 {
		return
	}
	conn.SetReadDeadline(m.Time(m.Now() + time.Duration(m.Int64N(int64(20*time.Second)))))
	heard, _ := io.ReadAll(conn)
	lines := strings.SplitAfter(string(heard), "\n")
	for _, line := range lines[:len(lines)-1] {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		greeting := slices.Contains(DefaultGreeting(), strings.TrimSuffix(line, "\n"))
		if !greeting && word != "" && word != "ok" && word != "no" || prose.Safe(strings.TrimSuffix(line, "\n"))+"\n" != line {
			m.Errorf("a stranger hears %q", line)
		}
		if strings.HasPrefix(line, "ok flow=") {
			m.Errorf("a stranger plans: %q", line)
		}
	}
}

// anything is a random line. If knows, it is not one that ends the conversation at
// once.
func (m *monkey) anything(knows bool) string {
	number := func() uint32 {
		if len(m.flows) > 0 && m.IntN(3) > 0 {
			return m.flows[m.IntN(len(m.flows))].Flow
		}
		return m.Uint32()
	}
	var proof [32]byte
	proof[0] = byte(m.Uint32())
	transport := []string{"tcp", "udp"}[m.IntN(2)]
	plan := control.Plan{
		Transport: transport, Count: []int{1, 10, 1000, 100_000}[m.IntN(4)], Size: 32 + m.IntN(2000),
		Duration: time.Duration(m.IntN(4000)) * ms, Carrying: m.IntN(4) == 0,
	}
	if m.IntN(2) == 0 {
		plan.Reverse, plan.Rate, plan.Pattern = true, []string{"1000/s", "max", "1.6Mbit", "-1", "x"}[m.IntN(5)], []string{"steady", "burst:5", "\x1b[2J"}[m.IntN(3)]
	}
	lines := []string{
		"help", "time", "echo \x1b[31m", "throw 1000 1000", "stats", "limits", "stones 1", "stones 2", "stones", "",
		plan.String(),
		control.Load{Flow: number(), Bytes: 1 + m.IntN(1000)}.String(),
		control.Thrown{Flow: number(), Planned: 10, Attempted: m.IntN(11), Thrown: m.IntN(11)}.String(),
		control.Ask{Flow: number()}.String(),
		control.Forget{Flow: number()}.String(),
		"plan udp -1 0 x", "thrown 1 2 3 4", "\u202e\u0007",
	}
	if !knows {
		lines = append(lines, "bye", "prove", "GET / HTTP/1.1", "\x16\x03\x01", strings.Repeat("x", 2000),
			control.Prove{Proof: proof}.String(), control.Carry{Flow: number(), Proof: proof}.String())
	}
	end := "\n"
	if !knows && m.IntN(8) == 0 {
		end = ""
	}
	return lines[m.IntN(len(lines))] + end
}

// throwAround sends datagrams of strangers, and replays overheard ones.
func (m *monkey) throwAround() {
	for range 1 + m.IntN(20) {
		conn, err := m.DialContext(m.Context(), "udp", m.Address(""))
		if err != nil {
			m.Error(err)
			return
		}
		sent, came := 0, 0
		const headers = 28
		for range 1 + m.IntN(20) {
			b := m.datagram()
			_, _ = conn.Write(b)
			sent += headers + len(b)
		}
		m.rest(200 * ms)
		conn.SetReadDeadline(m.Time(m.Now() + 100*ms))
		buf := make([]byte, 70_000)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				break
			}
			came += headers + n
		}
		if came > sent {
			m.Errorf("a stranger has sent %d B and is sent %d", sent, came)
		}
		conn.Close()
	}
}

func (m *monkey) datagram() []byte {
	flow := m.Uint32()
	if len(m.flows) > 0 {
		flow = m.flows[m.IntN(len(m.flows))].Flow
	}
	switch m.IntN(6) {
	case 0:
		return control.Datagram{Word: control.Hello}.Append(nil)
	case 1:
		return control.Datagram{Word: control.Knock, Flow: flow}.Append(nil)
	case 2:
		return control.Datagram{Word: control.Open, Flow: flow}.Append(nil)
	case 3:
		return append(stone.Stone{Flow: flow, Number: m.Uint64N(60), Size: 100}.Append(nil), "a wrong "...)
	case 4:
		if len(m.overheard) > 0 {
			return m.overheard[m.IntN(len(m.overheard))]
		}
	}
	return []byte(strings.Repeat("x", m.IntN(1400)))
}
