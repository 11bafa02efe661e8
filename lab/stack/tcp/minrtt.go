package tcp

import "time"

// The least round trip time of the last five minutes.
//
// RFC 8985 section 6.2 step 1: "Use the RTT measurements obtained via [RFC6298] or
// [RFC7323] to update the estimated minimum RTT in RACK.min_RTT." and an
// implementation may track a simple global minimum of all RTT measurements of the
// connection, or a windowed minimum.
//
// Kathleen Nichols's filter keeps the best, the second best and the third best sample,
// each taken later than the one before. When the best becomes too old, the next one
// takes its place.

const leastFor = 300 * time.Second

type timedRTT struct {
	rtt time.Duration
	at  time.Duration
}

// A leastRTT is such a filter. Its zero value has seen no sample.
type leastRTT [3]timedRTT

// value is the least round trip time; before any sample, the largest possible duration.
func (l *leastRTT) value() time.Duration {
	if l[0].rtt == 0 {
		return 1<<63 - 1
	}
	return l[0].rtt
}

func (l *leastRTT) sample(now, rtt time.Duration) {
	s := timedRTT{rtt, now}
	if l[0].rtt == 0 || rtt <= l[0].rtt || now-l[2].at > leastFor {
		*l = leastRTT{s, s, s}
		return
	}
	if rtt <= l[1].rtt {
		l[1], l[2] = s, s
	} else if rtt <= l[2].rtt {
		l[2] = s
	}
	switch age := now - l[0].at; {
	case age > leastFor:
		l[0], l[1], l[2] = l[1], l[2], s
		if now-l[0].at > leastFor {
			l[0], l[1], l[2] = l[1], l[2], s
		}
	case l[1].at == l[0].at && age > leastFor/4:
		l[1], l[2] = s, s
	case l[2].at == l[1].at && age > leastFor/2:
		l[2] = s
	}
}
