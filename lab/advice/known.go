package advice

import (
	"reflect"

	"stones/lab"
	"stones/lab/wire"
)

// strange reports whether a way has anything that no formula knows of. What they
// know is taken away here, field by field: a new field is strange until then.
func strange(s wire.Shape) bool {
	s.Delay, s.Jitter, s.Overtake = 0, wire.Jitter{}, false
	s.Loss, s.Drop, s.DropEvery, s.DropPackets = wire.Loss{}, nil, 0, nil
	s.Reorder, s.ReorderEarly, s.Hold = wire.Reorder{}, 0, nil
	s.Duplicate, s.Corrupt = 0, 0
	s.Bandwidth, s.Queue.Packets, s.Queue.Bytes = 0, 0, 0
	s.MTU = 0
	return !reflect.ValueOf(s).IsZero()
}

// tuned reports whether TCP is set in a way of which no formula knows. Marks matter
// only where the road makes some, and a timer's grain only where timers decide.
func tuned(t lab.Tuning) bool {
	t.ECN, t.Tick, t.UDPChecksum = false, 0, ""
	for _, switched := range []*string{&t.SACK, &t.DelayedACK} {
		if *switched == lab.On {
			*switched = ""
		}
	}
	return t != lab.Tuning{}
}
