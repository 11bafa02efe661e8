package server_test

import (
	"context"
	"fmt"
	"io"

	"stones/lab/path/sim"
	"stones/lab/server"
)

// A server in virtual time, and somebody who connects to it and types.
func Example() {
	ctx := context.Background()
	w, err := sim.Open(sim.Config{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Close()
	s := &server.Server{World: w}
	if err := s.Listen(ctx, w.Address("tcp")); err != nil {
		fmt.Println(err)
		return
	}
	err = w.Run(ctx, func() {
		if err := s.Serve(ctx); err != nil {
			fmt.Println(err)
		}
	}, func() {
		defer s.Stop()
		conn, err := w.DialContext(ctx, "tcp", s.Addr().String())
		if err != nil {
			fmt.Println(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "time\nthrow 2\nhello\nbye\n")
		heard, err := io.ReadAll(conn)
		fmt.Printf("%s%v\n", heard, err)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// Привет, подключайся!
	// Привет!
	// ok 2200-01-01T00:00:00.000030001Z
	//  stone 1 of 2
	//  stone 2 of 2
	// ok
	// ok printed
	// ok bye
	// <nil>
}
