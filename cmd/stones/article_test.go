package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A catching is "stones catch" within the test.
type catching struct {
	address string
	stop    func() (stdout, stderr string) // ends it, which must be with 0
}

// A record is what a program has written so far. Several may write and read it.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// wait waits until what is written holds the text.
func (r *record) wait(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !strings.Contains(r.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%q does not come; there is\n%s", text, r)
		}
	}
}

// catchHere runs stones catch with the flags at a free port of this computer.
func catchHere(t *testing.T, flags ...string) (*catching, *record) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, log := new(record), new(record)
	ended := make(chan int, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		p := program{stdin: strings.NewReader(""), stdout: out, stderr: log}
		ended <- p.exec(ctx, append([]string{"catch", "--listen", "127.0.0.1:0"}, flags...))
	})
	stop := func() (string, string) {
		t.Helper()
		cancel()
		wg.Wait()
		select {
		case code := <-ended:
			if code != 0 {
				t.Errorf("stones catch ends with %d:\n%s", code, log)
			}
		default: // it was stopped before
		}
		return out.String(), log.String()
	}
	t.Cleanup(func() { stop() })
	out.wait(t, "Ctrl-C ends it.\n")
	return &catching{catchingAt.FindStringSubmatch(out.String())[1], stop}, out
}

// The article's server and client, as printed there but for the address and the
// port; the blanks in front of the lines, which the page has lost, are those
// that make it do what is said there.
const (
	articleServer = `import socket
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
IP = "127.0.0.1"
PORT = %s
listener.bind((IP, PORT))
listener.listen(0)
connection, address = listener.accept()
connection.send("Привет, подкючайся!".encode('utf8'))
connection.send("Привет!".encode('utf8'))
while True:
    data_output = ''
    while True:
        data = connection.recv(1024).decode("utf8")
        data_output+=data
        if not data:
            break
    print(data_output)
`
	articleClient = `import socket
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
IP = "127.0.0.1"
PORT = %s
connection.connect((IP, PORT))
rd = connection.recv(1024)
print(rd.decode('utf8'))
connection.send("И тебе привет!".encode('utf8'))
connection.close()
`
)

// python returns the command that runs a script, or skips the test.
func python(t *testing.T, script, port string) *exec.Cmd {
	t.Helper()
	name, err := exec.LookPath("python3")
	if err == nil {
		err = exec.Command(name, "--version").Run()
	}
	if err != nil {
		t.Skipf("there is no python3: %v", err)
	}
	file := filepath.Join(t.TempDir(), "article.py")
	if err := os.WriteFile(file, fmt.Appendf(nil, script, port), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), name, "-u", file)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf8")
	return cmd
}

// freePort is a port of 127.0.0.1 at which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// The article's client is greeted by stones catch, which prints its answer.
func TestArticleClient(t *testing.T) {
	t.Parallel()
	c, out := catchHere(t)
	_, port, _ := net.SplitHostPort(c.address)
	greeted, err := python(t, articleClient, port).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, greeted)
	}
	// One recv may give both writes, or the first alone.
	if got := strings.TrimSpace(string(greeted)); got != "Привет, подключайся!" && got != "Привет, подключайся!\nПривет!" {
		t.Errorf("the article's client prints %q", got)
	}
	out.wait(t, ": И тебе привет!\n")
}

// Its equivalent in Go. A client that leaves the second greeting unread has its
// connection reset (RFC 9293 section 3.6.1); what was said before is printed all the
// same.
func TestArticleClientInGo(t *testing.T) {
	c, out := catchHere(t)
	const clients = 50
	for i := range clients {
		conn, err := net.Dial("tcp", c.address)
		if err != nil {
			t.Fatal(err)
		}
		rd := make([]byte, []int{1024, len("Привет")}[i%2])
		n, err := conn.Read(rd)
		if got := string(rd[:n]); err != nil || !strings.HasPrefix(got, "Привет") {
			t.Errorf("greeted with %q, %v", got, err)
		}
		if _, err := fmt.Fprintf(conn, "И тебе привет! (%d)", i); err != nil {
			t.Error(err)
		}
		conn.Close()
	}
	for i := range clients {
		out.wait(t, fmt.Sprintf(": И тебе привет! (%d)\n", i))
	}
}

// stones hello hears the article's server, which has no UDP, and answers it.
func TestArticleServer(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	cmd := python(t, articleServer, port)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill() // once its client has gone it prints for ever
		_ = cmd.Wait()
	}()
	said := hearing(t, net.JoinHostPort("127.0.0.1", port))
	first, err := bufio.NewReader(stdout).ReadString('\n')
	if first != answer+"\n" {
		t.Errorf("the article's server prints %q, %v", first, err)
	}
	wantHeard(t, said, "Привет, подкючайся!Привет!")
}

// hearing runs stones hello until something listens, and returns what it prints.
func hearing(t *testing.T, address string) string {
	t.Helper()
	for range 100 {
		var out, log bytes.Buffer
		switch code := (program{stdin: strings.NewReader(""), stdout: &out, stderr: &log}).exec(t.Context(), []string{"hello", address}); code {
		case 0:
			return out.String()
		case exitRefused: // not yet
			time.Sleep(50 * time.Millisecond)
		default:
			t.Fatalf("exit code %d: %s\n%s", code, &log, &out)
		}
	}
	t.Fatal("nobody comes")
	return ""
}

// wantHeard wants the greeting in one read or in two.
func wantHeard(t *testing.T, said, greeting string) {
	t.Helper()
	if !strings.Contains(said, `1. "`+greeting+`"`) && !strings.Contains(said, `together: "`+greeting+`"`) {
		t.Errorf("stones hello hears\n%s", said)
	}
	if !strings.Contains(said, "UDP: 0 bytes in 0 reads; refused: nobody listens there\n") {
		t.Errorf("stones hello says of UDP\n%s", said)
	}
}

// The article's server in Go.
func TestArticleServerInGo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var answered []byte
	var wg sync.WaitGroup
	wg.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "Привет, подкючайся!")
		io.WriteString(conn, "Привет!")
		answered, err = io.ReadAll(conn)
		if err != nil {
			t.Error(err)
		}
	})
	said := hearing(t, l.Addr().String())
	wg.Wait()
	if string(answered) != answer {
		t.Errorf("answered %q, want %q", answered, answer)
	}
	wantHeard(t, said, "Привет, подкючайся!Привет!")
}

// A peer that answers with empty datagrams does not greet, and the talk ends.
func TestHelloOfEmptyDatagrams(t *testing.T) {
	t.Parallel()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	var answering sync.WaitGroup
	defer answering.Wait()
	defer packets.Close()
	answering.Go(func() {
		for buf := make([]byte, 2048); ; {
			_, from, err := packets.ReadFrom(buf)
			if err != nil {
				return
			}
			for range 1000 {
				_, _ = packets.WriteTo(nil, from)
			}
		}
	})
	var out, wrong bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong}
	began := time.Now()
	if code := p.exec(t.Context(), []string{"hello", packets.LocalAddr().String()}); code != exitRefused && code != exitUnfinished {
		t.Errorf("exit code %d: %s", code, &wrong)
	}
	if took := time.Since(began); took > 11*time.Second || strings.Contains(wrong.String(), "panic") {
		t.Errorf("after %v: %s", took, &wrong)
	}
}
