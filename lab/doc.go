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
//	   +-- lab       the data: an experiment, and what came of it
//	   |    +-- lab/wire       the emulated wire: what may happen on the way
//	   |    +-- lab/pace       when each stone is due
//	   |    +-- lab/path       what a path says of itself and what it saw
//	   |    +-- lab/number     exact decimal numbers
//	   |
//	   +-- lab/run   runs an experiment, scores it, holds it to the laws
//	   |    +-- tcp, udp       throw and catch: the same files, the same names
//	   |    |     +-- lab/stone      the stone's bytes
//	   |    +-- lab/tally      what became of every stone, and the laws
//	   |    +-- lab/clock      now, and sleep until
//	   |
//	   +-- lab/path/sim        two TCP/IP stacks and the wire, in virtual time
//	   +-- lab/path/host       this computer's loopback sockets
//	   +-- lab/path/netns      two network namespaces and the wire, in real time
//	   |    +-- lab/path/watch     beside the wire: what becomes of every packet
//	   +-- lab/path/remote     a catcher, or a thrower, on another computer
//	   +-- lab/server          that computer: one catches, many throw
//	   |    +-- lab/control        what the two say, line by line
//	   |    +-- lab/seal           keys, tags of datagrams, cookies
//	   +-- lab/theory          what the textbooks expect, formula by formula
//	   +-- lab/lesson          a story, a question, an experiment: one file a lesson
//	   +-- lab/report          table, markdown, csv, json: one file a format
//	        +-- picture        stones, delays, windows and packets, drawn
//	        +-- glossary       what every figure, flag and warning means
//
// This package is data alone: it knows no transport's code, no runner and no
// sentence for people. The English stands in lab/report and lab/report/glossary.
package lab
