package main

import (
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"stones/lab"
	"stones/lab/document"
)

// update writes what differs in scripts into them.
var update = flag.Bool("update", false, "write what is printed into testdata/script")

// TestMain lets four tests a processor run at once, because most of them wait for a
// program, or for a kernel's timers. -parallel overrides it.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"stones": main, "hostile": hostile})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[runningKey{}] = make(map[string]*running)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"wrong":  wrong,
			"exits":  exits,
			"counts": counts,

			"catcher": catcherOf,
			"stopped": stopped,
		},
	})
}

// wrong runs stones with all but the first argument, and expects the exit code
// 2, nothing on standard output, and on standard error the first argument.
//
//	wrong '--loss "5": not a share ...' throw --loss 5
func wrong(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: wrong message argument...")
	}
	exits(ts, neg, append([]string{strconv.Itoa(exitInput)}, args[1:]...))
	if got, want := ts.ReadFile("stderr"), "stones: "+args[0]+"\n"; got != want {
		ts.Fatalf("standard error:\n%swant:\n%s", got, want)
	}
	if got := ts.ReadFile("stdout"); got != "" {
		ts.Fatalf("standard output:\n%swant nothing", got)
	}
}

// exits runs stones with all but the first argument, and expects the exit code
// that the first one says.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits code argument...")
	}
	err := ts.Exec("stones", args[1:]...)
	got := 0
	if status := new(exec.ExitError); errors.As(err, &status) {
		got = status.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("stones %s exits with %d; want %s", strings.Join(args[1:], " "), got, args[0])
	}
}

// counts expects that the one flow which was printed as JSON has so many stones thrown,
// delivered, lost, reordered and duplicated.
func counts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: counts thrown delivered lost reordered duplicated")
	}
	var doc lab.Document
	ts.Check(document.Unmarshal([]byte(ts.ReadFile("stdout")), &doc))
	if len(doc.Results) != 1 || len(doc.Results[0].Flows) != 1 {
		ts.Fatalf("more than one flow was printed")
	}
	x := doc.Results[0].Flows[0]
	got := fmt.Sprint(x.Thrown, x.Delivered, x.Lost, x.Reordered, x.Duplicated)
	if want := strings.Join(args, " "); got != want {
		ts.Fatalf("thrown, delivered, lost, reordered, duplicated: %s; want %s", got, want)
	}
}
