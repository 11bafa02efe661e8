// Package tcp is the Transmission Control Protocol (RFC 9293) as Linux speaks it,
// for virtual time.
//
// A [Conn] is one end of a connection. It waits for nothing and starts nothing:
// a segment arrives ([Conn.Deliver]), a timer fires ([Conn.Expire]), the program
// writes, reads or closes, and each of these calls may send segments through the
// function that was given to [New]. Time is an argument of each call. The same
// calls at the same times send the same segments, on every machine: all
// arithmetic is done with integers.
//
//	c := tcp.New(tcp.Config{MSS: 1460}, send)
//	c.Connect(now)
//	for {
//		// at c.Next():      c.Expire(now)
//		// a segment came:   c.Deliver(now, segment)
//		// c.Readable():     c.Read(now, b)
//		// c.Writable():     c.Write(now, b)
//	}
package tcp
