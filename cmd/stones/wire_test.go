package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A watched buffer can be read while it is written.
type watched struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(b)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// stretched runs stones wire in front of a program at a port, and returns the port to
// send to, and a function that ends it and returns its output.
func stretched(t *testing.T, to int, args ...string) (port int, ended func() (code int, out string)) {
	t.Helper()
	var stdout, stderr watched
	ctx, cancel := context.WithCancel(t.Context())
	p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	codes := make(chan int, 1)
	go func() {
		codes <- p.exec(ctx, append([]string{"wire", "--listen", ":0", "--to", fmt.Sprintf(":%d", to)}, args...))
	}()
	over := sync.OnceValue(func() int { return <-codes })
	t.Cleanup(func() { cancel(); over() })
	listening := regexp.MustCompile(`listening at 127\.0\.0\.1:(\d+) `)
	for range 500 {
		if found := listening.FindStringSubmatch(stderr.String()); found != nil {
			_, _ = fmt.Sscan(found[1], &port)
			return port, func() (int, string) { cancel(); return over(), stdout.String() }
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("does not listen: %s", stderr.String())
	return 0, nil
}

// bound is a UDP socket on this computer, and its port.
func bound(t *testing.T) (*net.UDPConn, int) {
	t.Helper()
	s, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, s.LocalAddr().(*net.UDPAddr).Port
}

// A pair of programs with sockets of their own: the alternating bit protocol over a
// wire that loses, duplicates and delays.
func TestWireBetweenPair(t *testing.T) {
	t.Parallel()
	receiver, port := bound(t)
	at, ended := stretched(t, port, "--loss", "20%", "--loss-back", "20%", "--duplicate", "10%", "--delay", "2ms", "--seed", "3", "-J")
	const n = 60
	got := make(chan []byte, 1)
	go func() {
		var all []byte
		buf := make([]byte, 100)
		for {
			size, from, err := receiver.ReadFromUDPAddrPort(buf)
			if err != nil {
				got <- all
				return
			}
			if size == 4 && int(buf[0]) == len(all) {
				all = append(all, buf[3])
			}
			_, _ = receiver.WriteToUDPAddrPort(buf[:3], from)
		}
	}()
	sender, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", at))
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	tries := 0
	acknowledged := func(number byte) bool {
		tries++
		// The answer says which try it is to: with that to the last, the wire has read all.
		try := []byte{number, byte(tries), byte(tries >> 8)}
		_, _ = sender.Write(append(try, number*7))
		_ = sender.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
		buf := make([]byte, 10)
		for {
			switch size, err := sender.Read(buf); {
			case err != nil:
				return false
			case bytes.Equal(buf[:size], try):
				return true
			}
		}
	}
	for i := range n {
		for !acknowledged(byte(i)) {
			if tries > 100*n {
				t.Fatal("nothing gets through")
			}
		}
	}
	receiver.Close()
	for i, b := range <-got {
		if b != byte(i*7) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
	code, out := ended()
	var told struct {
		Seed    uint64
		Clients int
		Out     struct{ Entered, Duplicated, Delivered, Lost int }
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != 0 {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if told.Seed != 3 || told.Clients != 1 || told.Out.Lost == 0 || told.Out.Entered != tries {
		t.Errorf("%+v after %d datagrams", told, tries)
	}
}

// Programs in Python with sockets of their own.
func TestWireBetweenPython(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	probe, port := bound(t)
	probe.Close()
	at, ended := stretched(t, port, "--loss", "10%", "--loss-back", "10%", "--delay", "1ms")
	dir := t.TempDir()
	receive, send := filepath.Join(dir, "receive.py"), filepath.Join(dir, "send.py")
	for file, text := range map[string]string{receive: `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
want = 0
while True:
    b, peer = s.recvfrom(2000)
    if b[0] == want % 256:
        if b[1:] == b"": break
        sys.stdout.write(b[1:].decode()); want += 1
    s.sendto(b[:1], peer)
sys.stdout.flush()
`, send: `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.03)
for n, word in enumerate(["stone %d " % i for i in range(40)]):
    while True:
        s.sendto(bytes([n]) + word.encode(), ("127.0.0.1", int(sys.argv[1])))
        try:
            while s.recvfrom(2000)[0] != bytes([n]): pass
            break
        except socket.timeout: pass
for _ in range(50): s.sendto(bytes([40]), ("127.0.0.1", int(sys.argv[1])))
`} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	receiver := exec.CommandContext(ctx, "python3", receive, fmt.Sprint(port))
	var got watched
	receiver.Stdout = &got
	if err := receiver.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if strings.Contains(got.String(), "ready") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if out, err := exec.CommandContext(ctx, "python3", send, fmt.Sprint(at)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := receiver.Wait(); err != nil {
		t.Fatal(err)
	}
	want := "ready\n"
	for i := range 40 {
		want += fmt.Sprintf("stone %d ", i)
	}
	if got.String() != want {
		t.Errorf("received %q; want %q", got.String(), want)
	}
	if code, out := ended(); code != 0 || !strings.Contains(out, "one client, seed 1") || !regexp.MustCompile(`lost +\d`).MatchString(out) {
		t.Errorf("exit %d: %s", code, out)
	}
}

// Two netcats talk to each other, both ways.
func TestWireBetweenNetcats(t *testing.T) {
	if help, _ := exec.Command("nc", "-h").CombinedOutput(); !bytes.Contains(help, []byte("OpenBSD")) {
		if os.Getenv("STONES_PEERS") != "" {
			t.Fatal("STONES_PEERS is set, and there is no nc of OpenBSD")
		}
		t.Skip("needs the nc of OpenBSD")
	}
	probe, port := bound(t)
	probe.Close()
	at, ended := stretched(t, port, "--loss", "20%", "--loss-back", "20%", "--delay", "1ms")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	netcat := func(flags string, port int) (in io.Writer, out *watched) {
		c := exec.CommandContext(ctx, "nc", flags, "127.0.0.1", fmt.Sprint(port))
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out = new(watched)
		c.Stdout = out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cancel(); _ = c.Wait() })
		return in, out
	}
	question, heard := netcat("-u", at)
	answer, caught := netcat("-ul", port)
	for _, way := range []struct {
		from io.Writer
		to   *watched
		text string
	}{{question, caught, "catch\n"}, {answer, heard, "caught\n"}} {
		for !strings.Contains(way.to.String(), way.text) {
			if ctx.Err() != nil {
				t.Fatalf("%q does not come", way.text)
			}
			_, _ = io.WriteString(way.from, way.text)
			time.Sleep(20 * time.Millisecond)
		}
	}
	if code, out := ended(); code != 0 || !strings.Contains(out, "one client, seed 1") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// Passing datagrams can be captured for Wireshark, and invalid flags are errors.
func TestWireWords(t *testing.T) {
	receiver, port := bound(t)
	file := filepath.Join(t.TempDir(), "wire.pcapng")
	at, ended := stretched(t, port, "--drop", "2", "--pcap", file)
	sender, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", at))
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	for i := range 3 {
		_, _ = fmt.Fprint(sender, "number ", i+1)
	}
	buf := make([]byte, 100)
	for _, want := range []string{"number 1", "number 3"} {
		if n, err := receiver.Read(buf); err != nil || string(buf[:n]) != want {
			t.Errorf("%q, %v; want %q", buf[:n], err, want)
		}
	}
	if code, out := ended(); code != 0 || !strings.Contains(out, "entered") {
		t.Errorf("exit %d: %s", code, out)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string]int{"number 1": 2, "number 2": 1, "datagram 2, lost on the way": 1} {
		if got := bytes.Count(kept, []byte(what)); got != n {
			t.Errorf("%q stands %d times in the capture; want %d", what, got, n)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, `--listen "": needed, e.g. :9000`},
		{[]string{"--listen", ":9000"}, `--to "": needed: where the other program listens, e.g. :9001`},
		{[]string{"--listen", "9000", "--to", ":9001"}, `--listen "9000": a port stands behind a colon; write :9000`},
		{[]string{"--listen", "0.0.0.0:9000", "--to", ":9001"}, `--listen "0.0.0.0:9000": others can reach this address; say --open if they may`},
		{[]string{"--listen", ":9000", "--to", ":9000"}, `--to ":9000": that is where the relay itself listens`},
		{[]string{"--listen", ":9000", "--to", "127.0.0.1"}, `--to "127.0.0.1": there is no port; write e.g. :9001`},
		{[]string{"--listen", ":0", "--to", ":9001", "--loss", "1%,2%"}, `--loss "1%,2%": one value; there is one wire`},
		{[]string{"--listen", ":0", "--to", ":9001", "--loss", "101%"}, `--loss "101%": `},
		{[]string{"--listen", ":0", "--to", ":9001", "--queue", "10:codel"}, `--queue "10:codel": needs a bandwidth`},
		{[]string{"--listen", fmt.Sprintf(":%d", port), "--to", ":9001"}, fmt.Sprintf(`--listen ":%d": address already in use`, port)},
	} {
		var stderr bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &stderr}
		code := p.exec(t.Context(), append([]string{"wire"}, tt.args...))
		if got := stderr.String(); code != exitInput || !strings.HasPrefix(got, "stones: "+tt.want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q: exit %d, %q; want %q", tt.args, code, got, tt.want)
		}
	}
}
