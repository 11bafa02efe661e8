package stacktest

import (
	"slices"
	"testing"
	"time"

	"stones/lab/stack/event"
	"stones/lab/stack/tcp"
	"stones/lab/wire"
)

// A road joins two ends by wires, by default with 10 Mbit/s and 20 ms each way. The
// program at one end throws stones, the one at the other catches them.
type road struct {
	count     int           // stones
	every     time.Duration // between stones; 0 means as fast as the send buffer takes them
	size      int
	asleep    time.Duration // how long the catcher sleeps before it reads
	until     time.Duration // from when on nothing more is thrown; 0 means never
	seed      uint64
	out, back wire.Shape
	config    tcp.Config // of both ends
	receive   int        // the catcher's SO_RCVBUF
	lose      func(p *packet) bool
	plan      func(k int) time.Duration // when stone k is due, instead of every

	clock           event.Queue
	thrower         *machine
	catcher         *machine
	wires           [2]*wire.Wire
	arrival         [2]*event.Timer
	alarm           *event.Timer
	opened          time.Duration
	open            bool
	next, rest      int
	due, got        []time.Duration // of each stone; got is 0 until it was read
	packets         []*packet       // of the thrower
	answers         []*packet       // of the catcher
	look            func(at time.Duration, i tcp.Info)
	throwing, ended bool
}

// A packet is one that entered a wire.
type packet struct {
	at    time.Duration // since the connection was open
	first int           // stone whose bytes it begins with, from 1; 0 if it has none
	last  int           // stone whose bytes it ends with
	again bool
	seg   tcp.Segment
	fate  wire.Fate
}

const (
	outward = iota
	backward
)

// lane is the shape of each wire of the timelines' road.
func lane() wire.Shape {
	return wire.Shape{Delay: 20 * time.Millisecond, Bandwidth: 10 * wire.Mbit, Queue: wire.Queue{Packets: 100}}
}

// newRoad is a road on which count stones of 1000 B are thrown, rate a second.
func newRoad(count, rate int) *road {
	r := &road{count: count, size: 1000, seed: 1, out: lane(), back: lane()}
	if rate > 0 {
		r.every = time.Second / time.Duration(rate)
	}
	return r
}

// ticked gives both ends the kernel's tick.
func (r *road) ticked(phase float64) *road {
	r.config.Tick, r.config.Phase = tick, ms(phase)
	return r
}

// since is the time since the connection was open.
func (r *road) since() time.Duration { return r.clock.Now() - r.opened }

// run runs the road until nothing is left to happen.
func (r *road) run(t *testing.T) *road {
	t.Helper()
	config := r.config
	config.ISS, config.Stamp = 0xffff_0000, 1_000_000
	r.thrower = newMachine(&r.clock, config, func(s *tcp.Segment) { r.enter(outward, s) })
	config.ReceiveBuffer = r.receive
	config.ISS, config.Stamp = 77, 2_000_000
	r.catcher = newMachine(&r.clock, config, func(s *tcp.Segment) { r.enter(backward, s) })
	r.wires = [2]*wire.Wire{wire.New(r.out, r.seed, wire.Out), wire.New(r.back, r.seed, wire.Back)}
	r.arrival = [2]*event.Timer{
		r.clock.Timer(func() { r.arrive(outward) }),
		r.clock.Timer(func() { r.arrive(backward) }),
	}
	r.alarm = r.clock.Timer(r.throw)
	r.thrower.after1 = r.throw
	r.catcher.after1 = r.catch
	r.catcher.listening, r.catcher.closes = true, true
	r.catcher.reads = r.asleep == 0
	r.thrower.reads = true
	r.next = 1
	r.thrower.open()
	r.thrower.conn.Connect(0)
	r.thrower.after()
	for r.clock.Now() < 2*time.Hour && r.clock.Step() {
		if r.thrower.broken != nil || r.catcher.broken != nil {
			t.Fatalf("%v: thrower %v, catcher %v", r.since(), r.thrower.broken, r.catcher.broken)
		}
		if r.finished() {
			break
		}
	}
	return r
}

// finished reports whether both ends have nothing more to do.
func (r *road) finished() bool {
	done := func(m *machine) bool {
		return m.conn != nil && (m.conn.State() == tcp.Closed || m.conn.State() == tcp.TimeWait)
	}
	return done(r.thrower) && done(r.catcher)
}

func (r *road) end(direction int) *machine {
	if direction == outward {
		return r.catcher
	}
	return r.thrower
}

// enter puts a segment on a wire.
func (r *road) enter(direction int, s *tcp.Segment) {
	const ip = 20
	p := &packet{at: r.since(), seg: *s, again: s.Retransmission}
	item := wire.Packet{Size: ip + s.Len(), Again: s.Retransmission, Ref: p}
	if n := int64(len(s.Payload)); n > 0 && direction == outward {
		p.first = int(s.Offset/int64(r.size)) + 1
		p.last = int((s.Offset+n-1)/int64(r.size)) + 1
		item.Stone, item.Offset, item.Last = uint64(p.first), int(s.Offset%int64(r.size)), uint64(p.last)
	}
	if direction == outward {
		r.packets = append(r.packets, p)
	} else {
		r.answers = append(r.answers, p)
	}
	if direction == outward && r.lose != nil && r.lose(p) {
		p.fate = wire.Lost
		return
	}
	r.wires[direction].Send(r.clock.Now(), item)
	r.learn(direction)
	r.expect(direction)
}

// learn notes what has befallen packets on a wire. What befalls a copy is not
// the packet's fate.
func (r *road) learn(direction int) {
	w := r.wires[direction]
	for e, ok := w.Event(); ok; e, ok = w.Event() {
		if !e.Packet.Copy {
			e.Packet.Ref.(*packet).fate = e.Fate
		}
	}
}

func (r *road) expect(direction int) {
	if at, ok := r.wires[direction].Next(); ok {
		r.arrival[direction].Set(at)
	} else {
		r.arrival[direction].Stop()
	}
}

func (r *road) arrive(direction int) {
	item, ok := r.wires[direction].Arrive(r.clock.Now())
	r.learn(direction)
	r.expect(direction)
	if !ok {
		return
	}
	seg := item.Ref.(*packet).seg
	r.end(direction).deliver(&seg)
	if direction == backward {
		if r.look != nil {
			r.look(r.since(), r.thrower.conn.Info())
		}
	}
}

// throw throws the stones that are due.
func (r *road) throw() {
	if r.throwing || r.ended || r.thrower.conn.State() != tcp.Established {
		return
	}
	r.throwing = true
	defer func() { r.throwing = false }()
	if !r.open {
		r.open, r.opened = true, r.clock.Now()
		if r.asleep > 0 {
			r.clock.Timer(func() { r.catcher.reads = true; r.catcher.after() }).Set(r.opened + r.asleep)
		}
	}
	for {
		if r.rest > 0 {
			n, err := r.thrower.writeSome(r.rest)
			if r.rest -= n; r.rest > 0 || err != nil {
				break
			}
		}
		if r.next > r.count || r.until > 0 && r.since() >= r.until {
			r.ended = true
			r.thrower.conn.CloseWrite(r.clock.Now())
			break
		}
		due := r.opened + time.Duration(r.next-1)*r.every
		if r.plan != nil {
			due = r.opened + r.plan(r.next)
		}
		if r.every > 0 && due > r.clock.Now() {
			r.alarm.Set(due)
			break
		}
		if r.every == 0 {
			due = r.clock.Now()
		}
		r.due, r.got = append(r.due, due), append(r.got, 0)
		r.rest = r.size
		r.next++
	}
	r.thrower.rearm()
}

// catch notes which stones the catcher has read.
func (r *road) catch() {
	for k := int(r.catcher.read) / r.size; k > 0 && r.got[k-1] == 0; k-- {
		r.got[k-1] = r.clock.Now()
	}
}

// delay is how long after its due time stone k could be read.
func (r *road) delay(k int) time.Duration {
	if r.got[k-1] == 0 {
		return 1 << 60
	}
	return r.got[k-1] - r.due[k-1]
}

func (r *road) delays() []time.Duration {
	list := make([]time.Duration, len(r.due))
	for i := range list {
		list[i] = r.delay(i + 1)
	}
	return list
}

// percentile is by nearest rank.
func (r *road) percentile(p int) time.Duration {
	list := r.delays()
	slices.Sort(list)
	return list[max(0, (len(list)*p+99)/100-1)]
}

// heldUp counts the stones that came more than a millisecond after the least delay.
func (r *road) heldUp() int { return r.heldUpBy(time.Millisecond) }

func (r *road) heldUpBy(most time.Duration) int {
	list, n := r.delays(), 0
	least := slices.Min(list)
	for _, d := range list {
		if d > least+most {
			n++
		}
	}
	return n
}

// sentAgain counts the packets that were sent before.
func (r *road) sentAgain() int {
	n := 0
	for _, p := range r.packets {
		if p.again {
			n++
		}
	}
	return n
}

// copies are the packets that began with stone k, in the order of sending.
func (r *road) copies(k int) []*packet {
	var list []*packet
	for _, p := range r.packets {
		if p.first == k {
			list = append(list, p)
		}
	}
	return list
}
