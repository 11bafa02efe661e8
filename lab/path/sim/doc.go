// Package sim is the path whose wire and clock are emulated. The two ends are
// hosts of package stack: TCP, UDP and IP as Linux does them.
//
// Time is virtual. One queue of events is the clock of both hosts and of both
// wires, so an experiment of minutes runs in milliseconds, and the same seed
// gives the same packets bit for bit, on every machine:
//
//   - One goroutine, the driver, takes the next event from the queue, moves the
//     clock to it and lets it happen. Nothing else moves time.
//   - Throwers and catchers are coroutines of the driver. What would block
//     parks them instead, until an event wakes them.
//   - All chance comes from the seed: the wires draw from package wire, the
//     hosts from streams of their own.
//
// Packets travel as fields. They are encoded only where somebody looks at their
// bytes: a capture, or a wire that damages them.
//
// What it deliberately lacks: any way to the outside. These hosts never see a
// stranger's packet.
package sim
