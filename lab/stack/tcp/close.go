package tcp

import "time"

// Closing: each direction ends with a FIN (RFC 9293 section 3.6).
//
// RFC 9293 section 3.6: "CLOSE is an operation meaning "I have no more data to
// send." ... the user who CLOSEs may continue to RECEIVE until the TCP receiver is
// told that the remote peer has CLOSED also."
//
// Linux keeps a connection whose program has closed in FIN-WAIT-2 for 60 s.

const (
	finWait2Time = 60 * time.Second
	timeWaitTime = 60 * time.Second
)

// CloseWrite ends this end's stream: a FIN follows what was written. Reading goes on.
func (c *Conn) CloseWrite(now time.Duration) {
	c.now = now
	c.finish()
}

func (c *Conn) finish() {
	if c.finished {
		return
	}
	switch c.state {
	case Established:
		c.state = FinWait1
	case CloseWait:
		c.state = LastAck
	case SynReceived:
		c.sendReset()
		c.end(ErrAborted)
		return
	case SynSent:
		c.end(ErrAborted)
		return
	default:
		return
	}
	c.finished = true
	c.unsent.end++
	if c.unsent.empty() {
		c.unsent.push(chunk{end: c.unsent.end, fin: true})
	} else {
		last := c.unsent.last()
		last.end, last.fin, last.pushed = c.unsent.end, true, true
	}
	c.push()
}

// Close closes both directions: what was written is still delivered, and data that
// arrives is refused. RFC 9293 section 3.6.1: "If such a host issues a CLOSE call
// while received data is still pending in the TCP connection, or if new data is
// received after CLOSE is called, its TCP implementation SHOULD send a RST".
func (c *Conn) Close(now time.Duration) {
	c.now = now
	c.orphan = true
	if c.state == Closed {
		return
	}
	if c.inLen > 0 {
		c.counters.TCPAbortOnData++
		c.sendReset()
		c.end(nil)
		return
	}
	c.silence.stop()
	c.finish()
	if c.state == FinWait2 || c.state == TimeWait {
		c.startSilence(finWait2Time)
	}
}

// Abort resets the connection.
func (c *Conn) Abort(now time.Duration) {
	c.now = now
	c.orphan = true
	if c.state == Closed {
		return
	}
	if c.state >= SynReceived && c.state != TimeWait {
		c.sendReset()
	}
	c.end(ErrAborted)
}

// Fail ends the connection with err. The host calls it when ICMP says that the other
// end cannot be reached.
func (c *Conn) Fail(now time.Duration, err error) {
	c.now = now
	c.end(err)
}

func (c *Conn) sendReset() {
	c.clear()
	c.out.Flags |= RST
	c.counters.OutRsts++
	c.emit()
}

// end closes the connection for good.
func (c *Conn) end(err error) {
	c.state = Closed
	c.err = err
	for _, t := range c.all() {
		t.stop()
	}
	c.purpose = idle
	c.q = newQueue()
	c.unsent = writes{end: c.unsent.end}
	c.stream = stream{}
	c.early = reassembly{}
}

// ackedFIN changes the state when this end's FIN is acknowledged (RFC 9293 section
// 3.10.7.4).
func (c *Conn) ackedFIN() {
	if !c.finished || !c.Acked() {
		return
	}
	switch c.state {
	case FinWait1:
		c.state = FinWait2
		if c.orphan {
			c.startSilence(finWait2Time)
		}
	case Closing:
		c.enterTimeWait()
	case LastAck:
		c.end(nil)
	default:
	}
}

// gotFIN notes that all of the other end's stream has come, and its FIN. The program
// is likely to answer a FIN, so the ACK may wait for that answer.
func (c *Conn) gotFIN() {
	c.finAt = c.rcvNxt
	c.rcvNxt++
	c.eof = true
	c.scheduled = true
	switch c.state {
	case Established:
		c.state = CloseWait
		c.chatty = true
	case FinWait1:
		c.sendACK()
		c.state = Closing
	case FinWait2:
		c.sendACK()
		c.enterTimeWait()
	default:
	}
}
