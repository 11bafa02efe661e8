// Package stacktest tests TCP by stories: a story plays the other end by hand-made
// segments, plays the program by system calls, and says what the stack must send and
// when. Time is virtual.
//
//	s := stacktest.New(t, stacktest.Options{})
//	s.Listen().Gives(0)
//	s.In(0, "S 0:0(0) win 65535 <mss 1460,sackOK>")
//	s.Out(stacktest.At(0), "S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>")
//	s.In(40*time.Millisecond, ". 1:1(0) ack 1")
//	s.Accept().Gives(0)
//	s.Write(1000).Gives(1000)
//	s.Out(stacktest.At(40*time.Millisecond), "P. 1:1001(1000) ack 1")
//	if s.Info().Window != 10 { ... }
//
// The verbs are [Story.In] (a segment arrives), [Story.Out] (the stack sends
// one), [Story.Silent] (it sends nothing), the system calls ([Story.Connect],
// [Story.Write], [Story.Read] and so on, which return a [Result]), and
// [Story.Info], which is tcp_info. A segment that the stack sends and the story does
// not expect is a failure. A failure prints the course of the story up to there.
//
// The notation of segments, the relative sequence numbers and the time stamps
// are packetdrill's, so that its scripts can be translated line by line. What may be
// left out differs: see [Story.In] and [Story.Out]. [Story.Next] returns a segment for
// comparison by other rules.
//
// Tests named V and a number hold the stack to a single answer of Linux, measured on
// kernel 6.18; those named Timeline and a letter to a whole course of events there.
//
// # The tick
//
// Linux rounds its timers to ticks. A [When] therefore has two parts: the exact time,
// for a story without a tick, and the range of times with a tick of any phase.
//
//	s.Out(stacktest.At(240*time.Millisecond).Linux(244*time.Millisecond, 248*time.Millisecond), ...)
package stacktest
