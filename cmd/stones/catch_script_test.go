package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A running is a "stones catch" that a script has started.
type running struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	first  string // its first line
}

// runningKey is where a script keeps it.
type runningKey struct{}

// catchingAt finds the address in the first line.
var catchingAt = regexp.MustCompile(`^Catching at (\S+:([0-9]+)) over TCP and UDP`)

// catcherOf starts stones catch with the arguments, and waits until it prints its
// address, which then is $AT, with the port $PORT. By default it is at a free port of
// 127.0.0.1.
//
//	catcher --greeting Hello
func catcherOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: catcher argument...")
	}
	if !strings.Contains(" "+strings.Join(args, " "), " --listen") {
		args = append([]string{"--listen", "127.0.0.1:0"}, args...)
	}
	cmd := exec.Command("stones", append([]string{"catch"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "STONES_KEY="+ts.Getenv("STONES_KEY"))
	log, err := os.Create(ts.MkAbs("caught.log"))
	ts.Check(err)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	r := &running{cmd: cmd, stdout: bufio.NewReader(out)}
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
	})
	r.first, err = r.stdout.ReadString('\n')
	at := catchingAt.FindStringSubmatch(r.first)
	if at == nil {
		ts.Fatalf("stones catch says %q, %v\n%s", r.first, err, ts.ReadFile("caught.log"))
	}
	ts.Setenv("AT", at[1])
	ts.Setenv("PORT", at[2])
	ts.Value(runningKey{}).(map[string]*running)["the one"] = r
}

// stopped interrupts the catcher that was started, and expects that it ends with 0. Its
// output is in the file caught, its log in caught.log.
func stopped(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: stopped")
	}
	r := ts.Value(runningKey{}).(map[string]*running)["the one"]
	if r == nil {
		ts.Fatalf("there is no catcher")
	}
	ts.Check(r.cmd.Process.Signal(os.Interrupt))
	late := time.AfterFunc(10*time.Second, func() { _ = r.cmd.Process.Kill() })
	defer late.Stop()
	rest, err := io.ReadAll(r.stdout)
	ts.Check(err)
	err = r.cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("caught"), []byte(r.first+string(rest)), 0o666))
	if status := new(exec.ExitError); errors.As(err, &status) {
		ts.Fatalf("stones catch ends with %v:\n%s%s", status, r.first, rest)
	}
	ts.Check(err)
}
