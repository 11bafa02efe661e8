package path

import "time"

// A Series is samples of one connection, at about even intervals. It keeps at most
// SeriesSize: when it is full, every other sample is dropped and the interval doubles.
type Series struct {
	Samples  []Sample
	Interval time.Duration // until the next one is due
}

// How a Series begins, and how many samples it keeps.
const (
	FirstInterval = 10 * time.Millisecond
	SeriesSize    = 128
)

// NewSeries returns an empty series.
func NewSeries() Series { return Series{Interval: FirstInterval} }

// Add adds a sample.
func (s *Series) Add(one Sample) {
	if len(s.Samples) == SeriesSize {
		for i := range SeriesSize / 2 {
			s.Samples[i] = s.Samples[2*i]
		}
		s.Samples = s.Samples[:SeriesSize/2]
		s.Interval *= 2
	}
	s.Samples = append(s.Samples, one)
}
