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
	warned := "others than its owner may use it (mode 0644)"
	if runtime.GOOS == "windows" {
		warned = ""
	}
	for _, tt := range []struct {
		name, file, variable string
		want, err, warning   string
	}{
		{name: "none"},
		{name: "variable", variable: "sesame", want: "sesame"},
		{name: "variable with an end", variable: "sesame\n", want: "sesame"},
		{name: "variable too long", variable: strings.Repeat("sesame", 1000), err: "STONES_KEY: more than 4096 bytes, which is no key"},
		{name: "file", file: file("private", "sesame\r\n", 0o600), want: "sesame"},
		{name: "file and variable", file: file("both", "sesame", 0o600), variable: "simsalabim", want: "sesame"},
		{name: "public", file: file("public", "sesame", 0o644), want: "sesame", warning: warned},
		{name: "inner blanks", file: file("blanks", " se same\n\n", 0o600), want: " se same\n"},
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
