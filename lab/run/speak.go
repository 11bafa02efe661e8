package run

import (
	"context"

	"stones/lab"
	"stones/tcp"
	"stones/udp"
)

// speak holds what opens the two ends of a flow, by the name of its transport. The
// table is never written.
var speak = map[string]struct {
	listen func(ctx context.Context, x *flow, at string, readSize int) error
	dial   func(ctx context.Context, x *flow) (thrower, error)
}{
	lab.TCP: {listenTCP, dialTCP},
	lab.UDP: {listenUDP, dialUDP},
}

func listenTCP(ctx context.Context, x *flow, at string, readSize int) error {
	c, err := tcp.Listen(ctx, x.world, at)
	if err != nil {
		return err
	}
	c.ReadSize, c.Carrying, c.Gave, c.Answer = readSize, x.cargo != nil, x.reading(), x.answers != nil
	x.catcher, x.reads, x.address = c, &c.Reads, c.Addr().String()
	return nil
}

func dialTCP(ctx context.Context, x *flow) (thrower, error) {
	t, err := tcp.Dial(ctx, x.dialer(), x.address)
	if err != nil {
		return nil, err
	}
	t.Answered = x.answers != nil
	return t, nil
}

func listenUDP(ctx context.Context, x *flow, at string, readSize int) error {
	c, err := udp.Listen(ctx, x.world, at)
	if err != nil {
		return err
	}
	c.ReadSize, c.Carrying, c.Gave, c.Answer = readSize, x.cargo != nil, x.reading(), x.answers != nil
	x.catcher, x.reads, x.address = c, &c.Reads, c.Addr().String()
	return nil
}

func dialUDP(ctx context.Context, x *flow) (thrower, error) {
	t, err := udp.Dial(ctx, x.dialer(), x.address)
	if err != nil {
		return nil, err
	}
	return t, nil
}
