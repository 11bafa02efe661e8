package server

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"stones/lab/clock"
)

// A stuck is a writer that takes nothing as long as it is stuck.
type stuck struct {
	strings.Builder
	is bool
}

func (s *stuck) Write(p []byte) (int, error) {
	if s.is {
		return 0, errors.New("nobody reads")
	}
	return s.Builder.Write(p)
}

// The next line that the log takes says how many it did not take.
func TestLogCountsWhatItDidNotTake(t *testing.T) {
	w := &stuck{is: true}
	j := newJournal(slog.New(slog.NewTextHandler(w, nil)), clock.NewReal())
	for range 3 {
		j.write(ofClients, slog.LevelInfo, "not taken")
	}
	w.is = false
	j.write(ofClients, slog.LevelInfo, "first")
	j.write(ofClients, slog.LevelInfo, "second")
	lines := strings.Split(strings.TrimSpace(w.String()), "\n")
	if len(lines) != 2 || !strings.HasSuffix(lines[0], "msg=first left_out=3") || !strings.HasSuffix(lines[1], "msg=second") {
		t.Errorf("logged %q", lines)
	}
}
