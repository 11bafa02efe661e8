package main

import (
	"bytes"
	"strings"
	"testing"
)

// The emulated stacks and the kernel agree, except for known differences. Times are not
// compared on a busy computer, unless that is demanded.
func TestCrosscheck(t *testing.T) {
	if !long() && !demanded() {
		t.Skip("it takes some ten seconds of a computer that has nothing else to do; STONES_LONG or STONES_PEERS has it run")
	}
	needsNetns(t)
	var stdout, stderr bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	code := p.exec(t.Context(), []string{"crosscheck"})
	if code == 0 {
		return
	}
	wrong := code != exitUnfinished || demanded()
	for line := range strings.Lines(stdout.String()) {
		wrong = wrong || strings.HasSuffix(line, " OUT\n") && !strings.Contains(line, " ms ") && !strings.Contains(line, " late ")
	}
	if !wrong {
		t.Skipf("this computer is too busy:\n%s", &stdout)
	}
	t.Errorf("exit code %d: %s\n%s", code, &stderr, &stdout)
}

// Where namespaces are not available, the error is one line.
func TestCrosscheckWithoutNamespaces(t *testing.T) {
	cmd := without(t, "600", "crosscheck")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	text := stderr.String()
	if code := cmd.ProcessState.ExitCode(); code != exitUnfinished || strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "--path sim needs nothing\n") || stdout.Len() > 0 {
		t.Errorf("exit code %d (%v)\n%s%s", code, err, &stdout, &stderr)
	}
}
