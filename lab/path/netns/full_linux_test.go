package netns

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// A write to a full device returns an error, and the datagram is not sent: no stone is
// lost unnoticed between the thrower and the wire.
func TestFullDevice(t *testing.T) {
	w, err := Open(Config{})
	if err != nil && os.Getenv("STONES_PEERS") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	conn, err := w.World.DialContext(t.Context(), "udp", w.Address("udp")) // past the gangway, which would wait
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	w.mu.Lock() // stops the ferry, so that the device fills up
	defer w.mu.Unlock()
	for n := range 2 * deviceQueue {
		if _, err = conn.Write([]byte("a stone")); err != nil {
			if n < deviceQueue/2 {
				t.Errorf("the device took only %d", n)
			}
			break
		}
	}
	if !errors.Is(err, syscall.ENOBUFS) {
		t.Errorf("into a full device: %v; want %v", err, syscall.ENOBUFS)
	}
}
