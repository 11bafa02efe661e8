package tcp

import (
	"errors"
	"time"
)

// The ways in which a connection ends early.
var (
	ErrReset    = errors.New("connection reset by peer")
	ErrRefused  = errors.New("connection refused")
	ErrTimedOut = errors.New("connection timed out")
	ErrAborted  = errors.New("connection aborted")
	ErrClosed   = errors.New("closed for writing") // a write after the end of this end's stream: EPIPE
)

// A Conn is one end of a connection: RFC 9293's transmission control block.
// [New] makes one.
type Conn struct {
	cfg  Config
	send func(*Segment)
	now  time.Duration

	state    State
	err      error
	orphan   bool // the program has closed: nobody will read
	counters Counters
	out      Segment // the segment under construction
	accepted bool    // the connection was opened passively

	timers
	agreement
	sender
	receiver
}

// A sender is what an end knows of the stream that it sends.
type sender struct {
	una, nxt   int64  // SND.UNA and SND.NXT: acknowledged, sent
	window     int64  // SND.WND, counted from una
	wl1        int64  // SND.WL1: offset of the segment that brought the window
	maxWindow  int64  // largest window that was offered
	mss        int64  // bytes in a full segment
	stream     stream // the bytes from una on
	unsent     writes // what was written and not sent
	finished   bool   // the program has ended the stream
	shortEnd   int64  // end of the last segment sent that was short (Minshall)
	blocked    bool   // the program is waiting for room to write
	sendBuffer int64

	q            queue
	lastData     time.Duration // when data were sent last
	lastSegment  time.Duration // when anything was sent last
	backoff      uint
	timeouts     int // of the retransmission timer, since an ACK moved una
	totalTimeout int // of the retransmission timer, in all
	zeroProbes   int
	probeBackoff uint          // doublings of the interval between zero window probes; the timeout is not doubled
	firstTimeout time.Duration // when the first of these timeouts was; the time limit counts from there

	control     Control
	cwnd        int64 // the congestion window in force
	phase       Phase
	high        int64 // SND.NXT when the phase began: its end
	prr         reduction
	undo        undoState
	frto        bool  // a timeout may be spurious
	reneged     bool  // the other end has dropped what it had sacked
	probeEnd    int64 // SND.NXT when a tail loss probe was sent; 0 means none
	probeAgain  bool  // the probe was a repeat
	duplicates  int64 // segments that must be sacked above a hole: DupThresh, raised by observed reordering
	reorderings int

	rtt       roundTrip
	rack      rack
	rate      rate
	usage     usage
	sackCache [MaxSACK]span
	totals    totals
	ecn       ecnState
}

// Totals are counts that only [Info] shows.
type totals struct {
	delivered, lost, dsacks, retrans       int64
	segsIn, segsOut, dataIn, dataOut       int
	bytesSent, bytesRetrans, bytesReceived int64
	synRepeats                             int
}

// A span is a range of offsets. Its end is not in it.
type span struct{ from, to int64 }

// New returns an end in state CLOSED. It sends through send, which may keep the
// payload of a segment, but not the segment.
func New(cfg Config, send func(*Segment)) *Conn {
	c := &Conn{cfg: cfg, send: send}
	if cfg.Congestion == nil {
		c.cfg.Congestion = NewCubic
	}
	if cfg.InitialWindow == 0 {
		c.cfg.InitialWindow = initialWindow
	}
	c.q = newQueue()
	c.stream.base = 1
	c.unsent.end = 1
	c.rtt.rto = initialRTO
	c.rack.steps = 1
	c.duplicates = dupThresh
	c.control = c.cfg.Congestion()
	c.control.Resize(int64(c.cfg.InitialWindow), NoThreshold)
	c.cwnd = c.control.Window()
	c.mss = int64(cfg.MSS)
	c.initSendBuffer()
	c.initReceiver()
	return c
}

// State is the state of the connection. Once it is Closed again nothing more
// happens, and the host may forget the connection.
func (c *Conn) State() State { return c.state }

// Err is why the connection ended early, or nil.
func (c *Conn) Err() error { return c.err }

// Counters are counts of what has happened.
func (c *Conn) Counters() Counters {
	n := c.counters
	if h, ok := c.control.(interface{ HyStart() (trains, delays int) }); ok {
		n.TCPHystartTrainDetect, n.TCPHystartDelayDetect = h.HyStart()
	}
	return n
}

// Acked reports whether all that was written, and the FIN if the stream was
// ended, was acknowledged.
func (c *Conn) Acked() bool { return c.q.empty() && c.unsent.empty() }

// wireSeq is the sequence number of an offset of this end's stream.
func (c *Conn) wireSeq(offset int64) uint32 { return c.cfg.ISS + uint32(offset) }

// wireAck is the sequence number of an offset of the other end's stream.
func (c *Conn) wireAck(offset int64) uint32 { return c.irs + uint32(offset) }

// offsetOfAck is the offset in this end's stream that a sequence number stands for:
// the one nearest to una. RFC 9293 section 3.4: "Since the space is finite, all
// arithmetic dealing with sequence numbers must be performed modulo 2^32."
func (c *Conn) offsetOfAck(ack uint32) int64 {
	return c.una + int64(int32(ack-c.wireSeq(c.una)))
}

// offsetOfSeq is the offset in the other end's stream that a sequence number stands
// for: the one nearest to rcvNxt.
func (c *Conn) offsetOfSeq(seq uint32) int64 {
	return c.rcvNxt + int64(int32(seq-c.wireAck(c.rcvNxt)))
}
