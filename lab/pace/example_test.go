package pace_test

import (
	"fmt"

	"stones/lab/pace"
)

// The same mean rate in three patterns.
func Example() {
	for _, text := range []string{"steady", "burst:3", "poisson"} {
		plan := pace.Plan{Count: 6, Size: 100, Rate: pace.StonesPerSecond(100)}
		if err := plan.Pattern.UnmarshalText([]byte(text)); err != nil {
			fmt.Println(err)
			return
		}
		s, err := pace.NewSchedule(plan, 1)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%-8v", plan.Pattern)
		for n := range uint64(s.Count()) {
			fmt.Printf("%4d", s.Offset(n+1).Milliseconds())
		}
		fmt.Println(" ms")
	}
	// Output:
	// steady     0  10  20  30  40  50 ms
	// burst:3    0   0   0  30  30  30 ms
	// poisson    0  16  19  30  50  72 ms
}

// A rate says what it means, or asks.
func ExampleRate() {
	for _, text := range []string{"200", "1.6Mbit", "2MB", "max", "10M"} {
		var r pace.Rate
		if err := r.UnmarshalText([]byte(text)); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(r)
	}
	// Output:
	// 200/s
	// 1.6Mbit
	// 16Mbit
	// max
	// bits or bytes? write 10Mbit or 10MB
}
