package run

import (
	"context"
	"net"
	"time"

	"stones/lab"
	"stones/lab/clock"
	"stones/lab/path"
)

// A Path opens worlds for experiments.
type Path struct {
	// Open opens a world for an experiment, which has only the flows that meet in that
	// world.
	Open func(lab.Experiment) (World, error)

	// Virtual says that the worlds have a time of their own, so that any number
	// may run at once without disturbing each other.
	Virtual bool

	// Live is called with the progress of each flow after every interval, if the
	// experiment has intervals. It may be nil, and is called by several goroutines.
	Live func(lab.Live)

	// Say is called with what a program that is an end of a flow writes to standard
	// error. It may be nil, and is called by several goroutines.
	Say func(flow, line string)
}

// A World is where flows happen: two ends, a path between them, and a
// clock. The thrower dials; the catcher listens.
type World interface {
	clock.Clock

	DialContext(ctx context.Context, network, address string) (net.Conn, error)
	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)

	// Address is where the catcher of the flow of that name is to listen.
	Address(flow string) string

	// Run runs tasks side by side and returns when all have ended. Only tasks may
	// block.
	Run(ctx context.Context, tasks ...func()) error

	// Drain waits until nothing of the flow is in flight, as DrainRule says, but not
	// beyond limit. Done reports whether all that was thrown has come.
	Drain(ctx context.Context, flow string, limit time.Duration, done func() bool)
	DrainRule() path.DrainRule

	// Arrival is when what the flow's catcher has just been given had arrived.
	Arrival(flow string) time.Duration

	// Record is what the path saw of the flow. Check checks the path's own accounts.
	// Stack is the network stack that it runs on.
	Record(flow string) path.Record
	Check() error
	Stack() path.Stack

	Close() error
}

// A Roaded is a World in which two ends can exchange datagrams as they like.
type Roaded interface {
	World

	// OpenRoad opens both ends of a flow. It is called within a task.
	OpenRoad(flow string) (path.Road, error)
}

// A Witness is a World that sees what a catcher leaves behind.
type Witness interface {
	World

	// Abandon records that the catcher of a flow is about to close, and reads no more.
	Abandon(flow string)
}

// A Far is a World one end of which is on another computer. The other end is here: it
// throws, or catches, over the World's own connections, as on any path. The far end
// reports what it knows afterwards.
//
// Both methods wait, and are called within a task, in this order.
type Far interface {
	World

	// Arrange agrees with the far end on one transport's flow. After that the
	// World's connections of that transport are the flow's.
	Arrange(ctx context.Context, o path.Offer) (path.Agreement, error)

	// Settle hands over what the thrower has counted, if that is here, and returns
	// what the far end knows, after its drain. It does so even if ctx has ended,
	// if that does not take long. An error means that there is no report, or none
	// that can be true.
	Settle(ctx context.Context, transport string, c path.Counts) (path.Report, error)
}
