package tcp

import "time"

// A receiver is what an end knows of the stream that it gets.
type receiver struct {
	irs      uint32 // initial number of the other end
	rcvNxt   int64  // RCV.NXT
	rcvWup   int64  // RCV.NXT when the last ACK was sent
	edge     int64  // right edge of the window that was offered; it moves left only when memory runs out
	offered  int64  // RCV.WND of the last ACK
	scale    uint8  // of the windows that are offered
	tsRecent uint32 // time stamp that will be echoed (TS.Recent)
	tsEcho   uint32 // time stamp that the other end echoed last

	in        inbox
	inLen     int64 // bytes in order that were not read
	copied    int64 // offset up to which the program has read
	finAt     int64 // offset of the other end's FIN; 0 means not known
	eof       bool  // all up to the FIN has come
	early     reassembly
	lastHeard time.Duration

	sackBlocks
	ackState
	memory
	tuning

	keepProbes int           // unanswered keepalive probes
	answered   bool          // mayAnswer has allowed an answer
	lastAnswer time.Duration // when it did last
}

func (c *Conn) initReceiver() {
	c.copied = 1
	c.initMemory()
}
