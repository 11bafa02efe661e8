package tcp

// F-RTO: was the timeout spurious?
//
// RFC 5682 section 3.1, step 2: when the first acknowledgment after the RTO
// advances the window, up to two new, previously unsent segments are transmitted.
// "3) ... b) ... If the acknowledgment ... acknowledges data that was not
// retransmitted ... declare the timeout spurious."

// alertLoss handles an ACK after a timeout.
func (c *Conn) alertLoss(a *arrival) sending {
	recovered := c.una >= c.high
	if a.advanced && c.undoLoss(false) {
		return sendNothing
	}
	if c.frto {
		// Step 3b: data that were not retransmitted have arrived.
		if a.original && c.undoLoss(true) {
			return sendNothing
		}
		if c.nxt > c.high {
			if a.sacked || a.duplicate() {
				c.frto = false // step 3a: the loss was real
			}
		} else if a.advanced && !recovered {
			c.high = c.nxt
			// Step 2b, or the conventional recovery if there is nothing new.
			if !c.unsent.empty() && c.una+c.window > c.nxt {
				return sendNew
			}
			c.frto = false
		}
	}
	if recovered {
		c.undoRecovery()
		return sendNothing
	}
	if !c.sack {
		if c.nxt > c.high && a.duplicate() {
			c.renoDuplicate(a)
		} else if a.advanced {
			c.q.sacked = 0
		}
	}
	return sendLost
}
