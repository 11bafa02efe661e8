package protocol

import "time"

// GoBackN keeps a window of stones on the way instead of one, and so fills the road.
// The catcher stays as simple as can be: it keeps the stone that it waits for and
// throws away every other. It acknowledges by saying which one it waits for.
//
// There is one timer, for the oldest stone that is not acknowledged. When it runs
// out, the thrower goes back to that stone and throws the whole window again, for
// the catcher has thrown away what came behind the gap.
//
// Parameters: window, in stones, and timeout.
func GoBackN(_ Role, plan Plan, params Params) (Protocol, error) {
	r := reader{left: params}
	g := &goBackN{
		window:  r.whole("window", usualWindow, 1, 1_000_000),
		timeout: r.length("timeout", usualTimeout),
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	return g, fits(plan)
}

// usualWindow is the default window: how many stones may be in flight.
const usualWindow = 8

type goBackN struct {
	window  int
	timeout time.Duration

	queue  [][]byte // the thrower's: stones that are not acknowledged
	flying int      // how many of these were thrown, from the first on
	number uint32   // of the first one; the catcher's: of the one that it waits for
	last   bool
}

func (g *goBackN) Throw(w Wire, stone []byte) {
	g.queue = append(g.queue, append([]byte(nil), stone...))
	g.fill(w)
}

// fill throws as many stones as the window has room for.
func (g *goBackN) fill(w Wire) {
	idle := g.flying == 0
	for g.flying < min(g.window, len(g.queue)) {
		g.send(w, g.flying)
		g.flying++
	}
	if idle && g.flying > 0 {
		w.Set(0, g.timeout)
	}
	w.Note("flying", float64(g.flying))
}

// send throws the stone at that place in the queue.
func (g *goBackN) send(w Wire, place int) {
	w.Send(frame{data, g.number + uint32(place), g.queue[place]}.bytes())
}

// Timeout goes back to the oldest stone, and throws all of the window again.
func (g *goBackN) Timeout(w Wire, _ int) {
	for place := range g.flying {
		g.send(w, place)
	}
	w.Set(0, g.timeout)
	w.Note("again", float64(g.number)+1) // the stone whose time was over
}

func (g *goBackN) Receive(w Wire, datagram []byte) {
	switch f, ok := parse(datagram); {
	case !ok:
	case f.kind == data:
		g.caught(w, f)
	default:
		g.acknowledged(w, int(int32(f.number-g.number)))
	}
}

// acknowledged is what the thrower does when n more stones are acknowledged: the window
// moves on, and the timer starts anew for the next stone.
func (g *goBackN) acknowledged(w Wire, n int) {
	if n <= 0 || n > g.flying {
		return // an old one
	}
	g.queue, g.flying, g.number = g.queue[n:], g.flying-n, g.number+uint32(n)
	w.Set(0, 0)
	if g.flying > 0 {
		w.Set(0, g.timeout)
	}
	g.fill(w)
}

// caught is what the catcher does with a stone.
func (g *goBackN) caught(w Wire, f frame) {
	if f.number == g.number {
		w.Deliver(f.stone)
		g.number++
	}
	w.Send(frame{kind: acknowledgement, number: g.number}.bytes())
}

func (g *goBackN) Last(Wire) { g.last = true }

func (g *goBackN) Done() bool { return g.last && len(g.queue) == 0 }
