package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The parts of a sweep, given in any order, give the bytes of the sweep in one piece.
func TestShardsInAnyOrder(t *testing.T) {
	t.Parallel()
	const parts = 16
	dir := t.TempDir()
	stones := func(args ...string) string {
		t.Helper()
		var out, wrong bytes.Buffer
		p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong, run: runAll}
		if code := p.exec(context.Background(), args); code != 0 {
			t.Fatalf("stones %s exits with %d: %s", strings.Join(args, " "), code, wrong.String())
		}
		return out.String()
	}
	// Each part has one or two of 18 experiments.
	sweep := []string{"throw", "--loss", "0%,5%", "--rate", "200,400,800", "--runs", "3", "--count", "30"}
	sweepAnd := func(more ...string) []string { return slices.Concat(sweep, more) }
	whole := filepath.Join(dir, "whole.jsonl")
	stones(sweepAnd("--out", whole)...)
	files := make([]string, parts)
	for i := range files {
		files[i] = filepath.Join(dir, fmt.Sprintf("part-%d.jsonl", i+1))
		stones(sweepAnd("--shard", fmt.Sprintf("%d/%d", i+1, parts), "--out", files[i])...)
	}
	seed := uint64(time.Now().UnixNano())
	rand.New(rand.NewPCG(seed, 0)).Shuffle(parts, func(i, j int) { files[i], files[j] = files[j], files[i] })
	for _, format := range []string{"table", "markdown", "csv", "bench", "json", jsonl} {
		kept := stones("report", whole, "--format", format)
		if got := stones(append([]string{"report", "--format", format}, files...)...); got != kept {
			t.Errorf("%s: the parts, shuffled with seed %d, are shown otherwise than the whole", format, seed)
		}
		if thrown := stones(sweepAnd("--format", format)...); format != "json" && thrown != kept { // JSON has the samples of TCP's state too
			t.Errorf("%s: what was kept is shown otherwise than when it was thrown", format)
		}
	}
}
