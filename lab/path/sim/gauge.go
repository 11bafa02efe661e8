package sim

import (
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"

	"stones/lab/path"
)

// A gauge samples the state of one TCP connection at even intervals.
type gauge struct {
	eng      *engine
	conn     *stream
	interval time.Duration
	tick     *event
	samples  []path.Sample
}

// A gauge keeps at most so many samples. When it is full, every other one goes
// and the interval doubles.
const (
	gaugeInterval = 10 * time.Millisecond
	gaugeSize     = 128
)

func newGauge(eng *engine, conn *stream) *gauge {
	g := &gauge{eng: eng, conn: conn, interval: gaugeInterval}
	g.tick = newEvent(g.sample)
	g.sample()
	return g
}

// sample reads the state now and schedules the next reading.
func (g *gauge) sample() {
	if g.conn.closed {
		return
	}
	var info tcpip.TCPInfoOption
	if err := g.conn.ep.GetSockOpt(&info); err != nil {
		return
	}
	if len(g.samples) == gaugeSize {
		for i := range gaugeSize / 2 {
			g.samples[i] = g.samples[2*i]
		}
		g.samples = g.samples[:gaugeSize/2]
		g.interval *= 2
	}
	s := path.Sample{At: g.eng.now - birth, Cwnd: int(info.SndCwnd), RTT: info.RTT, RTO: info.RTO}
	if info.SndSsthresh < noThreshold {
		s.Ssthresh = int(info.SndSsthresh)
	}
	g.samples = append(g.samples, s)
	g.eng.schedule(g.tick, g.eng.now+g.interval)
}

// noThreshold is where the stack begins: no slow start threshold was found yet.
const noThreshold = 1<<31 - 1
