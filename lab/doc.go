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
//	cmd/engine       the lab in a browser: lab/web as WebAssembly
//	   |
//	   +-- lab       the data: an experiment, and what came of it
//	   |    +-- lab/wire       the emulated wire: what may happen on the way
//	   |    +-- lab/pace       when each stone is due
//	   |    +-- lab/path       what a path says of itself and what it saw
//	   |    +-- lab/quantity   numbers with units: read, written, refused
//	   |    +-- lab/prose      text made safe for a terminal, quoted, wrapped
//	   |
//	   +-- lab/knob  every setting once: its word, its place, its limits, what it needs
//	   +-- lab/document        results as JSON and as lines, and reading them back
//	   |
//	   +-- lab/run   runs an experiment, scores it, holds it to the laws
//	   |    +-- tcp, udp       throw and catch: the same files, the same names
//	   |    |     +-- lab/stone      the stone's bytes
//	   |    +-- lab/tally      what became of every stone, and the laws
//	   |    +-- lab/clock      now, and sleep until
//	   |    +-- lab/protocol   a third protocol beside TCP and UDP: three to read, or your own
//	   |    +-- lab/advice     warnings, and which formula of lab/theory holds
//	   |
//	   +-- lab/path/sim        two ends on lab/stack and the wire, in virtual time
//	   |    +-- lab/stack          TCP, UDP and IP as Linux does them, one file a mechanism
//	   +-- lab/path/host       this computer's loopback sockets
//	   +-- lab/path/netns      two network namespaces and the wire, in real time
//	   |    +-- lab/path/watch     beside the wire: what becomes of every packet
//	   +-- lab/path/remote     a catcher, or a thrower, on another computer
//	   +-- lab/server          that computer: one catches, many throw
//	   |    +-- lab/control        what the two say, line by line
//	   |    +-- lab/seal           keys, tags of datagrams, cookies
//	   +-- lab/theory          what the textbooks expect, formula by formula
//	   +-- lab/reference       what a kernel's TCP made of many roads
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
// This package is data alone: it knows no transport's code, no runner and, but for
// its errors, no sentence for people. The English stands in lab/report and below it,
// and that of the lessons in lab/lesson.
//
// # Where to add what
//
// Tests name each place that is forgotten.
//
//   - A setting (a knob): the field, in [Experiment], [Flow] or [Tuning], or in
//     wire.Shape for the road; an entry in lab/knob/table.go; its explanation in
//     lab/report/glossary/flags.txt; and the code that obeys it. If not every path has
//     it, say what it needs in need.go. Of a road with a new field lab/advice says
//     nothing until it is told what the field does.
//   - A row of the table (a measure): the figure in [Outcome], set in lab/run/score.go;
//     an entry in lab/report/measure.go; its explanation in
//     lab/report/glossary/measures.txt.
//   - A format: a file in lab/report with a function of the type Writer, and its name
//     in the table Formats there.
//   - A transport: an entry in [Transports], a package with the names of tcp and udp
//     under lab, an entry in lab/run/speak.go that opens its two ends, and its imports in
//     layout_test.go. Its packets are those of TCP or of UDP, and so all paths but remote
//     carry it at once. It is thrown over with --flow NAME; if Usual is set, in each
//     experiment.
//   - A path: a package under lab/path that meets the World of lab/run, its name among
//     the paths here, what it can do in need.go, and how it is opened in
//     cmd/stones/paths.go.
package lab
