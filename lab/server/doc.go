// Package server is one computer that catches while many throw.
//
// Whoever connects is greeted and may talk, in the lines that package control
// describes: a person with any program that connects to a port, or the thrower of
// another computer, who plans flows, throws, and then asks what was caught. The stones
// of a flow come over TCP connections of their own or over the one UDP port that all
// share.
//
// Nobody can keep others out. A client is a stranger until it has proved the key or,
// where there is none, has made a plan. Strangers have places of their own. When these
// are taken, the oldest stranger of the address that has most is evicted; other clients
// never are. Without a key, one address cannot have all places of those who plan.
//
// Nobody is trusted. There is a limit to everything that others can make the server
// hold, and a deadline to everything they can make it wait for; both are in [Limits]. A
// datagram that is not tagged as a stone of a running flow leaves nothing behind but a
// number that counts it. What others say is made safe before it is logged or shown.
//
// It runs on a [World], which has the clock and the sockets, so that the same code runs
// in real time and in virtual time. That is why there is no channel and no timer in it:
// a task waits by reading from a connection, with a deadline, or by sleeping on the
// World's clock.
package server
