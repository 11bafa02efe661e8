// Package control is the conversation with a stones server: lines of text that a
// person can type and a program can say.
//
// Connect to port 12333, for example with "nc HOST 12333", and type. The server
// greets first, with two lines. Then it answers every line:
//
//	you say        the server answers
//	help           what there is
//	time           ok and its time of day
//	echo TEXT      ok TEXT
//	throw 20       twenty stones, a line each, then ok
//	throw 20 100   the same, and each line is 100 bytes long
//	stats          who is here and what was caught, then ok
//	limits         what is allowed at most, then ok
//	bye            ok bye, and hangs up
//
// Anything else is a message: the server prints it and answers "ok printed".
//
// The rules are few. A line is UTF-8, ends with LF (a CR before it is dropped)
// and has at most 1024 bytes. A reply is zero or more lines that begin with one
// space, and then one line that begins with "ok" or "no"; so a client reads
// until a line does not begin with a space. What comes after "no" says why, and
// what would be allowed. Whoever is silent for a minute is hung up on, and so is the oldest
// of those who neither plan nor prove, when others come for whom there is no place: it is
// told "no room".
//
// # What a program says
//
// It throws stones and wants to know which were caught. It uses one connection
// to talk, and other ones to throw.
//
//	stones 2
//
// asks whether the server speaks version 2. The answer is
// "ok stones 2 challenge=HEX key=yes" or "key=no". If a key is needed,
//
//	prove NONCE HEX
//
// shows that the client knows it without saying it (package seal has the sum);
// the server answers with its own proof, which is made of the client's nonce too, so
// that nobody can say it again who has overheard another one. Now a flow can be planned:
//
//	plan TRANSPORT COUNT SIZE MILLISECONDS
//	plan TRANSPORT COUNT SIZE MILLISECONDS back RATE PATTERN
//
// TRANSPORT is tcp or udp; there will be COUNT stones of SIZE bytes within so
// many milliseconds. With "back" the server throws, at a rate such as 200/s or
// 1.6Mbit or max, in a pattern such as steady. With " carrying" behind all that,
// the stones carry something in the place of their padding. The answer is
// "ok flow=N secret=HEX". What the server is to carry it has to be told, before
// the stones are asked for:
//
//	load FLOW BYTES
//
// is answered with "ok send"; so many bytes follow, and it says "ok". Then the
// stones fly (see below), and
//
//	thrown FLOW PLANNED ATTEMPTED THROWN
//
// tells the server what was thrown, because it cannot know what never came.
//
//	report FLOW
//
// asks what was caught. The server waits until nothing has come for half a
// second, or TCP has said that nothing more will. Then it sends a line for every
// stone, in the order in which they came (behind the space that all lines but
// the last begin with):
//
//	NUMBER AT DELAY
//
// AT is nanoseconds since the plan was agreed to; DELAY is AT less the time
// that is written in the stone, and since two computers have two clocks only
// its changes mean something. Behind these come " damaged N", " foreign N" (no
// stones of this plan), " reads N", " drops N" or " drops unknown WHY" (found
// the socket's buffer full), " carried HEX" (the sum of what they carried, if
// anything), " drained N" (nanoseconds that were waited at the end) and "ok N",
// the number of arrivals. Of a flow in which the server threw, the lines are
// its throws (NUMBER, when thrown, how late) and before the counts stand
// " thrown PLANNED ATTEMPTED THROWN" and " not N CAUSE" for those that could not
// be thrown.
//
//	forget FLOW
//
// makes room for the next one. A session may have several at once.
//
// From the plan until it asks for the report, a program says a line each second, such as
// echo: five seconds without one, and the server takes it for gone, throws no more, and
// ends the session with all its flows. A server that answers nothing for eight seconds
// is taken for gone too.
//
// # How the stones fly
//
// Over TCP they have a connection of their own. Its first line is
//
//	stones FLOW PROOF
//
// then come the stones, one behind the other, and the end of the stream. The server
// answers "ok HEX", which is its own proof; if it is the one that throws, its stones
// follow. Both proofs are bound to the connection where that is one of TLS, and over TLS
// the client throws nothing before it has the server's.
//
// Over UDP each datagram is a stone and eight bytes behind it, the tag. It is
// made with the flow's secret, so that nobody else can throw into it. If the
// server is to throw, the client first has to show that it is where it says it
// is, or else one could have the server throw at others:
//
//	knock FLOW         padded with spaces to 64 bytes
//	cookie HEX         is what comes back
//	open FLOW HEX TAG  says it again, and the stones come
//
// There is also "hello", padded with spaces to 128 bytes: the greeting comes
// back. Every other datagram is dropped without a word.
//
// # The package
//
// It reads and writes, and has no clock and no socket: a [Reader] and [Parse] for
// the server, the commands' String methods and [Reader.ReadReply] for the client.
// Whatever a hostile other side sends, they hold no more of it than one line, and
// answer with an error of one line.
package control
