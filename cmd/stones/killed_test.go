package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
)

// A process is a process of stones, which can be killed.
type process struct {
	*exec.Cmd
	out, log *record
	ended    chan struct{} // closed when it is over
	err      error         // then
}

// begun starts stones in a folder.
func begun(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	return begunWith(t, dir, nil, args...)
}

// begunWith is begun with other files for standard output and standard error.
func begunWith(t *testing.T, dir string, files map[string]*os.File, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command("stones", args...), out: new(record), log: new(record), ended: make(chan struct{})}
	p.Dir, p.Stdout, p.Stderr = dir, p.out, p.log
	if f := files["stdout"]; f != nil {
		p.Stdout = f
	}
	if f := files["stderr"]; f != nil {
		p.Stderr = f
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	var waits sync.WaitGroup
	waits.Go(func() {
		p.err = p.Wait()
		close(p.ended)
	})
	t.Cleanup(func() {
		_ = p.Process.Kill()
		waits.Wait()
	})
	return p
}

// catches starts a catcher and returns its address.
func catches(t *testing.T, dir string) (*process, string) {
	t.Helper()
	p := begun(t, dir, "catch", "--listen", "127.0.0.1:0")
	p.out.wait(t, "Ctrl-C ends it.\n")
	return p, catchingAt.FindStringSubmatch(p.out.String())[1]
}

// over waits until the process has ended, and returns its exit code; -1 is a signal.
func (p *process) over(t *testing.T, within time.Duration) int {
	t.Helper()
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-p.ended:
	case <-late.C:
		t.Errorf("%v goes on after %v\n%s%s", p.Args, within, p.out, p.log)
		_ = p.Process.Kill()
		<-p.ended
	}
	if status := new(exec.ExitError); p.err != nil && !errors.As(p.err, &status) {
		t.Fatal(p.err)
	}
	return p.ProcessState.ExitCode()
}

// keptOf returns the content of a file: nothing but the old bytes, or complete results.
func keptOf(t *testing.T, file string, old []byte) []lab.Result {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(b, old) {
		return nil
	}
	var doc lab.Document
	if err := document.Unmarshal(b, &doc); err != nil {
		t.Errorf("the file has %d bytes that are neither the old ones nor whole: %v", len(b), err)
	}
	return doc.Results
}

// Whenever one end is killed, the other one soon ends with an error, or goes on if it
// is a catcher. Complete results stay, and the old file stays until a new one is
// complete.
func TestKilledEnds(t *testing.T) {
	t.Parallel()
	kills := 2
	if long() {
		kills = 20
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("killed at random times of seed %d", seed)
	old := []byte("what was there\n")
	const about = 2500 * time.Millisecond // takes a throw
	for i := range kills {
		at := time.Duration(random.Float64() * float64(about))
		args := []string{"throw", "--rate", "1000", "--count", "200", "--runs", "2", "--format", "json", "--out", "old", "--force"}
		if random.IntN(2) == 0 {
			args = append(args, "--reverse")
		}
		prepared := func(t *testing.T) (dir, file string) {
			t.Helper()
			dir = t.TempDir()
			file = filepath.Join(dir, "old")
			if err := os.WriteFile(file, old, 0o666); err != nil {
				t.Fatal(err)
			}
			return dir, file
		}
		t.Run(fmt.Sprintf("thrower/%d", i), func(t *testing.T) {
			t.Parallel()
			dir, file := prepared(t)
			c, address := catches(t, dir)
			p := begun(t, dir, slices.Concat(args, []string{"--to", address})...)
			time.Sleep(at)
			_ = p.Process.Kill()
			p.over(t, time.Second)
			for _, r := range keptOf(t, file, old) {
				for _, x := range r.Flows {
					if !x.Complete {
						t.Errorf("killed after %v: %s: %s", at, x.Name, x.Error)
					}
				}
			}
			joined := strings.Count(c.log.String(), "msg=joined")
			for wait := time.Now(); strings.Count(c.log.String(), "msg=left") < joined; time.Sleep(10 * time.Millisecond) {
				if time.Since(wait) > 3*time.Second {
					t.Fatalf("%v after the thrower was killed:\n%s", time.Since(wait), c.log)
				}
			}
			if p := begun(t, dir, slices.Concat(args, []string{"--to", address})...); p.over(t, 20*time.Second) != 0 || len(keptOf(t, file, old)) != 2 {
				t.Errorf("the catcher does not go on: %s%s", p.log, c.log)
			}
			if err := c.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if code := c.over(t, 3*time.Second); code != 0 {
				t.Errorf("the catcher ends with %d: %s", code, c.log)
			}
		})
		t.Run(fmt.Sprintf("catcher/%d", i), func(t *testing.T) {
			t.Parallel()
			dir, file := prepared(t)
			c, address := catches(t, dir)
			p := begun(t, dir, slices.Concat(args, []string{"--to", address})...)
			time.Sleep(at)
			_ = c.Process.Kill()
			killed := time.Now()
			code := p.over(t, 10*time.Second)
			if took := time.Since(killed); took > 3*time.Second {
				t.Errorf("the thrower ended %v after the catcher was killed", took)
			}
			said, results, partial := p.log.String(), keptOf(t, file, old), 0
			for _, r := range results {
				for _, x := range r.Flows {
					if x.Broken != "" || x.Complete != (x.Error == "") || x.Complete && x.Unknown > 0 {
						t.Errorf("%s: complete %t, error %q, %d unknown, broken %q", x.Name, x.Complete, x.Error, x.Unknown, x.Broken)
					}
					if !x.Complete {
						partial++
					}
				}
			}
			switch {
			case code == 0 && said == "" && len(results) == 2 && partial == 0: // it was done before
			case code != exitUnfinished && code != exitRefused, strings.Count(said, "\n") != 1, !strings.HasPrefix(said, "stones: "):
				t.Errorf("killed after %v: exit code %d: %s", at, code, said)
			case len(results) > 0 && partial == 0:
				t.Errorf("killed after %v: exit code %d, and all of %d results are complete: %s", at, code, len(results), said)
			}
		})
	}
}
