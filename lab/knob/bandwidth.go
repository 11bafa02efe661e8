package knob

import (
	"strings"

	"stones/lab"
	"stones/lab/wire"
)

// A capacity is the bandwidth of a link, or the trace that it follows.
type capacity struct {
	bandwidth wire.Bandwidth
	trace     wire.Trace
}

func (c capacity) text() string {
	if c.trace.IsZero() {
		return c.bandwidth.String()
	}
	text, _ := c.trace.MarshalText() // which has no error
	return string(text)
}

// readCapacity reads a bandwidth, or a trace behind an @.
func readCapacity(text string) (any, error) {
	var c capacity
	if !strings.HasPrefix(text, "@") {
		err := c.bandwidth.UnmarshalText([]byte(text))
		return c, err
	}
	err := c.trace.UnmarshalText([]byte(text))
	c.bandwidth = c.trace.Mean()
	return c, err
}

// readTrace reads a file that has a trace.
func readTrace(data []byte) (any, error) {
	t, err := wire.ReadTrace(data)
	return capacity{t.Mean(), t}, err
}

// bandwidth is the knob for both directions of the wire, and the one for the way back.
func bandwidth(k Knob) []Knob {
	k.read, k.whole = readCapacity, readTrace
	type way struct {
		place string
		shape func(e *lab.Experiment) *wire.Shape
	}
	out := way{"/out/bandwidth", func(e *lab.Experiment) *wire.Shape { return &e.Out }}
	home := way{"/back/bandwidth", func(e *lab.Experiment) *wire.Shape { return &e.Back }}
	along := func(k Knob, ways ...way) Knob {
		k.set = func(e *lab.Experiment, value any) {
			for _, w := range ways {
				s := w.shape(e)
				s.Bandwidth, s.Trace = value.(capacity).bandwidth, value.(capacity).trace
			}
		}
		k.spots = func(e *lab.Experiment) (spots []spot) {
			for _, w := range ways {
				s := w.shape(e)
				spots = append(spots, spot{place: w.place, text: capacity{s.Bandwidth, s.Trace}.text()})
			}
			return spots
		}
		return k
	}
	back := k
	back.Word, back.Variant = k.Word+"-back", Back
	return []Knob{along(k, out, home), along(back, home)}
}
