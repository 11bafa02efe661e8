// Package tcp is the Transmission Control Protocol (RFC 9293) as Linux speaks it,
// for virtual time.
//
// A [Conn] is one end of a connection. It waits for nothing and starts nothing:
// a segment arrives ([Conn.Deliver]), a timer fires ([Conn.Expire]), the program
// writes, reads or closes, and each of these calls may send segments through the
// function that was given to [New]. Time is an argument of each call. The same
// calls at the same times send the same segments, on every machine: all
// arithmetic is done with integers.
//
//	c := tcp.New(tcp.Config{MSS: 1460}, send)
//	c.Connect(now)
//	for {
//		// at c.Next():      c.Expire(now)
//		// a segment came:   c.Deliver(now, segment)
//		// c.Readable():     c.Read(now, b)
//		// c.Writable():     c.Write(now, b)
//	}
//
// One file is one mechanism. It begins with the purpose of the mechanism, the sentence
// of the RFC that it obeys, and what Linux does where that differs. Read in this order,
// the files are a course in TCP.
//
// # A segment
//
//   - segment.go: what travels: numbers, flags, window, options
//   - encode.go: its bytes (RFC 9293 section 3.1)
//   - state.go: the states of a connection (RFC 9293 section 3.3.2)
//   - conn.go: one end of it, config.go: how it is set, info.go and counters.go: what it shows
//   - input.go: what an end does with a segment that arrives (RFC 9293 section 3.10.7)
//
// # Opening
//
//   - handshake.go: SYN, SYN-ACK, ACK, and how often they are repeated
//   - options.go: what the ends agree on: segment size, scale, time stamps, SACK
//
// # The receiver
//
//   - receive.go: data in order, receiver.go: what an end knows of the stream that it gets
//   - reassembly.go: data that came early
//   - delayedack.go: when an ACK is delayed, quickack.go: when it is not, compressedack.go: one ACK for several
//   - sackblocks.go: the SACK blocks of an ACK, for data that came early (RFC 2018) or twice (RFC 2883)
//   - window.go: the window that is offered, memory.go: what received data cost, autotune.go: how the buffer grows
//   - readbuffer.go: data that the program has not read yet
//
// # The sender
//
//   - sendbuffer.go: what the program may write, stream.go: the bytes, unsent.go: those that wait
//   - nagle.go: whether a short segment waits (RFC 9293 section 3.7.4)
//   - output.go: what may be sent now, burst.go: how many segments at once, transmit.go: how one is made
//   - queue.go: what is sent and not acknowledged, and how much of it is on the way
//   - ack.go: what an ACK changes, sack.go: what its SACK blocks say, dsack.go: data that the other end got twice
//   - windowprobe.go: when the other end's window is closed
//   - pathmtu.go and rebuild.go: when segments must become shorter
//
// # Time
//
//   - rtt.go: round trips and the timeout (RFC 6298), minrtt.go: the least round trip
//   - clock.go: the kernel's tick, timers.go: the timers that run by it
//   - rate.go: how fast data are delivered
//
// # Loss
//
//   - rack.go: losses found by time (RFC 8985), reordering.go: how much reordering is tolerated
//   - duplicates.go: losses found by counting (RFC 5681, RFC 6675)
//   - lossprobe.go: a probe for the last segment, timeout.go: when nothing is heard
//   - frto.go: whether a timeout was spurious (RFC 5682), undo.go: what is undone then (RFC 4015)
//   - recovery.go: from the first sign of a loss to its repair, prr.go: how fast to send meanwhile (RFC 9937)
//   - retransmit.go: what is sent again
//
// # Congestion
//
//   - congestion.go: the interface of a congestion control
//   - cubic.go and hystart.go: CUBIC (RFC 9438) and the end of its slow start, reno.go: NewReno (RFC 5681)
//   - limited.go: a window that is not used does not grow (RFC 7661)
//   - ecn.go: congestion that is marked (RFC 3168)
//
// # Ending, and attacks
//
//   - close.go: FIN, half-closed, reset; timewait.go: the last wait
//   - keepalive.go: whether a silent peer is still there
//   - paws.go: old segments (RFC 7323 section 5), challenge.go: forged ones (RFC 5961)
//   - inflight.go: forged messages of ICMP (RFC 5927)
package tcp
