// Package lab throws the same stones over TCP and over UDP and tells what
// became of them.
//
// One struct goes in, [Experiment]; one comes out, [Result]. Both are plain
// data with JSON ([Marshal], [Unmarshal]): they are the whole contract with the
// command line, the lessons and whoever comes later.
//
// # How the house is built
//
//	cmd/stones       flags, streams, exit codes; the only place that chooses a path
//	   |
//	   +-- lab       the experiment: run it, score it, hold it to the laws
//	   |    |
//	   |    +-- tcp, udp       throw and catch: the same files, the same names
//	   |    |     +-- lab/stone      the stone's bytes
//	   |    +-- lab/pace       when each stone is due
//	   |    +-- lab/wire       the emulated wire: what may happen on the way
//	   |    +-- lab/tally      what became of every stone, and the laws
//	   |    +-- lab/clock      now, and sleep until
//	   |    +-- lab/number     exact decimal numbers
//	   |    +-- lab/path       what a path says of itself and what it saw
//	   |
//	   +-- lab/path/sim        two TCP/IP stacks and the wire, in virtual time
//	   +-- lab/path/host       this computer's loopback sockets
//	   +-- lab/path/netns      two network namespaces and the wire, in real time
//	   |    +-- lab/path/watch     beside the wire: what becomes of every packet
//	   +-- lab/path/remote     a catcher, or a thrower, on another computer
//	   +-- lab/server          that computer: one catches, many throw
//	   |    +-- lab/line           what the two say, line by line
//	   |    +-- lab/seal           keys, tags of datagrams, cookies
//	   +-- lab/theory          what the textbooks expect, formula by formula
//	   +-- lab/lesson          a story, a question, an experiment: one file a lesson
//	   +-- lab/report          table, markdown, csv, json: one file a format
//	        +-- picture        stones, delays, windows and packets, drawn
//	        +-- glossary       what every figure, flag and warning means
//
// tcp and udp know stones and the interfaces of package net: no clock, no
// path, no score. The clock reaches them as a sequence of stones that yields
// each one when it is due; the path reaches them as a [World]. This package
// declares what a path must meet ([World]), and the paths do not import it.
//
// # What happens in an exchange
//
// A thrower and a catcher run side by side in a [World]. The catcher listens
// first. The thrower asks (TCP) or does not (UDP), takes each stone from the
// schedule when it is due and throws it. Then it waits until nothing of it is
// in flight, and the catcher is closed. What was thrown and what was caught
// are put together number by number, compared with what the path itself saw,
// and held to the laws of package tally. A broken law is an error, and the
// record is kept.
//
// What it deliberately lacks: it prints nothing, chooses no path, and has no
// sentence for people in it. Those are in cmd/stones and lab/report.
package lab
