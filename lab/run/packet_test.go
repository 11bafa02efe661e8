package run

import (
	"testing"
	"time"

	"stones/lab"
	"stones/lab/path"
)

func TestTrip(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		trip path.Trip
		want lab.Trip
	}{
		{path.Trip{Arrived: true, Left: 110 * ms, At: 130 * ms}, lab.Trip{Fate: lab.PacketArrived, Left: lab.Milliseconds(10 * ms), Arrived: lab.Milliseconds(30 * ms)}},
		{path.Trip{Arrived: true, Left: 110 * ms, At: 130 * ms, Cause: path.Damaged}, lab.Trip{Fate: lab.PacketDamaged, Left: lab.Milliseconds(10 * ms), Arrived: lab.Milliseconds(30 * ms)}},
		{path.Trip{Arrived: true, Left: 110 * ms, At: 130 * ms, Cause: path.ReceiverDrop}, lab.Trip{Fate: lab.PacketReceiverDrop, Left: lab.Milliseconds(10 * ms), Arrived: lab.Milliseconds(30 * ms)}},
		{path.Trip{Arrived: true, Left: 110 * ms, At: 130 * ms, Cause: path.NobodyHome}, lab.Trip{Fate: lab.PacketNobody, Left: lab.Milliseconds(10 * ms), Arrived: lab.Milliseconds(30 * ms)}},
		{path.Trip{Cause: path.Dropped}, lab.Trip{Fate: lab.PacketLost, Left: lab.NA(string(lab.PacketLost)), Arrived: lab.NA(string(lab.PacketLost))}},
		{path.Trip{Cause: path.Overflowed}, lab.Trip{Fate: lab.PacketOverflowed, Left: lab.NA(string(lab.PacketOverflowed)), Arrived: lab.NA(string(lab.PacketOverflowed))}},
		{path.Trip{Cause: path.TooBig}, lab.Trip{Fate: lab.PacketTooBig, Left: lab.NA(string(lab.PacketTooBig)), Arrived: lab.NA(string(lab.PacketTooBig))}},
		{path.Trip{}, lab.Trip{Fate: lab.PacketOnTheWay, Left: lab.NA(string(lab.PacketOnTheWay)), Arrived: lab.NA(string(lab.PacketOnTheWay))}},
		{path.Trip{Cause: path.Damaged}, lab.Trip{Fate: lab.PacketOnTheWay, Left: lab.NA(string(lab.PacketOnTheWay)), Arrived: lab.NA(string(lab.PacketOnTheWay))}},
	} {
		if got := trip(tt.trip, 100*ms); got != tt.want {
			t.Errorf("trip(%+v) = %+v; want %+v", tt.trip, got, tt.want)
		}
	}
}
