// Package relay puts an emulated wire between programs that use UDP: a client sends to
// the relay instead of to the other program. What passes the wire is sent on to that
// program, and its answers come back the same way.
//
// Each client, known by its address, has a return path of its own; the link and its
// queue are shared by all. Time is real, but the random draws are fixed: the n-th
// datagram of a client in a direction has the same draws in every run with the same
// seed, so the same datagrams are lost, duplicated, damaged or held back. What depends
// on timing, as a full queue and which datagram passes which, is counted.
//
// A [Relay] keeps account of every datagram: entered + copied = delivered + dropped
// by cause + in flight at the end.
//
// What it deliberately lacks: any look at what is inside the datagrams.
package relay
