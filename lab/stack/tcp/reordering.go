package tcp

// Observed reordering, and how much of it is tolerated.
//
// RFC 8985 section 6.2 step 4: as long as no reordering has been observed,
// RACK.reo_wnd is 0 in recovery or when the number of segments SACKed reaches
// DupThresh; RFC 4653 and RFC 5681 section 3.2 start with three duplicate ACKs.
//
// Linux counts: the threshold rises to the longest distance, in segments, by which
// a segment that was sent once was overtaken, but not above 300.

const (
	dupThresh     = 3
	mostReordered = 300
)

// noteReordering notes that data from offset low on were delivered after the highest
// sacked data. byStamp says that a time stamp has shown it.
func (c *Conn) noteReordering(low int64, byStamp bool) {
	c.noteReorderingBelow(low, c.highestSacked(), byStamp)
}

func (c *Conn) noteReorderingBelow(low, high int64, byStamp bool) {
	if low >= high {
		return
	}
	if d := high - low; d > c.duplicates*c.mss {
		c.duplicates = min((d+c.mss-1)/c.mss, mostReordered)
	}
	c.reorderings++
	if byStamp {
		c.counters.TCPTSReorder++
	} else {
		c.counters.TCPSACKReorder++
	}
}
