package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
)

// On a disk that becomes full, the old file stays, complete parts are kept, and the
// result goes to standard output.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=128k"); err != nil {
		t.Skip("needs to mount a small disk: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	old := []byte("what was there\n")
	for _, name := range []string{"old.json", "old.pcapng"} {
		if err := os.WriteFile(filepath.Join(dir, name), old, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ file, flags, said string }{
		{"old.json", "--per-stone --only udp --count 5000 --format json --out old.json --force", `stones: write --out "old.json": no space left on device; the result is on standard output`},
		{"old.pcapng", "--only udp --count 1000 --format json --pcap old.pcapng --force", `stones: write --pcap "old.pcapng": no space left on device`},
		{"", "--runs 200 --out lines.jsonl", `stones: write the result: write lines.jsonl: no space left on device`},
	} {
		p := begun(t, dir, append([]string{"throw"}, strings.Fields(tt.flags)...)...)
		if code := p.over(t, 20*time.Second); code != exitUnfinished || strings.TrimSpace(p.log.String()) != tt.said {
			t.Errorf("%s: exit code %d: %s", tt.flags, code, p.log)
		}
		if tt.file == "" {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(dir, tt.file)); err != nil || !bytes.Equal(b, old) {
			t.Errorf("%s: the old file has %d bytes, %v", tt.flags, len(b), err)
		}
		var doc lab.Document
		if err := document.Unmarshal([]byte(p.out.String()), &doc); err != nil || len(doc.Results) != 1 {
			t.Errorf("%s: %d results on standard output, %v", tt.flags, len(doc.Results), err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "lines.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for line := range bytes.Lines(b) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		if !json.Valid(line) {
			t.Errorf("not JSON: %.80q", line)
		}
		whole++
	}
	if whole == 0 {
		t.Errorf("%d bytes, and no whole line", len(b))
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".stones-*")); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
}
