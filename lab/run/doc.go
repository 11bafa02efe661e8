// Package run runs experiments: it throws, catches, scores, and holds the results to
// the laws.
//
// tcp and udp know stones and the interfaces of package net: no clock, no path, no
// score. The clock reaches them as a sequence of stones that yields each one when it is
// due; the path reaches them as a [World]. This package declares what a path must meet
// ([World]), and the paths do not import it.
//
// # What happens to a flow
//
// A thrower and a catcher run side by side in a [World]. The catcher listens first. The
// thrower connects (TCP) or does not (UDP), takes each stone from the schedule when it
// is due and throws it. Then it waits until nothing of it is in flight, and the catcher
// is closed. What was thrown and what was caught are put together number by number,
// compared with what the path itself saw, and held to the laws of package tally. A
// broken law is an error, and the record is kept.
//
// What it deliberately lacks: it prints nothing and chooses no path.
package run
