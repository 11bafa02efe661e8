package remote_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/path/host"
	"stones/lab/path/remote"
	"stones/lab/run"
	"stones/lab/server"
)

// One end catches, the other one throws. Here both are this computer.
func ExampleOpen() {
	there, err := host.Open(host.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	catcher := &server.Server{World: there, Key: []byte("school")}
	if err := catcher.Listen(context.Background(), "127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	defer catcher.Stop()
	serving.Go(func() {
		_ = there.Run(context.Background(), func() { _ = catcher.Serve(context.Background()) })
	})

	here, err := host.Open(host.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := remote.Open(context.Background(), remote.Config{
		Net: here, Address: catcher.Addr().String(), Key: []byte("school"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	plan := pace.Plan{Count: 20, Size: 500, Rate: pace.StonesPerSecond(200)}
	e := lab.Experiment{Path: lab.Remote, To: "there", Flows: []lab.Flow{lab.Over(lab.TCP, plan), lab.Over(lab.UDP, plan)}, Together: true, GiveUp: time.Second}
	r, err := run.Run(context.Background(), e, run.Path{
		Open: func(lab.Experiment) (run.World, error) { return session.World(nil), nil },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range r.Flows {
		fmt.Printf("%s: %d of %d caught\n", x.Transport, x.Delivered, x.Thrown)
	}
	// Output:
	// tcp: 20 of 20 caught
	// udp: 20 of 20 caught
}
