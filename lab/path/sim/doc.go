// Package sim is the path whose wire and clock are emulated. The two ends are
// real: a full TCP/IP stack each (gVisor's netstack), with handshake,
// congestion control, selective acknowledgement and retransmission timers.
//
// Time is virtual. One heap of events is the clock of both stacks, so an
// experiment of minutes runs in milliseconds, and the same seed gives the same
// packets bit for bit:
//
//   - One goroutine, the driver, takes the next event from the heap, moves the
//     clock to it and lets it happen. Nothing else moves time.
//   - Throwers and catchers are coroutines of the driver. What would block
//     parks them instead, until an event wakes them.
//   - The stacks' TCP has goroutines of its own, one a stack. They are paused
//     at all times but one: after a segment was delivered the driver lets them
//     go on and waits until they are paused again (engine.settle).
//   - All chance comes from the seed: the wires draw from package wire, the
//     stacks from streams of their own.
//
// The clock that the stacks read never stands still: every reading is 1 ns
// later than the one before. RACK (RFC 8985) orders segments by the time they
// were sent, and the stack resends too much where times are equal. Stones are
// measured with the events' own time.
//
// What it deliberately lacks: any way to the outside. This stack never sees a
// stranger's packet.
package sim
