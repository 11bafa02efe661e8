package tcp

import "time"

// An Info is what an end knows of its connection: Linux's tcp_info.
type Info struct {
	State State
	Phase Phase

	Window      int // congestion window, in segments (snd_cwnd)
	Threshold   int // slow start threshold, in segments; [NoThreshold] before any loss (snd_ssthresh)
	MSS         int // payload of a full segment that is sent (snd_mss)
	PeerMSS     int // estimate of the payload of a full segment that comes (rcv_mss)
	PeerWindow  int // what the other end accepts, in bytes (snd_wnd)
	OwnWindow   int // what this end still accepts, in bytes (rcv_wnd)
	SendBuffer  int // in bytes, with bookkeeping (sk_sndbuf)
	Outstanding int // segments sent and not acknowledged (packets_out)
	InFlight    int // of these, believed to be on the path
	Sacked      int // of these, selectively acknowledged (sacked_out)
	Lost        int // of these, marked as lost (lost_out)
	Resent      int // of these, retransmitted and believed to be on the path (retrans_out)
	Reordering  int // segments that may overtake one before it counts as lost (reordering)
	ReorderSeen int // how often reordering was seen (reord_seen)
	DSACKs      int // segments that the other end got twice (dsack_dups)
	Delivered   int // segments acknowledged in any way (delivered)
	Unsent      int // bytes written and not sent yet (notsent)
	Unread      int // bytes that came in order and were not read

	RTT        time.Duration // smoothed; 0 before any sample (rtt)
	RTTVar     time.Duration // (rttvar)
	MinRTT     time.Duration // least of the last five minutes (min_rtt)
	RTO        time.Duration // with its doublings (rto)
	Backoff    int           // doublings, of the probes of a closed window too (backoff)
	Timeouts   int           // of the retransmission timer, in a row (retransmits)
	ZeroProbes int           // unanswered probes of a closed window (probes)

	TotalRetrans     int   // segments sent again (total_retrans)
	SegmentsOut      int   // (segs_out)
	SegmentsIn       int   // (segs_in)
	DataSegmentsOut  int   // (data_segs_out)
	DataSegmentsIn   int   // (data_segs_in)
	BytesAcked       int64 // (bytes_acked)
	BytesReceived    int64 // (bytes_received)
	BytesSent        int64 // retransmissions included (bytes_sent)
	BytesRetrans     int64 // (bytes_retrans)
	DeliveryRate     int64 // bytes a second, newest sample (delivery_rate)
	DeliveryLimited  bool  // by the program, not by the path (delivery_rate_app_limited)
	SACK, Timestamps bool  // agreed on
	ECN, WindowScale bool
}

// NoThreshold is the slow start threshold before any loss.
const NoThreshold = 0x7fffffff

// Info is what this end knows.
func (c *Conn) Info() Info {
	i := Info{
		State: c.state, Phase: c.phase,
		Window: int(c.cwnd), Threshold: int(c.threshold()),
		MSS: int(c.mss), PeerMSS: int(c.peerSegment),
		PeerWindow: int(c.window), OwnWindow: int(c.receiveWindow()), SendBuffer: int(c.sendBuffer),
		RTT: c.rtt.smoothed, RTTVar: c.rtt.variation, RTO: c.rto(),
		Backoff: int(c.backoff + c.probeBackoff), Timeouts: c.timeouts, ZeroProbes: c.zeroProbes,
		SACK: c.sack, Timestamps: c.stamps, ECN: c.ecn.on, WindowScale: c.scaled,
	}
	if c.rtt.smoothed > 0 {
		i.MinRTT = c.rtt.least.value()
	}
	c.queueInfo(&i)
	c.totalInfo(&i)
	return i
}

func (c *Conn) queueInfo(i *Info) {
	i.Outstanding, i.InFlight = int(c.q.count), int(c.q.inFlight())
	i.Sacked, i.Lost, i.Resent = int(c.q.sacked), int(c.q.lost), int(c.q.resent)
	i.Reordering, i.ReorderSeen = int(c.duplicates), c.reorderings
	i.Unsent, i.Unread = int(c.unsent.end-max(c.nxt, 1)), int(c.inLen)
}

func (c *Conn) totalInfo(i *Info) {
	t := &c.totals
	i.DSACKs, i.Delivered, i.TotalRetrans = int(t.dsacks), int(t.delivered), int(t.retrans)
	i.SegmentsOut, i.SegmentsIn, i.DataSegmentsOut, i.DataSegmentsIn = t.segsOut, t.segsIn, t.dataOut, t.dataIn
	i.BytesAcked, i.BytesReceived = max(c.una-1, 0), t.bytesReceived
	i.BytesSent, i.BytesRetrans = t.bytesSent, t.bytesRetrans
	if r := c.rate.last; r.Interval > 0 {
		i.DeliveryRate = r.Segments * c.mss * int64(time.Second/us) / max(int64(r.Interval/us), 1)
		i.DeliveryLimited = r.Limited
	}
}
