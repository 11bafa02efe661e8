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
	TCPRenoRecovery       int // and without
	TCPSackRecoveryFail   int // a timeout in fast recovery
	TCPRenoRecoveryFail   int
	TCPFastRetrans        int // segments sent again in fast recovery
	TCPSlowStartRetrans   int // and after a timeout
	TCPLostRetransmit     int // repeats that were lost too
	TCPSACKReorder        int // reordering seen by SACK
	TCPTSReorder          int // and by time stamps
	TCPRenoReorder        int // and by duplicate ACKs alone
	TCPSpuriousRTOs       int // timeouts found needless by F-RTO
	TCPFullUndo           int // recoveries found needless by time stamps
	TCPPartialUndo        int // and before all was acknowledged
	TCPDSACKUndo          int // and by D-SACKs
	TCPLossUndo           int // timeouts found needless by time stamps or D-SACKs
	TCPDSACKOldSent       int // D-SACKs sent for data that had been acknowledged
	TCPDSACKOfoSent       int // and for data held out of order
	TCPDSACKRecv          int // D-SACKs that came, for acknowledged data
	TCPDSACKOfoRecv       int // and for data above
	TCPDSACKIgnoredOld    int
	TCPDSACKIgnoredNoUndo int
	TCPSACKDiscard        int // SACK blocks that make no sense
	TCPOFOQueue           int // segments held out of order
	TCPOFODrop            int // segments that found no room there
	TCPRcvQDrop           int // segments in order that found no room
	TCPRcvCollapsed       int
	DelayedACKs           int // that a timer sent
	DelayedACKLost        int // duplicates of acknowledged data: the ACK was late or lost
	TCPAckCompressed      int
	TCPPureAcks           int
	TCPHPAcks             int
	PAWSEstab             int // segments refused by their time stamp
	PAWSActive            int // and in SYN-SENT
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
