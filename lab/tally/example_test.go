package tally_test

import (
	"fmt"
	"slices"
	"time"

	"stones/lab/stone"
	"stones/lab/tally"
)

// Six stones are thrown, one every 20 ms. Stone 3 is lost, 4 comes twice, and 5
// comes after 6.
func Example() {
	due := func(n uint64) time.Duration { return time.Duration(n-1) * 20 * time.Millisecond }
	at := func(n uint64) stone.Stone { return stone.Stone{Number: n, Due: due(n), Size: 100} }

	throws := &tally.Throws{Planned: 6}
	for n := uint64(1); n <= 6; n++ {
		throws.Add(at(n), due(n), "")
	}

	catches := tally.NewCatches(6, due)
	catches.Add(at(1), 50*time.Millisecond)
	catches.Add(at(2), 70*time.Millisecond)
	catches.Add(at(4), 110*time.Millisecond)
	catches.Add(at(4), 115*time.Millisecond)
	catches.Add(at(6), 150*time.Millisecond)
	catches.Add(at(5), 151*time.Millisecond)

	both := tally.Tally{Throws: throws, Catches: catches}
	s := both.Score(0)
	fmt.Println("thrown", s.Thrown, "delivered", s.Delivered, "lost", s.Lost, "duplicated", s.Duplicated, "reordered", s.Reordered)
	fmt.Println("p50", s.Delay.P50, "p99", s.Delay.P99, "held up", s.HeldUp, "standstill", s.Standstill)
	fmt.Println("lost numbers", slices.Collect(both.LostNumbers()))
	fmt.Println("laws", s.Check())
	// Output:
	// thrown 6 delivered 5 lost 1 duplicated 1 reordered 1
	// p50 50ms p99 infinite held up 1 standstill 50ms
	// lost numbers [3]
	// laws <nil>
}

// Without the catcher's report, what was thrown is neither delivered nor lost.
func ExampleTally_missingReport() {
	throws := &tally.Throws{Planned: 2}
	throws.Add(stone.Stone{Number: 1, Size: 100}, 0, "")
	throws.Add(stone.Stone{Number: 2, Size: 100}, 0, "connection refused")

	s := tally.Tally{Throws: throws}.Score(0)
	fmt.Println("thrown", s.Thrown, "not thrown", s.NotThrown, "unknown", s.Unknown, "p50", s.Delay.P50)
	// Output:
	// thrown 1 not thrown map[connection refused:1] unknown 1 p50 none
}

// Stone 4 comes after four that were thrown later (RFC 4737 section 7.1). A TCP
// would have thrown it again after the third.
func ExampleCatches_Reordered() {
	catches := tally.NewCatches(10, nil)
	for i, n := range []uint64{1, 2, 3, 5, 6, 7, 8, 4, 9, 10} {
		catches.Add(stone.Stone{Number: n, Size: 100}, time.Duration(i)*20*time.Millisecond)
	}
	for r := range catches.Reordered() {
		fmt.Printf("stone %d: extent %d, %v late, %d bytes came before it, %d-reordered\n", r.Number, r.Extent, r.Late, r.Bytes, r.N)
	}
	// Output:
	// stone 4: extent 4, 80ms late, 400 bytes came before it, 4-reordered
}

// A count that does not add up says so with both of its sides.
func ExampleScore_Check() {
	s := tally.Score{Counts: stone.Counts{Planned: 1000, Attempted: 1000, Thrown: 1000, Delivered: 979, Lost: 20, Arrivals: 979}}
	fmt.Println(s.Check())
	// Output:
	// law 3: thrown 1000 != delivered 979 + lost 20 + unknown 0
}

// The path dropped stone 2, but the catcher misses stone 3. As many are lost,
// and yet something is wrong.
func ExampleTally_Compare() {
	throws, catches := &tally.Throws{Planned: 3}, tally.NewCatches(3, nil)
	for n := uint64(1); n <= 3; n++ {
		s := stone.Stone{Number: n, Size: 100}
		throws.Add(s, 0, "")
		if n != 3 {
			catches.Add(s, 0)
		}
	}
	handedOver := func(n uint64) int { return []int{1: 1, 2: 0, 3: 1}[n] }
	fmt.Println(tally.Tally{Throws: throws, Catches: catches}.Compare(handedOver, nil))
	// Output:
	// law 5: stone 2: caught 1 != handed over 0; stone 3: caught 0 != handed over 1
}
