package sim

import (
	"gvisor.dev/gvisor/pkg/tcpip"

	"stones/lab/path"
)

// A gauge samples the state of one TCP connection at even intervals.
type gauge struct {
	eng    *engine
	conn   *stream
	tick   *event
	series path.Series
}

func newGauge(eng *engine, conn *stream) *gauge {
	g := &gauge{eng: eng, conn: conn, series: path.NewSeries()}
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
	s := path.Sample{At: g.eng.now - birth, Cwnd: int(info.SndCwnd), RTT: info.RTT, RTO: info.RTO}
	if info.SndSsthresh < noThreshold {
		s.Ssthresh = int(info.SndSsthresh)
	}
	g.series.Add(s)
	g.eng.schedule(g.tick, g.eng.now+g.series.Interval)
}

// noThreshold is where the stack begins: no slow start threshold was found yet.
const noThreshold = 1<<31 - 1
