package lab

import (
	"testing"
	"time"

	"stones/lab/path"
)

func TestTrip(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		trip path.Trip
		want Trip
	}{
		{path.Trip{Arrived: true, At: 130 * ms}, Trip{PacketArrived, Milliseconds(30 * ms)}},
		{path.Trip{Arrived: true, At: 130 * ms, Cause: path.Damaged}, Trip{PacketDamaged, Milliseconds(30 * ms)}},
		{path.Trip{Arrived: true, At: 130 * ms, Cause: path.ReceiverDrop}, Trip{PacketReceiverDrop, Milliseconds(30 * ms)}},
		{path.Trip{Arrived: true, At: 130 * ms, Cause: path.NobodyHome}, Trip{PacketNobody, Milliseconds(30 * ms)}},
		{path.Trip{Cause: path.Dropped}, Trip{PacketLost, NA(PacketLost)}},
		{path.Trip{Cause: path.Overflowed}, Trip{PacketOverflowed, NA(PacketOverflowed)}},
		{path.Trip{Cause: path.TooBig}, Trip{PacketTooBig, NA(PacketTooBig)}},
		{path.Trip{}, Trip{PacketOnTheWay, NA(PacketOnTheWay)}},
		{path.Trip{Cause: path.Damaged}, Trip{PacketOnTheWay, NA(PacketOnTheWay)}},
	} {
		if got := trip(tt.trip, 100*ms); got != tt.want {
			t.Errorf("trip(%+v) = %+v; want %+v", tt.trip, got, tt.want)
		}
	}
}
