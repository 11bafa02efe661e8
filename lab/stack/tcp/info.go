package tcp

import "time"

// An Info is what an end knows of its connection: Linux's tcp_info.
type Info struct {
	State State
	Phase Phase

	Window      int // congestion window, in segments (snd_cwnd)
	Threshold   int // slow start threshold, in segments; [NoThreshold] is none yet (snd_ssthresh)
	MSS         int // payload of a full segment that is sent (snd_mss)
	PeerMSS     int // estimate of the payload of a full segment that comes (rcv_mss)
	PeerWindow  int // what the other end still takes, in bytes (snd_wnd)
	OwnWindow   int // what this end still takes, in bytes (rcv_wnd)
	SendBuffer  int // in bytes, with bookkeeping (sk_sndbuf)
	Outstanding int // segments sent and not acknowledged (packets_out)
	InFlight    int // of these, the ones believed to be on the path
	Sacked      int // of these, selectively acknowledged ones (sacked_out)
	Lost        int // of these, the ones taken for lost (lost_out)
	Resent      int // of these, the ones whose repeat is on the path (retrans_out)
	Reordering  int // segments by which one may be overtaken (reordering)
	ReorderSeen int // how often one was (reord_seen)
	DSACKs      int // segments that came twice at the other end (dsack_dups)
	Delivered   int // segments acknowledged in any way (delivered)
	Unsent      int // bytes written and not sent yet (notsent)
	Unread      int // bytes that came in order and were not read

	RTT        time.Duration // smoothed; 0 before any sample (rtt)
	RTTVar     time.Duration // (rttvar)
	MinRTT     time.Duration // least of the last minutes (min_rtt)
	RTO        time.Duration // without backoff's doublings (rto)
	Backoff    int           // doublings (backoff)
	Timeouts   int           // of the retransmission timer, in a row (retransmits)
	ZeroProbes int           // unanswered probes of a closed window (probes)

	TotalRetrans     int   // segments sent again (total_retrans)
	SegmentsOut      int   // (segs_out)
	SegmentsIn       int   // (segs_in)
	DataSegmentsOut  int   // (data_segs_out)
	DataSegmentsIn   int   // (data_segs_in)
	BytesAcked       int64 // (bytes_acked)
	BytesReceived    int64 // (bytes_received)
	BytesSent        int64 // repeats counted (bytes_sent)
	BytesRetrans     int64 // (bytes_retrans)
	DeliveryRate     int64 // bytes a second, newest sample (delivery_rate)
	DeliveryLimited  bool  // by the program, not by the path (delivery_rate_app_limited)
	SACK, Timestamps bool  // agreed on
	ECN, WindowScale bool
}

// NoThreshold is the slow start threshold before any loss.
const NoThreshold = 0x7fffffff
