package run

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// A read that ends within a letter is counted.
func TestCutLetters(t *testing.T) {
	const header, said, stones = 32, "a Привет €𝄞", 20
	stream := strings.Repeat(strings.Repeat("h", header)+said, stones)
	for size := 1; size <= len(stream); size++ {
		want := 0
		streaming := &text{said: said, stream: true}
		for at := 0; at < len(stream); at += size {
			end := min(at+size, len(stream))
			if !utf8.ValidString(stream[:end]) {
				want++
			}
			streaming.gave(end - at)
		}
		if streaming.letters != want {
			t.Errorf("reads of %d bytes: %d letters are cut; want %d", size, streaming.letters, want)
		}
	}
	whole := &text{said: said}
	for range stones {
		whole.gave(header + len(said))
	}
	whole.gave(header + len("a П") - 1)
	if whole.letters != 1 {
		t.Errorf("of whole datagrams and one that was cut short, %d letters are cut; want 1", whole.letters)
	}
}
