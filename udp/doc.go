// Package udp throws stones and catches them over UDP.
//
// UDP does not ask: "Catch!" The stones come as they come, some late, some
// twice, some never, and nobody is told. Lay this package beside package
// tcp: the same files, the same names, the same order. What differs is the
// protocol.
//
// It knows stones and sockets, nothing else: no clock, no path and no score.
// When a stone is due is the business of the sequence it comes from; whoever
// wants a stage to end at a time sets a deadline.
package udp
