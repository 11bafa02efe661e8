// Package relay puts an emulated wire between programs that have UDP sockets of their
// own: a client sends to the relay instead of to the other program, and what passes
// the wire goes on to that one, and what that answers comes back the same way.
//
// Each client, known by its address, has a return path of its own; the link and its
// queue are shared by all. Time is real, but chance is not: the n-th datagram of a
// client in a direction meets the same chances in every run with the same seed, so
// that the same are lost, doubled, damaged or held back. What depends on timing, a
// full queue and who passes whom, is counted.
//
// A [Relay] keeps account of every datagram: entered + copied = delivered + dropped
// by cause + in flight at the end.
//
// What it deliberately lacks: any look at what is inside the datagrams.
package relay
