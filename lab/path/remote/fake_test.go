package remote_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"stones/lab/control"
	"stones/lab/pace"
	"stones/lab/path/remote"
	"stones/lab/path/sim"
	"stones/lab/run"
	"stones/lab/seal"
	"stones/lab/server"
	"stones/lab/stone"
	"stones/lab/wire"
)

const ms = time.Millisecond

var (
	_ run.Far = (*remote.World)(nil)
	_ error   = (*control.Refused)(nil)
)

// An end is the thrower's end of an emulated world.
type end struct{ *sim.World }

// Run runs tasks within a task.
func (e end) Run(_ context.Context, tasks ...func()) error {
	left := len(tasks)
	for _, task := range tasks {
		e.Go(func() {
			defer func() { left-- }()
			task()
		})
	}
	for left > 0 {
		if err := e.SleepUntil(context.Background(), e.Now()+5*ms); err != nil {
			return err
		}
	}
	return nil
}

// A fake is a very simple server. Its replies can be altered, to test what a client does
// then.
type fake struct {
	testing.TB
	*sim.World
	key []byte

	alter func(said string, reply []byte) []byte // returns what it answers instead; nil closes the connection
	deaf  bool                                   // it ignores UDP
	tcp   func(net.Conn)                         // serves TCP connections in its place
	say   map[string][]byte                      // what it sends first on connections with stones ("carry"), or over UDP ("datagram")

	sessions, hellos int
	planned          map[uint32]*agreed
	listener         net.Listener
	packets          net.PacketConn
	conns            []net.Conn
}

type agreed struct {
	control.Plan
	control.Ticket
	began    time.Duration
	arrivals []control.Arrival
	last     time.Duration // when something came last
	ended    bool
	thrown   int
	foreign  int
}

// listen begins to serve.
func (f *fake) listen() {
	f.planned = make(map[uint32]*agreed)
	var err error
	if f.listener, err = f.Listen(f.Context(), "tcp", f.Address("tcp")); err != nil {
		f.Fatal(err)
	}
	if f.packets, err = f.ListenPacket(f.Context(), "udp", f.Address("udp")); err != nil {
		f.Fatal(err)
	}
	f.Go(f.serveUDP)
	f.Go(func() {
		for {
			conn, err := f.listener.Accept()
			if err != nil {
				return
			}
			f.conns = append(f.conns, conn)
			if f.tcp != nil {
				f.Go(func() { f.tcp(conn) })
				continue
			}
			f.Go(func() { f.serve(conn) })
		}
	})
}

// stop ends the fake and everything that it does.
func (f *fake) stop() {
	_ = f.listener.Close()
	_ = f.packets.Close()
	for _, conn := range f.conns {
		_ = conn.Close()
	}
}

func (f *fake) serve(conn net.Conn) {
	defer conn.Close()
	_, _ = io.WriteString(conn, "Hello!\n")
	_, _ = io.WriteString(conn, "Привет!\n")
	r := control.NewReader(conn)
	for {
		text, err := r.ReadLine()
		if err != nil {
			return
		}
		c, err := control.Parse(text)
		if carry, ok := c.(control.Carry); ok {
			f.carry(conn, r, carry)
			return
		}
		var reply []byte
		if err != nil {
			reply = control.AppendNo(nil, err.Error())
		} else {
			reply = f.answer(c)
		}
		if f.alter != nil {
			if reply = f.alter(text, reply); reply == nil {
				return
			}
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}

var challenge = [seal.ChallengeLen]byte{1, 2, 3}

// answer is the reply to a command.
func (f *fake) answer(c control.Command) []byte {
	switch c := c.(type) {
	case control.Version:
		f.sessions++
		return control.AppendOK(nil, control.Welcome{Challenge: challenge, Key: f.key != nil}.String())
	case control.Prove:
		if !seal.Equal(c.Proof, seal.Prove(f.key, seal.Thrower, challenge, c.Nonce, nil)) {
			return control.AppendNo(nil, "key: another one")
		}
		proof := seal.Prove(f.key, seal.Catcher, challenge, c.Nonce, nil)
		return control.AppendOK(nil, fmt.Sprintf("%x", proof))
	case control.Echo:
		return control.AppendOK(nil, c.Text)
	case control.Plan:
		p := &agreed{Plan: c, began: f.Now(), last: f.Now()}
		p.Flow = uint32(7 + len(f.planned))
		binary.BigEndian.PutUint32(p.Secret[:], p.Flow)
		f.planned[p.Flow] = p
		return control.AppendOK(nil, p.Ticket.String())
	case control.Thrown:
		return control.AppendOK(nil, "")
	case control.Ask:
		if p := f.planned[c.Flow]; p != nil {
			return f.tell(p)
		}
		return control.AppendNo(nil, "flow: not known")
	case control.Forget:
		return control.AppendOK(nil, "")
	}
	return control.AppendOK(nil, "printed")
}

// tell waits for the end of a flow and makes its report.
func (f *fake) tell(p *agreed) []byte {
	for !p.ended && (p.Transport == "tcp" && f.Now() < p.began+p.Duration+15*time.Second || p.Transport == "udp" && f.Now()-p.last < 500*ms) {
		_ = f.SleepUntil(context.Background(), f.Now()+10*ms)
	}
	var b []byte
	for _, a := range p.arrivals {
		b = a.Append(b)
	}
	r := control.Report{Foreign: p.foreign, Reads: len(p.arrivals), DropsUnknown: "it does not look", Drained: f.Now() - p.last}
	if p.Reverse {
		r = control.Report{Reverse: true, Planned: p.Count, Attempted: p.Count, Thrown: p.thrown}
	}
	return control.AppendOK(r.Append(b), fmt.Sprint(len(p.arrivals)))
}

func (f *fake) came(p *agreed, s stone.Stone) {
	at := f.Now() - p.began
	p.arrivals = append(p.arrivals, control.Arrival{Number: s.Number, At: at, Delay: at - s.Due})
	p.last = f.Now()
}

// carry serves a connection with stones.
func (f *fake) carry(conn net.Conn, r *control.Reader, c control.Carry) {
	p := f.planned[c.Flow]
	if p == nil || !seal.Equal(c.Proof, seal.CarryProof(p.Secret, seal.Thrower, nil)) {
		_, _ = conn.Write(control.AppendNo(nil, "flow: not known"))
		return
	}
	defer func() { p.ended = true }()
	if said := f.say["carry"]; said != nil {
		_, _ = conn.Write(said)
	}
	_, _ = fmt.Fprintf(conn, "ok %x\n", seal.CarryProof(p.Secret, seal.Catcher, nil))
	if p.Reverse {
		f.throw(p, func(b []byte) error { _, err := conn.Write(b); return err })
		return
	}
	in := bufio.NewReader(r)
	for {
		head, err := in.Peek(stone.HeaderLen)
		if err != nil {
			return
		}
		size, err := stone.Size(head)
		if err != nil {
			return
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(in, b); err != nil {
			return
		}
		s, err := stone.Sound(b)
		if err != nil {
			return
		}
		f.came(p, s)
	}
}

// throw throws by the plan.
func (f *fake) throw(p *agreed, write func([]byte) error) {
	plan := pace.Plan{Count: p.Count, Size: p.Size}
	if plan.Rate.UnmarshalText([]byte(p.Rate)) != nil || plan.Pattern.UnmarshalText([]byte(p.Pattern)) != nil {
		return
	}
	schedule, err := pace.NewSchedule(plan, uint64(p.Flow))
	if err != nil {
		f.Error(err)
		return
	}
	for s := range schedule.Stones(context.Background(), f, f.Now(), p.Flow) {
		if write(s.Append(nil)) != nil {
			break
		}
		at := f.Now() - p.began
		p.arrivals = append(p.arrivals, control.Arrival{Number: s.Number, At: at, Delay: f.Now() - s.Due})
		p.thrown++
	}
	p.last, p.ended = f.Now(), true
}

func (f *fake) serveUDP() {
	b := make([]byte, 1<<16)
	for {
		n, from, err := f.packets.ReadFrom(b)
		if err != nil {
			return
		}
		if f.deaf {
			if control.ParseDatagram(b[:n]).Word == control.Hello {
				f.hellos++
			}
			continue
		}
		if said := f.say["datagram"]; said != nil {
			_, _ = f.packets.WriteTo(said, from)
		}
		f.datagram(b[:n], from)
	}
}

func (f *fake) datagram(b []byte, from net.Addr) {
	for _, p := range f.planned {
		inner, ok := seal.NewTagger(p.Secret).Open(b)
		if s, err := stone.Parse(inner); ok && err == nil {
			f.came(p, s)
			return
		}
	}
	d := control.ParseDatagram(b)
	switch d.Word {
	case control.Hello:
		f.hellos++
		_, _ = f.packets.WriteTo([]byte("Hello!\nПривет!\n"), from)
	case control.Knock:
		_, _ = f.packets.WriteTo(control.Datagram{Word: control.Cookie, Cookie: [8]byte{1}}.Append(nil), from)
	case control.Open:
		p := f.planned[d.Flow]
		if p == nil || p.thrown > 0 || !slices.Equal(seal.NewTagger(p.Secret).Append(d.Signed(nil))[len(d.Signed(nil)):], d.Tag[:]) {
			return
		}
		p.thrown = 0
		tagger := seal.NewTagger(p.Secret)
		f.Go(func() {
			f.throw(p, func(b []byte) error {
				_, err := f.packets.WriteTo(tagger.Append(b), from)
				return err
			})
		})
	case control.None, control.Cookie:
	}
}

// meet lets a client meet a fake.
func meet(t *testing.T, cfg sim.Config, prepare func(*fake), client func(w *sim.World, f *fake)) {
	t.Helper()
	w, err := sim.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	f := &fake{TB: t, World: w}
	if prepare != nil {
		prepare(f)
	}
	err = w.Run(t.Context(), func() {
		f.listen()
		defer f.stop()
		client(w, f)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// far is a world with 20 ms each way.
func far() sim.Config {
	return sim.Config{Seed: 1, Out: wire.Shape{Delay: 20 * ms}, Back: wire.Shape{Delay: 20 * ms}}
}

// meetServer lets a client meet a real server.
func meetServer(t *testing.T, cfg sim.Config, prepare func(*server.Server), client func(*sim.World, *server.Server)) {
	t.Helper()
	w, err := sim.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s := &server.Server{World: w}
	if prepare != nil {
		prepare(s)
	}
	if err := s.Listen(t.Context(), w.Address("tcp")); err != nil {
		t.Fatal(err)
	}
	err = w.Run(t.Context(), func() {
		if err := s.Serve(t.Context()); err != nil {
			t.Error(err)
		}
	}, func() {
		defer s.Stop()
		client(w, s)
	})
	if err != nil {
		t.Fatal(err)
	}
}
