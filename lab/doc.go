// Package lab throws the same stones over TCP and over UDP and tells what
// became of them.
//
// One struct goes in, [Experiment]: a list of flows along a path. One comes out,
// [Result]: what became of each flow. Both are plain data, which package document
// writes and reads: they are the whole contract with the command line, the lessons
// and whoever comes later.
//
// # How the house is built
//
//	cmd/stones       flags, streams, exit codes; the only place that chooses a path
//	   |
//	   +-- lab       the data: an experiment, and what came of it
//	   |    +-- lab/wire       the emulated wire: what may happen on the way
//	   |    +-- lab/pace       when each stone is due
//	   |    +-- lab/path       what a path says of itself and what it saw
//	   |    +-- lab/quantity   numbers with units: read, written, refused
//	   |
//	   +-- lab/knob  every setting once: its word, its place, its limits, what it needs
//	   +-- lab/document        results as JSON and as lines, and reading them back
//	   |
//	   +-- lab/run   runs an experiment, scores it, holds it to the laws
//	   |    +-- tcp, udp       throw and catch: the same files, the same names
//	   |    |     +-- lab/stone      the stone's bytes
//	   |    +-- lab/tally      what became of every stone, and the laws
//	   |    +-- lab/clock      now, and sleep until
//	   |
//	   +-- lab/path/sim        two ends on lab/stack and the wire, in virtual time
//	   +-- lab/path/host       this computer's loopback sockets
//	   +-- lab/path/netns      two network namespaces and the wire, in real time
//	   |    +-- lab/path/watch     beside the wire: what becomes of every packet
//	   +-- lab/path/remote     a catcher, or a thrower, on another computer
//	   +-- lab/server          that computer: one catches, many throw
//	   |    +-- lab/control        what the two say, line by line
//	   |    +-- lab/seal           keys, tags of datagrams, cookies
//	   +-- lab/theory          what the textbooks expect, formula by formula
//	   +-- lab/web             what a page asks: a request in, a frame out
//	   |    +-- site               the page's files, served or packed
//	   +-- lab/worlds          the emulated world that an experiment asks for
//	   +-- lab/relay           a wire between programs that have UDP sockets of their own
//	   +-- lab/lesson          a story, a question, an experiment: one file a lesson; sheets that grade
//	   +-- lab/photo           a picture as tiles, and what came of it
//	   +-- lab/report          table, markdown, csv, json: one file a format
//	        +-- picture        stones, delays, windows and packets, drawn
//	        +-- glossary       what every figure, flag and warning means
//
// This package is data alone: it knows no transport's code, no runner and no
// sentence for people. The English stands in lab/report and lab/report/glossary.
//
// # Where to add what
//
//   - A setting: the field (here, or in lab/wire for the road), an entry in
//     lab/knob, its explanation in lab/report/glossary, and where it has to take
//     effect. A test fails where one of them is missing. Of a road with a new
//     field lab/advice says nothing until it is told what the field does.
//   - A row of the table: a count in [Outcome], an entry among the measures of
//     lab/report, its explanation in the glossary.
//   - A format: a file in lab/report, and its name among the formats there.
//   - A transport: an entry in [Transports], a folder beside tcp and udp, and how it
//     is listened to and dialled in lab/run.
package lab
