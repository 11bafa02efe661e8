package control

import "time"

// A Notice is one flow between a catcher and a client, as people are told of it.
type Notice struct {
	Number    uint32
	Transport string // tcp or udp
	Reverse   bool   // the server throws
	Planned   int    // stones
	Size      int    // bytes of each
	Thrown    int    // by whoever throws; -1 while that is not known
	Caught    int    // different stones; if the server throws, the client knows
	Copies    int    // further arrivals of these
	Damaged   int
	Foreign   int // no stones of the plan
	Began     time.Duration
	Length    time.Duration // as planned
	Over      bool          // there will be no more stones
}
