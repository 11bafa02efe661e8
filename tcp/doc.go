// Package tcp throws stones and catches them over TCP.
//
// TCP asks first: "May I throw?" Then the stones come in order, each once, and
// all are caught, however long that takes. Lay this package beside package
// udp: the same files, the same names, the same order. What differs is the
// protocol.
//
// It knows stones and sockets, nothing else: no clock, no path and no score.
// When a stone is due is the business of the sequence it comes from; whoever
// wants a stage to end at a time sets a deadline.
package tcp
