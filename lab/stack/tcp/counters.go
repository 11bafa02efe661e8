package tcp

import (
	"iter"
	"reflect"
)

// Counters count what happened at one end, under the names of Linux's
// /proc/net/netstat and /proc/net/snmp, so that they can be read beside a kernel's.
type Counters struct {
	InSegs, OutSegs, RetransSegs, OutRsts int

	TCPTimeouts           int // of the retransmission timer
	TCPLossProbes         int
	TCPLossProbeRecovery  int // a probe repaired a loss
	TCPSackRecovery       int // fast recoveries begun, with SACK
	TCPRenoRecovery       int // fast recoveries begun, without SACK
	TCPSackRecoveryFail   int // a timeout in fast recovery
	TCPRenoRecoveryFail   int
	TCPFastRetrans        int // segments sent again in fast recovery
	TCPSlowStartRetrans   int // segments sent again after a timeout
	TCPLostRetransmit     int // retransmissions that were lost too
	TCPSACKReorder        int // reordering seen by SACK
	TCPTSReorder          int // reordering seen by time stamps
	TCPRenoReorder        int // reordering seen by duplicate ACKs alone
	TCPSpuriousRTOs       int // timeouts found spurious by F-RTO
	TCPFullUndo           int // recoveries undone once all was acknowledged
	TCPPartialUndo        int // recoveries undone by a time stamp before that
	TCPDSACKUndo          int // recoveries undone by D-SACKs
	TCPLossUndo           int // timeouts undone
	TCPDSACKOldSent       int // D-SACKs sent for data that had been acknowledged
	TCPDSACKOfoSent       int // D-SACKs sent for data held out of order
	TCPDSACKRecv          int // D-SACKs received for acknowledged data
	TCPDSACKOfoRecv       int // D-SACKs received for data above the cumulative ACK
	TCPDSACKIgnoredOld    int
	TCPDSACKIgnoredNoUndo int
	TCPSACKDiscard        int // invalid SACK blocks
	TCPOFOQueue           int // segments held out of order
	TCPOFODrop            int // segments that found no room there
	TCPRcvQDrop           int // segments in order that found no room
	TCPRcvCollapsed       int
	DelayedACKs           int // ACKs that the timer sent
	DelayedACKLost        int // duplicates of acknowledged data: the ACK was late or lost
	TCPAckCompressed      int
	TCPPureAcks           int
	TCPHPAcks             int
	PAWSEstab             int // segments refused by their time stamp
	PAWSActive            int // SYN-ACKs refused by the time stamp that they echo
	TCPChallengeACK       int
	TCPSYNChallenge       int
	TCPAbortOnData        int // closed with unread data
	TCPAbortOnClose       int // data came after the close
	TCPAbortOnTimeout     int
	TCPHystartTrainDetect int
	TCPHystartDelayDetect int
	TCPSlowStartAfterIdle int
	TCPWinProbe           int
	TCPKeepAlive          int
	TCPFromZeroWindowAdv  int
	TCPToZeroWindowAdv    int
	TCPWantZeroWindowAdv  int
	TCPECNMarks           int // segments that came marked (not a kernel's counter)
}

// All yields each counter's name and value, in the order in which they stand above.
func (c Counters) All() iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		v := reflect.ValueOf(c)
		for i := range v.NumField() {
			if !yield(v.Type().Field(i).Name, int(v.Field(i).Int())) {
				return
			}
		}
	}
}
