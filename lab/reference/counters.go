package reference

import "slices"

// bookkeeping are counters that say how a kernel handles its memory, or what is
// counted by others too, and not what its TCP decides.
var bookkeeping = []string{
	"ActiveOpens", "CurrEstab", "InSegs", "MaxConn", "OutSegs", "PassiveOpens", "RtoAlgorithm", "RtoMax", "RtoMin",
	"RetransSegs", "TCPAutoCorking", "TCPBacklogCoalesce", "TCPDSACKRecvSegs", "TCPDelivered", "TCPHPAcks", "TCPHPHits",
	"TCPKeepAlive", "TCPOrigDataSent", "TCPPureAcks", "TCPRcvCoalesce", "TCPSackMerged", "TCPSackShiftFallback",
	"TCPSackShifted", "TW", "TcpTimeoutRehash",
}

// Counters puts together what both ends have counted, under the kernel's names.
// Those of the catcher have "catcher." before theirs. What is 0 and what says
// nothing of TCP's decisions is left out.
func Counters(thrower, catcher map[string]uint64) map[string]uint64 {
	all := map[string]uint64{}
	for prefix, counts := range map[string]map[string]uint64{"": thrower, "catcher.": catcher} {
		for name, n := range counts {
			if n > 0 && !slices.Contains(bookkeeping, name) {
				all[prefix+name] = n
			}
		}
	}
	return all
}
