package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"stones/lab/knob"
	"stones/lab/quantity"
	"stones/lab/web"
	"stones/lab/worlds"
)

// newPage returns the command that shows the lab in a browser.
func (p program) newPage() *cobra.Command {
	var port int
	cmd := &cobra.Command{
		Use:   "page",
		Short: "Show the lab in a browser",
		Long: `Show the lab in a browser, on this computer alone: sliders run the experiment
again at once, a slow film shows every packet on both roads, and a click on a
flying stone loses it. Whatever it shows, it says which command gives the same.

It prints the address to open, and serves until it is interrupted.`,
		Example: `  stones page               at a port that is free
  stones page --port 8080   at this one`,
		Args: noWords,
	}
	plain(cmd.Flags(), "port", "p", knob.Whole(1, maxPort), &port)
	cmd.Flags().VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), port) }
	return cmd
}

// serve serves the page until it is interrupted.
func (p program) serve(ctx context.Context, port int) error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		why := err.Error()
		if wrong := new(os.SyscallError); errors.As(err, &wrong) {
			why = wrong.Err.Error()
		}
		return &quantity.InvalidError{Word: "port", Value: strconv.Itoa(port), Why: why}
	}
	ctx, stop := untilInterrupt(ctx)
	defer stop()
	server := &http.Server{
		Handler:           web.NewHandler(web.Engine{Version: version, Path: worlds.Sim(nil)}),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	fmt.Fprintf(p.stdout, "http://%s/\n", l.Addr())
	fmt.Fprintln(p.stderr, "open it in a browser; an interrupt ends it")
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-ctx.Done()
		_ = server.Close()
	}()
	err = server.Serve(l)
	stop()
	<-closed
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return &failure{exitUnfinished, err}
}
