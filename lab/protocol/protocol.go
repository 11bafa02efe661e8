package protocol

import "time"

// A Protocol is one end of a conversation. Its calls do not overlap. It must not keep a
// slice that it is handed: the caller uses it again.
type Protocol interface {
	Throw(w Wire, stone []byte)      // from above: these bytes, a whole stone, are due
	Last(w Wire)                     // from above: no more stones will come
	Receive(w Wire, datagram []byte) // from below: a datagram has come
	Timeout(w Wire, timer int)       // a timer that was set has run out
	Done() bool                      // the thrower's: all is acknowledged
}

// A Wire is what one end may do while it is called.
type Wire interface {
	Now() time.Duration                 // since the flow began
	Send(datagram []byte)               // to the other end; it may be lost
	Deliver(stone []byte)               // the catcher's: hand these bytes, a whole stone, to the program above
	Set(timer int, after time.Duration) // run out after this time; again replaces it, 0 or less stops it
	Note(name string, value float64)    // a figure over time, for the record: a window, a timeout
}

// A Role says which end a protocol is.
type Role int

// The roles.
const (
	Thrower Role = iota
	Catcher
)

func (r Role) String() string { return [...]string{"thrower", "catcher"}[r] }

// other is the other end.
func (r Role) other() Role { return 1 - r }

// A Plan is what both ends know beforehand.
type Plan struct {
	Count    int               // stones
	Size     int               // bytes a stone
	Datagram int               // the largest datagram of this end, in bytes
	Seed     uint64            // for random numbers of its own; it differs for each end and flow
	Limit    time.Duration     // when the conversation gives up
	Say      func(line string) // shows what a program says on standard error; nil means nobody
}

// New makes one end. It returns an error, one line long, for parameters that it does
// not understand, or a plan that it cannot follow.
type New func(role Role, plan Plan, params Params) (Protocol, error)

// Limits of what an end may do.
const (
	MaxTimer  = 1023             // the highest timer, from 0
	MinAfter  = time.Microsecond // the shortest and the longest that one may run
	MaxAfter  = 24 * time.Hour
	MaxSends  = 1000    // datagrams in one call
	MaxNotes  = 20_000  // of a flow; later ones are left out
	maxEvents = 100_000 // of a flow, and in addition
	perStone  = 1000    // for each of its stones
)
