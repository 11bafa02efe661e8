package tcp

import "strings"

// Flags are the control bits of a segment (RFC 9293 section 3.1, RFC 3168 section 6.1).
type Flags uint8

// The control bits, at their places in the header.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// String lists the flags that are set, joined by "|".
func (f Flags) String() string {
	var set []string
	for i, name := range [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"} {
		if f&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	return strings.Join(set, "|")
}

// An ECN is the codepoint that IP carries for TCP (RFC 3168 section 5).
type ECN uint8

// The codepoints of the IP header's two bits.
const (
	NotECT ECN = iota // the sender does not understand marks
	ECT1              // the sender understands marks
	ECT0              // the sender understands marks
	CE                // congestion was experienced
)

// A Range is a range of sequence numbers. The right edge is not in it.
type Range struct{ Left, Right uint32 }

// A Segment is one TCP segment as fields. [Segment.Append] encodes it, [Segment.Parse]
// decodes it.
type Segment struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            Flags
	Window           uint16 // as in the header, not scaled
	Options

	// Payload is never written to after the segment has been sent, so that it
	// can travel and be kept by reference.
	Payload []byte

	// ECN is the codepoint of the IP packet that carries the segment.
	ECN ECN

	// The rest is not on the wire: the sender's notes for observers.
	Offset         int64 // of the payload in the stream of bytes; the first one is 0
	Retransmission bool  // some of the payload, the SYN or the FIN was sent before
	Probe          bool  // probes a closed window, or a silent peer (keepalive)
}

// Options are the options that a segment may carry.
type Options struct {
	MSS           uint16 // 0 means absent
	HasScale      bool
	Scale         uint8 // of windows, in bits of shift
	SACKPermitted bool
	HasTimestamps bool
	TSVal, TSEcr  uint32
	SACK          [MaxSACK]Range // the first SACKs of them are used
	SACKs         int
}

// MaxSACK is how many SACK blocks fit into a header at most (RFC 2018 section 3).
const MaxSACK = 4

// Has reports whether all of the flags are set.
func (s *Segment) Has(flags Flags) bool { return s.Flags&flags == flags }

// Space is how much of the sequence space the segment takes: its payload, and
// one for each of SYN and FIN.
func (s *Segment) Space() int64 {
	n := int64(len(s.Payload))
	if s.Flags&SYN != 0 {
		n++
	}
	if s.Flags&FIN != 0 {
		n++
	}
	return n
}

// Len is the number of bytes of the encoded segment.
func (s *Segment) Len() int { return HeaderLen + s.optionsLen() + len(s.Payload) }
