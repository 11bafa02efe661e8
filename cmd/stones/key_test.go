package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestReadKey(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return name
	}
	warned := "other users may use it (mode 0644)"
	if runtime.GOOS == "windows" {
		warned = ""
	}
	for _, tt := range []struct {
		name, file, variable string
		want, err, warning   string
	}{
		{name: "none"},
		{name: "variable", variable: "sesame, open sesame", want: "sesame, open sesame"},
		{name: "variable with an end", variable: "sesame, open sesame\n", want: "sesame, open sesame"},
		{name: "variable too long", variable: strings.Repeat("sesame", 1000), err: "STONES_KEY: more than 4096 bytes, which is no key"},
		{name: "variable too short", variable: "sesame", err: "STONES_KEY: a key of 6 bytes can be guessed; allowed 16 to 4096; stones catch --new-key FILE makes one"},
		{name: "file", file: file("private", "sesame, open sesame\r\n", 0o600), want: "sesame, open sesame"},
		{name: "file with a byte order mark", file: file("mark", "\ufeffsesame, open sesame\n", 0o600), want: "sesame, open sesame"},
		{name: "file too short", file: file("short", "s", 0o600), err: "a key of 1 byte can be guessed"},
		{name: "file and variable", file: file("both", "sesame, open sesame", 0o600), variable: "simsalabim, simsalabim", want: "sesame, open sesame"},
		{name: "public", file: file("public", "sesame, open sesame", 0o644), want: "sesame, open sesame", warning: warned},
		{name: "inner blanks", file: file("blanks", " se same, open sesame\n\n", 0o600), want: " se same, open sesame\n"},
		{name: "empty", file: file("empty", "", 0o600), err: "there is nothing in it"},
		{name: "an end alone", file: file("end", "\n", 0o600), err: "there is nothing in it"},
		{name: "too big", file: file("big", strings.Repeat("sesame", 10<<20/6), 0o600), err: "more than 4096 bytes, which is no key"},
		{name: "folder", file: dir, err: "a folder, not a file"},
		{name: "missing", file: filepath.Join(dir, "missing"), err: "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(keyVariable, tt.variable)
			var log bytes.Buffer
			key, err := program{stderr: &log}.readKey(tt.file)
			said := log.String()
			if err != nil {
				said += message(err)
			}
			if string(key) != tt.want || (err != nil) != (tt.err != "") || !strings.Contains(said, tt.err) || !strings.Contains(said, tt.warning) || tt.warning == "" && log.Len() > 0 {
				t.Errorf("readKey = %q, %v; want %q, %s; it says %s", key, err, tt.want, tt.err, said)
			}
			if strings.Contains(said, "sesame") {
				t.Errorf("what is in it is shown: %s", said)
			}
		})
	}
}

// A new key is random, and does not overwrite another one.
func TestNewKey(t *testing.T) {
	name := filepath.Join(t.TempDir(), "class.key")
	var out bytes.Buffer
	p := program{stdout: &out, stderr: &out}
	if err := p.newKey(name); err != nil {
		t.Fatal(err)
	}
	key, err := p.readKey(name)
	if err != nil || len(key) < minKey || strings.Contains(out.String(), string(key)) {
		t.Errorf("%d bytes, %v; it says %s", len(key), err, &out)
	}
	if err := p.newKey(name); err == nil || !strings.Contains(message(err), "a key is not written over") {
		t.Errorf("a second time: %v", err)
	}
	if again, err := p.readKey(name); err != nil || !bytes.Equal(again, key) {
		t.Error("the key is another one")
	}
}
