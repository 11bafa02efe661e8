package tcp

import "time"

// A receiver is what an end knows of the stream that it gets.
type receiver struct {
	irs      uint32 // initial number of the other end
	rcvNxt   int64  // RCV.NXT
	rcvWup   int64  // RCV.NXT when the last ACK was sent
	edge     int64  // right edge of the window that was offered: it never moves left
	offered  int64  // RCV.WND of the last ACK
	scale    uint8  // of the windows that are offered
	tsRecent uint32 // time stamp that will be echoed
	tsEcho   uint32 // time stamp that came back last

	in        inbox
	inLen     int64 // bytes in order that were not read
	copied    int64 // offset up to which was read
	finAt     int64 // offset of the other end's FIN; 0 means not known
	eof       bool  // all up to the FIN has come
	early     reassembly
	lastHeard time.Duration

	sackBlocks
	ackState
	memory
	tuning

	keepProbes int // unanswered
	answered   bool
	lastAnswer time.Duration
}

func (c *Conn) initReceiver() {
	c.copied = 1
	c.initMemory()
}
