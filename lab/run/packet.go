package run

import (
	"time"

	"stones/lab"
	"stones/lab/path"
)

// packets is what became of every packet.
func (x *flow) packets(seen path.Record) []lab.Packet {
	var list []lab.Packet
	for _, p := range seen.Packets {
		one := lab.Packet{
			Number: p.Number, Sent: lab.Milliseconds(p.Sent - x.began), Back: p.Back, Protocol: p.Protocol,
			Bytes: p.Size, Data: p.Data, First: p.First, Last: p.Last,
			Flags: p.Flags, Seq: p.Seq, Ack: p.Ack, Again: p.Again, Offset: p.Offset, More: p.More,
			Trip: trip(p.Trip, x.began),
		}
		if p.Copy != nil {
			copied := trip(*p.Copy, x.began)
			one.Copy = &copied
		}
		list = append(list, one)
	}
	return list
}

// trip returns t with times since the flow began.
func trip(t path.Trip, began time.Duration) lab.Trip {
	fate := fateOf(t)
	if !t.Arrived {
		why := lab.NA(string(fate))
		return lab.Trip{Fate: fate, Left: why, Arrived: why}
	}
	return lab.Trip{Fate: fate, Left: lab.Milliseconds(t.Left - began), Arrived: lab.Milliseconds(t.At - began), Marked: t.Marked}
}

// fateOf names the cause that decided a packet's fate.
func fateOf(t path.Trip) lab.Fate {
	for _, c := range []struct {
		cause path.Cause
		fate  lab.Fate
	}{
		{path.Dropped, lab.PacketLost},
		{path.Overflowed, lab.PacketOverflowed},
		{path.TooBig, lab.PacketTooBig},
		{path.ReceiverDrop, lab.PacketReceiverDrop},
		{path.NobodyHome, lab.PacketNobody},
	} {
		if t.Cause&c.cause != 0 {
			return c.fate
		}
	}
	switch {
	case !t.Arrived:
		return lab.PacketOnTheWay
	case t.Cause&path.Damaged != 0:
		return lab.PacketDamaged
	}
	return lab.PacketArrived
}
