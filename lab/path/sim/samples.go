package sim

import (
	"stones/lab/path"
	"stones/lab/stack/event"
	"stones/lab/stack/tcp"
)

// A gauge samples the state of one TCP connection at even intervals.
type gauge struct {
	driver *driver
	stream *stream
	tick   *event.Timer
	series path.Series
}

func newGauge(d *driver, s *stream) *gauge {
	g := &gauge{driver: d, stream: s, series: path.NewSeries()}
	g.tick = d.Timer(g.sample)
	g.sample()
	return g
}

// sample reads the state now and schedules the next reading.
func (g *gauge) sample() {
	if g.stream.closed {
		return
	}
	info := g.stream.conn.TCP().Info()
	s := path.Sample{
		At: g.driver.Now(), Cwnd: info.Window,
		RTT: info.RTT, RTO: info.RTO,
	}
	if info.Threshold < tcp.NoThreshold {
		s.Ssthresh = info.Threshold
	}
	g.series.Add(s)
	g.tick.Set(g.driver.Now() + g.series.Interval)
}
