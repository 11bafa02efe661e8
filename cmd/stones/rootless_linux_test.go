package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// without runs the program as the user nobody, on a computer whose /dev/net/tun has the
// given mode. That computer is a mount namespace of its own: nothing of this one
// changes.
func without(t *testing.T, mode string, args ...string) *exec.Cmd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can become nobody")
	}
	for _, tool := range []string{"unshare", "setpriv", "mknod", "mount"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	// The program must lie where everybody can run it.
	folder, err := os.MkdirTemp("", "stones") //nolint:usetesting // nobody may not enter the folders above the test's own
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	program := filepath.Join(folder, "stones")
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	copied, err := os.OpenFile(program, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(copied, self)
	if err := errors.Join(err, copied.Close(), os.Chmod(folder, 0o755)); err != nil {
		t.Fatal(err)
	}
	const script = `
		mount -t tmpfs none /mnt && mknod -m $0 /mnt/tun c 10 200 && mount --bind /mnt/tun /dev/net/tun &&
		cd / && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"`
	cmd := exec.CommandContext(t.Context(), "unshare", append([]string{"-m", "sh", "-c", script, mode, program}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal
	return cmd
}

// childrenOf returns the processes that a process has started.
func childrenOf(pid int) []int {
	var children []int
	threads, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, name := range threads {
		text, _ := os.ReadFile(name)
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}

// lives reports whether there is a process of that number that can still run.
func lives(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, _ := bytes.Cut(text, []byte(") "))
	return err == nil && !bytes.HasPrefix(state, []byte("Z")) // a zombie
}

func TestNetnsNeedsNoRoot(t *testing.T) {
	needsNetns(t)
	for _, tt := range []struct {
		name, mode, stdin string
		args              []string
		code              int
		stdout, stderr    string
	}{
		{"flags", "666", "", []string{"throw", "--path", "netns", "--count", "20", "--loss", "0%", "--reorder", "0%"}, 0, "UDP delivered all 20 stones", ""},
		{
			"a document", "666", `{"stones": "` + version + `", "format": 2, "results": [{"experiment": {"path": "netns", "seed": 1, "flows": [{"name": "udp", "transport": "udp", "count": 5, "size": 100, "rate": "100/s"}], "give_up": "1s"}}]}`,
			[]string{"throw", "--experiment", "-"},
			0, "5 stones", "",
		},
		{"the input is wrong", "666", "", []string{"throw", "--path", "netns", "--count", "0"}, exitInput, "", `--count "0"`},
		{"the device is not for everybody", "600", "", []string{"throw", "--path", "netns"}, exitUnfinished, "", "/dev/net/tun: permission denied: everybody must be allowed to read and write it (chmod 666 /dev/net/tun), or run as root; --path sim needs nothing\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := without(t, tt.mode, tt.args...)
			var stdout, stderr bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(tt.stdin), &stdout, &stderr
			if tt.stdin == "" { // as at a terminal, where nobody types
				silent, end, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer silent.Close()
				defer end.Close()
				cmd.Stdin = silent
			}
			err := cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("exit code %d (%v)\n%s%s\nwant %d, %q, %q", code, err, &stdout, &stderr, tt.code, tt.stdout, tt.stderr)
			}
		})
	}
}

// However it ends, nothing is left behind: the processes that the program starts to get
// its rights end with it.
func TestNetnsLeavesNothing(t *testing.T) {
	inFull(t)
	needsNetns(t)
	for _, tt := range []struct {
		signal unix.Signal
		marked bool
	}{{unix.SIGINT, true}, {unix.SIGKILL, false}} {
		t.Run(unix.SignalName(tt.signal), func(t *testing.T) {
			cmd := without(t, "666", "throw", "--path", "netns", "--count", "100000", "--only", "udp")
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var inner []int
			for len(inner) == 0 { // unshare and setpriv have become the program, which starts itself
				time.Sleep(10 * time.Millisecond)
				inner = childrenOf(cmd.Process.Pid)
			}
			time.Sleep(1500 * time.Millisecond) // into the throwing, on a busy computer too
			if err := cmd.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); tt.marked && (code != exitInterrupted || !strings.Contains(stdout.String(), "UDP is partial")) {
				t.Errorf("exit code %d\n%s%s", code, &stdout, &stderr)
			}
			for _, pid := range inner {
				for tries := 0; lives(pid); tries++ {
					if tries == 100 {
						t.Fatalf("process %d is left behind", pid)
					}
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
}
