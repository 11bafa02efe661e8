package netns

import (
	"time"

	"stones/lab/path"
)

// A lateness counts how much later than the wire says packets came out, to the
// microsecond.
type lateness struct {
	counts [10_000]int // by microseconds; the last has all that is later too
	n      int
	worst  time.Duration
}

func (l *lateness) add(d time.Duration) {
	l.counts[min(int(d/time.Microsecond), len(l.counts)-1)]++
	l.n++
	l.worst = max(l.worst, d)
}

// summary is what it comes to.
func (l *lateness) summary() path.Lateness {
	return path.Lateness{Packets: l.n, P50: l.percentile(50), P99: l.percentile(99), Max: l.worst}
}

// percentile is the smallest time that p in a hundred packets did not exceed
// (RFC 2330 section 11.3).
func (l *lateness) percentile(p int) time.Duration {
	seen := 0
	for us, n := range l.counts {
		seen += n
		if seen*100 >= l.n*p {
			return min(time.Duration(us+1)*time.Microsecond, l.worst)
		}
	}
	return l.worst
}

// join adds what another one has counted.
func (l *lateness) join(other *lateness) {
	for i, n := range other.counts {
		l.counts[i] += n
	}
	l.n += other.n
	l.worst = max(l.worst, other.worst)
}
