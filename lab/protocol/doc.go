// Package protocol is where a third one is built beside TCP and UDP: a protocol of
// one's own over datagrams that may be lost, late, doubled, damaged or out of order.
//
// A [Protocol] is one end of a conversation. Whoever writes one needs no socket, no
// goroutine and no clock: the lab calls it when something happens, and what it wants
// done it says to the [Wire] that it is given. There are five calls:
//
//	Throw      from above: a stone is due, take it to the other end
//	Last       from above: no more stones will come
//	Receive    from below: a datagram has come
//	Timeout    a timer that was set has run out
//	Done       the lab asks the thrower: is all acknowledged?
//
// and five things to say: Now, Send, Deliver, Set, Note. Both ends are the same
// type; the [Role] says which one it is.
//
// [StopAndWait], [GoBackN] and [SelectiveRepeat] are there to be read, in this order.
// Each is a file. What they have in common, the bytes of a frame, stands in
// frame.go.
//
// At one instant the lab hands over datagrams first, then timers in the order in
// which they were set, then stones, then the word that they were the last. What is
// sent takes its time: it comes out at the other end later, or never.
//
// A conversation ends when the thrower is done, nothing is on its way and the
// catcher waits for no timer; or when nothing can happen any more ([ErrStalled]);
// or when its time is over ([ErrGaveUp]).
package protocol
