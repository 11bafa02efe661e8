package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// The commands of the README print the output below them.
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

// Every other command of the README runs as it is printed, in its order, in one folder.
func TestREADMECommands(t *testing.T) {
	inFull(t) // some run in real time
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a Unix shell")
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := regexp.MustCompile(`^stones (catch|wire|hello)\b| --to | --path netns|part-\*|NAME|mine\.txtar| A B `) // needs another end, another file or root
	var commands []string
	for _, m := range regexp.MustCompile("(?m)^(stones [^|\n]*)$|^\\|[^|]*\\| (`stones .*) \\|$").FindAllStringSubmatch(string(readme), -1) {
		commands = append(commands, m[1])
		for _, c := range regexp.MustCompile("`(stones [^`]*)`").FindAllStringSubmatch(m[2], -1) {
			commands = append(commands, c[1])
		}
	}
	t.Chdir(t.TempDir())
	ran := 0
	for _, command := range commands {
		if command == "" || elsewhere.MatchString(command) {
			continue
		}
		if strings.Contains(command, ".py") {
			if _, err := exec.LookPath("python3"); err != nil {
				continue
			}
		}
		ran++
		if !long() {
			command = regexp.MustCompile(`--runs \d+`).ReplaceAllString(command, "--runs 4")
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
		if err != nil {
			t.Errorf("$ %s\n%s%v", command, out, err)
		}
	}
	if ran < 38 {
		t.Errorf("%d commands were found", ran)
	}
}
