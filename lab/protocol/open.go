package protocol

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"unicode"

	"stones/lab/prose"
)

// nameWord is the parameter that renames a flow. The lab takes it out, and no protocol
// sees it.
const nameWord = "name"

// Name is the name of a flow that speaks the protocol of that text: the value of name=,
// or the protocol's name, or the program's without its folder.
func Name(text string) (string, error) {
	name, params, err := Parse(text)
	if err != nil {
		return "", err
	}
	if _, ok := Find(name); !ok && !isFile(name) {
		return "", unknown(name)
	}
	if _, own := params.without(nameWord); own != "" {
		return own, nil
	}
	return flowName(name[strings.LastIndexAny(name, `/\`)+1:]), nil
}

// flowName turns a file's name into a flow's name: at most 32 lower-case letters,
// digits, dots, underscores and dashes, beginning with a letter.
func flowName(file string) string {
	name := strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); 'a' <= r && r <= 'z' || strings.ContainsRune("0123456789._-", r) {
			return r
		}
		return '-'
	}, file)
	name = strings.TrimLeft(name, "0123456789._-")
	return cmp.Or(name[:min(len(name), 32)], "mine")
}

// Open makes one end of the protocol that text names; parameters may follow the name.
func Open(text string, role Role, plan Plan) (Protocol, error) {
	name, params, err := Parse(text)
	if err != nil {
		return nil, err
	}
	params, _ = params.without(nameWord)
	if isFile(name) {
		words, err := commandFor(name)
		if err != nil {
			return nil, err
		}
		words = append(words, role.String())
		return start(exec.Command(words[0], words[1:]...), role, plan, params)
	}
	b, ok := Find(name)
	if !ok {
		return nil, unknown(name)
	}
	end, err := b.New(role, plan, params)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return end, nil
}

// Check returns an error if the protocol that text names cannot be used for a plan.
func Check(text string, plan Plan) error {
	if name, _, err := Parse(text); err == nil && isFile(name) {
		_, err := commandFor(name)
		return err
	}
	_, err := Open(text, Thrower, plan)
	return err
}

// unknown returns the error that there is no such protocol, with the nearest name.
func unknown(name string) error {
	var names []string
	for _, b := range BuiltIns() {
		names = append(names, b.Name)
	}
	what := prose.Quote(name) + ": no protocol has this name"
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		return errors.New(what + "; if the program is meant that lies here, write ./" + prose.Safe(name))
	}
	if near, ok := prose.Nearest(name, names); ok {
		return errors.New(what + "; did you mean " + near + "?")
	}
	return errors.New(what + "; allowed " + strings.Join(names, ", "))
}
