package web

import (
	"fmt"
	"testing"

	"stones/lab/worlds"
)

// The time for which the page waits after each move of a knob.
func BenchmarkFrame(b *testing.B) {
	engine := Engine{Version: "1", Path: worlds.Bounded(MaxTurns)}
	for _, stones := range []int{1, 200, 1000} {
		b.Run(fmt.Sprintf("stones=%d", stones), func(b *testing.B) {
			request := fmt.Appendf(nil, `{"set":[{"word":"count","text":"%d"}]}`, stones)
			for b.Loop() {
				engine.Frame(b.Context(), request)
			}
		})
	}
}
