package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The commands of the README print what stands below them.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?ms)^```console\n(.*?)^```").FindAllSubmatch(readme, -1) {
		for _, part := range regexp.MustCompile(`(?m)^\$ `).Split(string(block[1]), -1)[1:] {
			command, want, _ := strings.Cut(part, "\n")
			args := strings.Fields(command)
			switch {
			case args[0] == "stones":
				args = args[1:]
			case strings.HasPrefix(command, "go run ./cmd/stones"):
				args = args[3:]
			default:
				continue
			}
			if strings.ContainsAny(command, `|<>"'`) {
				t.Errorf("$ %s\nneeds a shell; write it in a block of another kind than console", command)
				continue
			}
			t.Run(command, func(t *testing.T) {
				t.Parallel()
				var out bytes.Buffer
				program{stdin: strings.NewReader(""), stdout: &out, stderr: &out, run: runAll}.exec(t.Context(), args)
				if got := out.String(); strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") {
					t.Errorf("$ %s\n%s\nwant:\n%s", command, got, want)
				}
			})
		}
	}
}
