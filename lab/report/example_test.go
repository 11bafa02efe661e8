package report_test

import (
	"fmt"
	"os"

	"stones/lab/report"
)

// The table of one experiment reads across: what became of the same stones over
// TCP and over UDP.
func ExampleTable() {
	if err := report.Table(os.Stdout, document(result()), report.View{}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1000 stones of 1000 B, 200 stones/s = 1.6 Mbit/s, path sim, seed 1
	// each way: delay 20ms, bandwidth 10Mbit, queue 100; out: loss 2%, reorder 1%
	// TCP ##################################################  # 1000 on time
	// UDP #################################################x  # 977 on time  x 23 lost
	// measure                                        TCP                       UDP
	// -----------------------------------------------------------------------------
	// delivered                              1000 (100%)               977 (97.7%)
	// of these late (over 150ms)                       0                         0
	// held up (over 1 ms)                      71 (7.1%)                  9 (0.9%)
	// of these waiting for an earlier one              0                         0
	// lost                                 0 (by design)                 23 (2.3%)
	// reordered                            0 (by design)                  9 (0.9%)
	// dropped by the wire                      23 (2.2%)                 23 (2.3%)
	// retransmitted                                   24     n/a (UDP throws once)
	// delay p50 / p99                     20.8 / 71.8 ms 20.8 ms / infinite (lost)
	// throughput (IP)                        1.71 Mbit/s               1.64 Mbit/s
	// goodput (stones)                       1.59 Mbit/s               1.56 Mbit/s
	// connect time                               40.1 ms    n/a (UDP does not ask)
	// TCP delivered all 1000 stones, threw 24 segments again and held up 71, the worst
	//   by 61 ms.
	// UDP lost 23 of 1000 stones, caught 9 out of order and held up 9, the worst by 10
	//   ms.
}
