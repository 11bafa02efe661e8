package pace_test

import (
	"testing"

	"stones/lab/pace"
)

func BenchmarkOffset(b *testing.B) {
	for _, pattern := range []pace.Pattern{{}, {Burst: 10}, {Poisson: true}} {
		b.Run("pattern="+pattern.String(), func(b *testing.B) {
			s, err := pace.NewSchedule(pace.Plan{Count: 1_000_000, Size: 100, Rate: pace.StonesPerSecond(200), Pattern: pattern}, 1)
			if err != nil {
				b.Fatal(err)
			}
			n := uint64(0)
			for b.Loop() {
				s.Offset(n%1_000_000 + 1)
				n++
			}
		})
	}
}

// What a stone costs when the table is made.
func BenchmarkNewSchedule(b *testing.B) {
	plan := pace.Plan{Count: 100_000, Size: 100, Rate: pace.StonesPerSecond(200), Pattern: pace.Pattern{Poisson: true}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pace.NewSchedule(plan, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(plan.Count), "ns/stone")
}
