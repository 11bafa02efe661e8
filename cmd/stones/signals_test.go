//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
)

// Whatever signal ends the program, the results so far are kept, complete and marked.
func TestAskedToEnd(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "kept.json")
			c, address := catches(t, dir)
			far := begun(t, dir, "throw", "--to", address, "--only", "udp", "--rate", "100", "--count", "1000", "--out", "far.json")
			p := begun(t, dir, "throw", "--path", "host", "--only", "udp", "--rate", "100", "--count", "1000", "--runs", "2", "--out", file)
			time.Sleep(time.Second)
			for name, p := range map[string]*process{"far.json": far, "kept.json": p} {
				if err := p.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
				if code := p.over(t, 5*time.Second); code != exitInterrupted || p.log.String() != "stones: interrupted; this is what was known by then\n" {
					t.Errorf("%s: exit code %d: %s", name, code, p.log)
				}
				b, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				var doc lab.Document
				if err := document.Unmarshal(b, &doc); err != nil || len(doc.Results) != 1 {
					t.Fatalf("%s: %d results, %v", name, len(doc.Results), err)
				}
				if x := doc.Results[0].Flows[0]; x.Complete || x.Error == "" || x.Broken != "" || x.Delivered == 0 || x.NotAttempted == 0 {
					t.Errorf("%s: complete %t, %q, %q, %d delivered, %d not attempted", name, x.Complete, x.Error, x.Broken, x.Delivered, x.NotAttempted)
				}
			}
			if err := c.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			if code := c.over(t, 3*time.Second); code != 0 {
				t.Errorf("the catcher ends with %d: %s", code, c.log)
			}
		})
	}
}

// A missing or sleeping reader of a catcher's log or output does not stop it: it
// serves, and ends when it is told to.
func TestCatcherUnread(t *testing.T) {
	t.Parallel()
	for _, which := range []string{"stderr", "stdout"} {
		for _, gone := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/gone=%t", which, gone), func(t *testing.T) {
				t.Parallel()
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				address := l.Addr().String()
				_ = l.Close()
				c := begunWith(t, t.TempDir(), map[string]*os.File{which: w}, "catch", "--listen", address)
				_ = w.Close()
				say := func() (string, error) {
					conn, err := net.Dial("tcp", address)
					if err != nil {
						return "", err
					}
					defer conn.Close()
					_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
					_, _ = io.WriteString(conn, strings.Repeat("x", 1000)+"\nbye\n")
					b, err := io.ReadAll(conn)
					return string(b), err
				}
				for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
					if _, err := say(); err == nil {
						break
					} else if time.Since(began) > 10*time.Second {
						t.Fatalf("nobody listens: %v: %.1000s", err, c.log)
					}
				}
				if gone {
					_ = r.Close()
				}
				for i := range 2500 {
					if said, err := say(); err != nil || !strings.HasSuffix(said, "ok printed\nok bye\n") {
						t.Fatalf("client %d: %q, %v", i, said, err)
					}
				}
				if err := c.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				want := 0
				if which == "stdout" && !gone { // the table at the end had no room
					want = exitUnfinished
				}
				if code := c.over(t, 5*time.Second); code != want {
					t.Errorf("the catcher ends with %d; want %d: %.1000s", code, want, c.log)
				}
			})
		}
	}
}
