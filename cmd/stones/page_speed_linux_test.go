package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The engine in a browser makes a frame fast enough for a slider. What is measured is
// the worker's processor time. The goals are 6 ms for 200 stones and 20 ms for 1000 on
// an idle computer. On a busy one it takes up to four times as long, so only what is
// beyond that is an error.
func TestPageSpeed(t *testing.T) {
	browser := chromium(t)
	b := visitWritten(t, browser)
	ask := func(count, times int) {
		b.run(fmt.Sprintf(`(async () => { for (let k = 0; k < %d; k++) await stones.ask('{"id":1,"set":[{"word":"count","text":"%d"},{"word":"loss","text":"2%%"}]}') })()`, times, count))
	}
	ask(200, 100) // the browser compiles hot code a second time
	ask(1000, 30)
	for _, tt := range []struct {
		count int
		most  time.Duration
	}{{200, 4 * 6 * time.Millisecond}, {1000, 4 * 20 * time.Millisecond}} {
		least := time.Hour
		for range 5 {
			const times = 20
			before := worked(t)
			ask(tt.count, times)
			least = min(least, (worked(t)-before)/times)
		}
		t.Logf("%d stones over both, with packets: %v of the worker's processor", tt.count, least)
		if least <= 0 || least > tt.most {
			t.Errorf("%d stones take %v; allowed %v", tt.count, least, tt.most)
		}
	}
}

// worked is the processor time of the workers of this test's browser.
func worked(t *testing.T) time.Duration {
	t.Helper()
	parent := func(pid string) string {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			return ""
		}
		_, behind, _ := bytes.Cut(stat, []byte(") "))
		return strings.Fields(string(behind))[1]
	}
	comms, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*/comm")
	if err != nil {
		t.Fatal(err)
	}
	var sum time.Duration
	for _, comm := range comms {
		if name, err := os.ReadFile(comm); err != nil || !strings.HasPrefix(string(name), "DedicatedWorker") {
			continue
		}
		pid := strings.Split(comm, "/")[2]
		for pid != "" && pid != "0" && pid != strconv.Itoa(os.Getpid()) {
			pid = parent(pid)
		}
		if pid == "" || pid == "0" {
			continue
		}
		times, err := os.ReadFile(filepath.Join(filepath.Dir(comm), "schedstat"))
		if err != nil {
			t.Fatal(err)
		}
		ns, err := strconv.ParseInt(strings.Fields(string(times))[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += time.Duration(ns)
	}
	return sum
}
