package report_test

import (
	"fmt"
	"os"

	"stones/lab/report"
)

// The table of one experiment reads across: what became of the same stones over
// TCP and over UDP.
func ExampleTable() {
	if err := report.Table(os.Stdout, document(result())); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1000 stones of 1000 B, 200 stones/s = 1.6 Mbit/s, path sim, seed 1
	// each way: delay 20ms, bandwidth 10Mbit, queue 100; out: loss 2%, reorder 1%
	// TCP: gVisor 20260905, cubic, SACK on, recovery rack, Nagle off, buffers 1 MiB
	// +----------------------------+---------------+------------------------+
	// | measure                    |           TCP |                    UDP |
	// +----------------------------+---------------+------------------------+
	// | thrown                     |          1000 |                   1000 |
	// | delivered                  |   1000 (100%) |            977 (97.7%) |
	// | of these late (over 150ms) |             0 |                      0 |
	// | held up (over 1 ms)        |     71 (7.1%) |               9 (0.9%) |
	// | lost                       | 0 (by design) |              23 (2.3%) |
	// | reordered                  | 0 (by design) |               9 (0.9%) |
	// | duplicated                 | 0 (by design) |                      0 |
	// | receiver drops             |             0 |                      0 |
	// | wire packets               |          1027 |                   1000 |
	// | dropped by the wire        |     23 (2.2%) |              23 (2.3%) |
	// | retransmitted              |            24 |  n/a (UDP throws once) |
	// | delay p50                  |       20.8 ms |                20.8 ms |
	// | delay p99                  |       71.8 ms |        infinite (lost) |
	// | delay max                  |       81.9 ms |                30.8 ms |
	// | jitter                     |      0.021 ms |               0.042 ms |
	// | longest standstill         |       60.0 ms |                15.0 ms |
	// | throughput (IP)            |   1.71 Mbit/s |            1.64 Mbit/s |
	// | goodput (stones)           |   1.59 Mbit/s |            1.56 Mbit/s |
	// | connect time               |       40.1 ms | n/a (UDP does not ask) |
	// | done at                    |       5056 ms |                5016 ms |
	// +----------------------------+---------------+------------------------+
	// TCP delivered all 1000 stones, threw 24 segments again and held up 71, the worst
	//   by 61 ms.
	// UDP lost 23 of 1000 stones, caught 9 out of order and held up 9, the worst by 10
	//   ms.
}
