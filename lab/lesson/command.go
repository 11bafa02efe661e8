package lesson

import (
	"errors"
	"fmt"
	"strings"

	"stones/lab/prose"
	"stones/lab/protocol"
)

// cut cuts a command into words. Double quotes hold blanks together; whatever else
// means something to a shell is refused.
func cut(text string) ([]string, error) {
	if strings.ContainsAny(text, "'\\`$|<>;&") {
		return nil, errors.New("a command for people to copy, without marks of a shell but double quotes")
	}
	if strings.Count(text, `"`)%2 == 1 {
		return nil, errors.New("a double quote without its end")
	}
	quoted := false
	words := strings.FieldsFunc(text, func(r rune) bool {
		quoted = quoted != (r == '"')
		return r == ' ' && !quoted
	})
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], `"`, "")
	}
	return words, nil
}

// Command is the command of a lesson as people type it.
func Command(words []string) string {
	var b strings.Builder
	b.WriteString("stones throw")
	for _, word := range words {
		if strings.Contains(word, " ") {
			word = `"` + word + `"`
		}
		b.WriteString(" " + word)
	}
	return b.String()
}

// harmless returns an error if the protocol of that text is a program: lessons and
// sheets are passed on, and run nothing of the one who wrote them.
func harmless(text string) error {
	if protocol.IsProgram(text) {
		return fmt.Errorf("%s: runs a program, which a lesson does not; allowed are the protocols that are built in", prose.Quote(text))
	}
	return nil
}

// harmlessCommand returns an error if a command would run a program.
func harmlessCommand(words []string) error {
	for i, word := range words {
		text, joined := strings.CutPrefix(word, "--with=")
		if word == "--with" && i+1 < len(words) {
			text, joined = words[i+1], true
		}
		if !joined {
			continue
		}
		if err := harmless(text); err != nil {
			return fmt.Errorf("--with %w", err)
		}
	}
	return nil
}
