package clock_test

import (
	"context"
	"fmt"
	"time"

	"stones/lab/clock"
)

// Three things, each at its own time, however long the one before took.
func ExampleReal() {
	c := clock.NewReal()
	for i := range 3 {
		due := time.Duration(i) * time.Millisecond
		if err := c.SleepUntil(context.Background(), due); err != nil {
			fmt.Println(err)
		}
		fmt.Println(due, c.Now() >= due)
	}
	// Output:
	// 0s true
	// 1ms true
	// 2ms true
}
