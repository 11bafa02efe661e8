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
	"stones/lab/web/site"
	"stones/lab/worlds"
)

// newPage returns the command that shows the lab in a browser.
func (p program) newPage() *cobra.Command {
	var (
		port  int
		out   string
		force bool
	)
	cmd := &cobra.Command{
		Use:   "page",
		Short: "Show the lab in a browser",
		Long: `Show the lab in a browser, on this computer alone: sliders run the experiment
again at once, a slow film shows every packet on both roads, and a click on a
flying stone loses it. Whatever it shows, it says which command gives the same.
Its lessons ask for a prediction before they throw; the answers are kept in the
browser, and are saved as stones lesson --save saves them.

It prints the address to open, and serves until it is interrupted. With --out it
writes the page instead, with the lab in it as WebAssembly: a folder for any
server of files, or one file that opens by double click.`,
		Example: `  stones page               at a port that is free
  stones page --port 8080   at this one
  stones page --out class   the page as a folder
  stones page --out stones.html`,
		Args: noWords,
	}
	plain(cmd.Flags(), "port", "p", knob.Whole(1, maxPort), &port)
	plain(cmd.Flags(), "out", "", knob.Word(), &out)
	plain(cmd.Flags(), "force", "", knob.Toggle(), &force)
	cmd.Flags().VisitAll(onlyOnce)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case out != "" && port != 0:
			return &knob.ConflictError{One: "--out", Other: "--port", Why: "a page that is written is not served"}
		case out != "":
			return p.writePage(cmd.Context(), out, force)
		case force:
			return &knob.ConflictError{One: "--force", Other: "no --out", Why: "nothing is written"}
		}
		return p.serve(cmd.Context(), port)
	}
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
		Handler:           site.NewHandler(web.Engine{Version: version, Path: worlds.Sim(nil)}, licenses),
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
