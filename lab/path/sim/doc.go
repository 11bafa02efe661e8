// Package sim is the path whose wire and clock are emulated. The two ends are
// hosts of package stack: TCP, UDP and IP as Linux does them.
//
// Time is virtual. One queue of events is the clock of both hosts and of both
// wires, so an experiment of minutes runs in milliseconds, and the same seed
// gives the same packets bit for bit, on every machine:
//
//   - One goroutine, the driver, takes the next event from the queue, moves the
//     clock to it and runs it. Nothing else moves the clock.
//   - Throwers and catchers are coroutines of the driver. A call that would block
//     parks the coroutine until an event wakes it.
//   - All random numbers follow from the seed: the wires use the draws of package
//     wire, the hosts generators of their own.
//
// Packets travel as fields. They are encoded only if their bytes are needed: by a
// capture, or by a wire that damages them.
//
// What it deliberately lacks: any connection to a real network. These hosts never see a
// packet from elsewhere.
package sim
