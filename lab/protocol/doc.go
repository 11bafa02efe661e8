// Package protocol is where a third protocol is built beside TCP and UDP: one of your
// own, over datagrams that may be lost, late, doubled, damaged or out of order.
//
// It may be a program in any language, or a type in Go. Either way there is no socket,
// no thread and no clock in it: it is told what happens, and answers what is to be
// done. This page says all that you need to write one.
//
// # Begin
//
// Write a program that runs as it is, a stop-and-wait with comments, in Python, Go,
// JavaScript or C (.py, .go, .js, .c), and throw with it:
//
//	stones protocol --new mine.py
//	stones throw --only own --loss 5% --with "./mine.py timeout=0.06"
//
// What stands behind the file's name, words like timeout=0.06, is yours: the program
// gets them in its first line. Without --only own the same stones go over TCP and UDP
// beside. What the program writes to standard error is shown while it runs.
//
// # What is said
//
// The lab starts the program twice: its argument is thrower at one end, and catcher at
// the other. What happens is a line on standard input. The answer is lines on standard
// output, of which the last one is ok. Flush the output behind each ok. Bytes are in
// base64, times in seconds since the flow began.
//
//	the lab says             what it means
//	hello 1 thrower count=1000 size=200 datagram=1472 seed=7 timeout=0.06
//	                         you are the thrower of 1000 stones of 200 bytes; a
//	                         datagram of yours may have 1472 bytes
//	0.005 throw 17 BASE64    stone 17 is due now, and these are its bytes
//	1.000 last               no more stones will come
//	0.046 datagram BASE64    a datagram has come from the other end
//	0.205 timer 2            timer 2, which you have set, has run out
//
//	you say
//	send BASE64              send a datagram to the other end; it may be lost
//	deliver BASE64           the catcher: hand a stone to the program above
//	timer 2 0.2              let timer 2 run out in 0.2 s; again replaces it
//	timer 2 off              stop it
//	note window 8            a figure over time, for the pictures
//	done                     the thrower: all is acknowledged
//	ok                       this is all for this event; always, and once
//
// Stones and last come to the thrower alone, datagrams and timers to both ends.
//
// # A conversation
//
// Two stones, of which the first one is lost once. They have 7 bytes, to be short; real
// ones have at least 32. The lab's lines begin with >, the program's with <. In front of
// a stone this program puts a checksum, a letter (D for data, A for an acknowledgement)
// and a number. The thrower:
//
//	> hello 1 thrower count=2 size=7 datagram=1472 seed=7 timeout=0.06
//	< ok
//	> 0.000 throw 1 c3RvbmUgMQ==
//	< send T16CfkQAAAAAc3RvbmUgMQ==
//	< timer 0 0.06
//	< ok
//	> 0.005 throw 2 c3RvbmUgMg==
//	< ok
//	> 0.005 last
//	< ok
//	> 0.060 timer 0
//	< send T16CfkQAAAAAc3RvbmUgMQ==
//	< timer 0 0.06
//	< ok
//	> 0.100 datagram o7GG5EEAAAAA
//	< send Gv3TWkQAAAABc3RvbmUgMg==
//	< timer 0 0.06
//	< ok
//	> 0.140 datagram 1La2ckEAAAAB
//	< timer 0 off
//	< done
//	< ok
//
// And the catcher, which gets nothing of the first try:
//
//	> hello 1 catcher count=2 size=7 datagram=1472 seed=8 timeout=0.06
//	< ok
//	> 0.080 datagram T16CfkQAAAAAc3RvbmUgMQ==
//	< deliver c3RvbmUgMQ==
//	< send o7GG5EEAAAAA
//	< ok
//	> 0.120 datagram Gv3TWkQAAAABc3RvbmUgMg==
//	< deliver c3RvbmUgMg==
//	< send 1La2ckEAAAAB
//	< ok
//
// # What holds
//
// Virtual time stands still while a program thinks: a slow language does not make a
// slow protocol. The same seed gives the same run, as long as the program uses neither
// the wall clock nor random numbers of its own; --check runs it twice and says where two
// runs part. The seed in hello is for random numbers that can be repeated.
//
// A stone's bytes come whole, and are delivered whole and unchanged. What is delivered
// twice, out of order, changed or never thrown is counted and shown. Put a stone into a
// datagram as it is: the lab knows a datagram that carries stone n by the stone's first
// 32 bytes, and the first one meets the fate that --loss, --drop and --hold have for n.
//
// At one instant datagrams come first, then timers in the order in which they were
// set, then stones, then last. A datagram that is sent comes out at the other end later,
// never at once. What was damaged on the way does not come, unless --udp-checksum off
// lets it: then look for it with a checksum.
//
// The flow ends when the thrower is done, nothing is on its way and no timer of the
// catcher runs; what the thrower sends or sets after done takes it back. It ends too
// when nothing can happen any more (stalled), and when time is over (--give-up).
//
// # What goes wrong
//
//	what is shown            look for
//	said nothing for 3s      an output that is not flushed, an endless loop, an
//	                         event that is not answered with ok
//	ended without saying ok  an exception: its last line stands behind it
//	before it was asked      two ok to one event
//	stalled                  no timer was set, or done was not said behind last
//	gave up                  a stone that is never acknowledged; a timer too long
//	duplicated               an acknowledgement was lost, and the catcher
//	                         delivered what it had
//	reordered                the catcher delivers what is ahead of a hole
//	foreign, damaged         other bytes are delivered than were thrown
//	two runs part            the wall clock, random numbers, the order of a set
//
// Look at what it does, and make one thing go wrong at a time:
//
//	stones throw --only own --with ./mine.py --count 12 --drop 4 --picture ladder
//	stones throw --only own --with ./mine.py --picture notes
//	stones throw --only own --with ./mine.py --drop-packets-back 1
//	stones grade reliable --with ./mine.py
//
// # Make it better
//
// The lessons one-at-a-time, a-window, go-back-or-repeat, impatient, too-patient and
// what-tcp-does lead from stop-and-wait to what TCP does. The sheet reliable asks for
// nothing lost, each once and in order on ten roads; pipelined for a window that fills
// the road; polite for what is left to a TCP flow beside it. [StopAndWait], [GoBackN]
// and [SelectiveRepeat] are there to be read, in this order; stones protocol NAME
// explains them. Each is a file. What they have in common, the bytes of a frame, stands
// in frame.go.
//
// # Limits
//
// A line has at most 128 KiB, an answer 10,000 lines and 1,000 datagrams, a datagram
// what hello says. Timers have the numbers 0 to 1023 and run for 0.000001 to 86400
// seconds, in decimals or like 1e-05. The first 20,000 notes are kept; their names are
// of letters, digits, - and _, up to 32. A flow has 1,000 events for each stone and
// 100,000 besides. A program that is silent for 3 s is ended, and when its input has
// ended it has 1 s left. Whoever breaks one of these ends the flow, and what came until
// then is shown. The lab does not fence a program in: run a stranger's in a container.
//
// # In Go, without a program
//
// A [Protocol] is one end of a conversation, and has five calls:
//
//	Throw      from above: a stone is due, take it to the other end
//	Last       from above: no more stones will come
//	Receive    from below: a datagram has come
//	Timeout    a timer that was set has run out
//	Done       the lab asks the thrower: is all acknowledged?
//
// What it wants done it says to the [Wire] that it is given: Now, Send, Deliver, Set,
// Note. Both ends are the same type; the [Role] says which one it is. A [New] makes one,
// and stands in the list of [BuiltIns]; then --with knows its name.
package protocol
