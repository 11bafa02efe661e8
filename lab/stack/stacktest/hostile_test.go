package stacktest

import (
	"math/rand/v2"
	"testing"
	"time"

	"stones/lab/stack/tcp"
)

// An enemy is a peer that sends arbitrary segments: with numbers around those in use,
// ACKs of what was never sent, invalid SACK blocks, changing windows.
type enemy struct {
	*Story
	*rand.Rand
	high uint32 // behind the highest number that the enemy has used
}

// near draws a number around n.
func (e *enemy) near(n uint32) uint32 {
	switch e.IntN(8) {
	case 0:
		return n
	case 1:
		return n + uint32(e.IntN(4))
	case 2:
		return n - uint32(e.IntN(4))
	case 3:
		return n + uint32(e.IntN(70_000))
	case 4:
		return n - uint32(e.IntN(70_000))
	case 5:
		return e.Uint32()
	}
	return n + uint32(e.IntN(20))*uint32(full) - 10*full
}

// sane is true three times in four, so that the connection makes progress between the
// blows.
func (e *enemy) sane() bool { return e.IntN(4) > 0 }

// blow makes one segment arrive.
func (e *enemy) blow() {
	una, next, sent := e.numbers()
	g := Segment{Flags: ACK, Seq: next, Ack: sent, Window: 1 + e.IntN(70)}
	if e.sane() {
		g.Len = e.IntN(3) * e.IntN(full)
	}
	if !e.sane() {
		g.Seq = e.near(next)
	}
	if !e.sane() {
		g.Ack = e.near(una)
	}
	if e.IntN(8) == 0 {
		g.Window = 0
	}
	if e.IntN(3) == 0 {
		g.Flags |= PSH
	}
	if e.IntN(3) == 0 {
		o := Option{Kind: SACK}
		for range 1 + e.IntN(3) {
			from := e.near(una)
			to := from + uint32(e.IntN(5))*full
			if !e.sane() {
				to = e.near(from)
			}
			o.Blocks = append(o.Blocks, Block{from, to})
		}
		g.Options = append(g.Options, o)
	}
	switch e.IntN(60) {
	case 0:
		g.Flags |= SYN
	case 1:
		g.Flags |= ECE
	case 2:
		g.Flags |= CWR
	case 3:
		g.Flags = Flags(e.IntN(256)) &^ (RST | FIN)
	case 4:
		g.Flags = RST | ACK
		g.Seq = e.near(next)
		if g.Seq == next {
			g.Seq++
		}
	}
	if end := g.End(); int32(end-next) > 0 && end-next < 1<<20 && int32(end-e.high) > 0 {
		e.high = end
	}
	a := e.peer.arrival(g, e.queue.Now())
	e.tell("in   %v", e.peer.relativeIn(a.Segment))
	e.arrive(a)
}

// turn lets the program or the time go on.
func (e *enemy) turn() {
	switch e.IntN(6) {
	case 0:
		e.Write(e.IntN(5000))
	case 1:
		e.Read(e.IntN(5000) + 1)
	case 2:
		e.Until(e.Now() + time.Duration(e.IntN(300))*time.Millisecond)
	default:
		e.Until(e.Now() + time.Duration(e.IntN(3000))*time.Microsecond)
	}
	e.Skip(e.Now())
}

// sound checks what must hold in every state.
func (e *enemy) sound() {
	i := e.Info()
	switch {
	case i.Sacked < 0 || i.Lost < 0 || i.Resent < 0 || i.Outstanding < 0:
		e.Fatalf("a count is negative: %+v", i)
	case i.Sacked+i.Lost > i.Outstanding:
		e.Fatalf("sacked %d and lost %d of %d segments", i.Sacked, i.Lost, i.Outstanding)
	case i.Resent > i.Outstanding:
		e.Fatalf("%d repeats of %d segments are on the path", i.Resent, i.Outstanding)
	case i.InFlight != i.Outstanding-i.Sacked-i.Lost+i.Resent || i.InFlight < 0:
		e.Fatalf("in flight %d; %d out, %d sacked, %d lost, %d resent", i.InFlight, i.Outstanding, i.Sacked, i.Lost, i.Resent)
	case i.Window < 1 || i.Threshold < 2:
		e.Fatalf("window %d, threshold %d", i.Window, i.Threshold)
	case i.Unread > 40<<20:
		e.Fatalf("%d B are held unread", i.Unread)
	}
}

func TestAnEnemyCannotConfuseTheStack(t *testing.T) {
	n := *seeds
	if testing.Short() {
		n = min(n, 50)
	}
	for seed := range uint64(n) {
		fight(t, seed, 200)
	}
}

func FuzzEnemy(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed, uint16(300))
	}
	f.Fuzz(func(t *testing.T, seed uint64, blows uint16) { fight(t, seed, int(blows%1000)) })
}

func fight(t *testing.T, seed uint64, blows int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	o := Options{
		PeerISN: r.Uint32(),
		Config: tcp.Config{
			ISS: r.Uint32(), Stamp: r.Uint32(),
			NoSACK: r.IntN(5) == 0, NoTimestamps: r.IntN(5) == 0, NoScale: r.IntN(5) == 0,
			Recovery:      tcp.Recovery(r.IntN(2)),
			ReceiveBuffer: []int{0, 0, 1, 8192, 100_000}[r.IntN(5)],
			SendBuffer:    []int{0, 0, 1, 8192, 100_000}[r.IntN(5)],
			Nagle:         r.IntN(2) == 0,
			ECN:           r.IntN(2) == 0,
		},
	}
	if r.IntN(2) == 0 {
		o.Tick, o.Phase = tick, time.Duration(r.IntN(4000))*time.Microsecond
	}
	e := &enemy{Story: New(t, o), Rand: r}
	e.Accepted(ms(10))
	for range blows {
		e.blow()
		e.sound()
		e.turn()
		e.sound()
	}
	e.recovers()
}

// numbers are what the peer has acknowledged, what it has to send next, and the
// end of what the stack has sent.
func (e *enemy) numbers() (una, next, sent uint32) {
	una = e.peer.acked - e.peer.isn
	next = uint32(1 + e.machine.read + int64(e.Info().Unread))
	return una, next, e.peer.top - e.peer.isn
}

// recovers checks that the connection works when the peer is honest again.
func (e *enemy) recovers() {
	if e.machine.conn.State() != tcp.Established {
		e.Fatalf("state %v; want ESTABLISHED", e.machine.conn.State())
	}
	e.Say("from here on the peer is honest")
	e.Reading(true)
	refused := 0
	for {
		_, next, sent := e.numbers()
		if int32(next-e.high) > 0 {
			break
		}
		size := min(500, max(1, int(int32(e.peer.edge-next-e.options.PeerISN))))
		e.Skip(e.Now() + ms(1))
		e.In(e.Now(), Segment{Flags: ACK | PSH, Seq: next, Len: size, Ack: sent, Window: 60_000}.String())
		e.Skip(e.Now())
		if _, now, _ := e.numbers(); now == next {
			if refused++; refused == 3 {
				e.Fatalf("the receiver does not take what is next, %d", next)
			}
			continue
		}
		refused = 0
	}
	for range 200 {
		_, next, sent := e.numbers()
		e.Skip(e.Now() + ms(50))
		e.In(e.Now(), Segment{Flags: ACK, Seq: next, Ack: sent, Window: 60_000}.String())
		e.Skip(e.Now())
		if e.Acked() {
			break
		}
	}
	if i := e.Info(); !e.Acked() || i.Outstanding > 0 {
		e.Fatalf("%d segments are out and %d B unsent, though all was acknowledged again and again", i.Outstanding, i.Unsent)
	}
	before := e.ReadBytes()
	for k := range 3 {
		_, next, sent := e.numbers()
		e.Skip(e.Now() + ms(50))
		e.In(e.Now(), Segment{Flags: ACK | PSH, Seq: next, Len: 100, Ack: sent, Window: 60_000}.String())
		e.Skip(e.Now())
		if got := e.ReadBytes(); got < before+int64(100*(k+1)) {
			e.Fatalf("the program has read %d B; want at least %d", got, before+int64(100*(k+1)))
		}
	}
}
