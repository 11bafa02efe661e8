package tcp

// A State is a state of RFC 9293 section 3.3.2. LISTEN is not among them: it is a state
// of the host, without a connection.
type State uint8

// The states.
const (
	Closed State = iota
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	Closing
	TimeWait
	CloseWait
	LastAck
)

// String returns the state's name in RFC 9293.
func (s State) String() string {
	return [...]string{"CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK"}[s]
}

// A Phase is what the sender believes of the path: the state of Linux's
// congestion avoidance machine.
type Phase uint8

// The phases.
const (
	Open       Phase = iota // nothing is amiss
	Disorder                // SACKs or duplicate ACKs came; nothing is marked as lost yet
	Reducing                // the window shrinks after an ECN mark or a repaired tail loss
	Recovering              // fast recovery: segments were found lost
	Loss                    // after a timeout everything outstanding counts as lost
)

// String returns Linux's name for the phase.
func (p Phase) String() string {
	return [...]string{"Open", "Disorder", "CWR", "Recovery", "Loss"}[p]
}
