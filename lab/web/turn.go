package web

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stones/lab/knob"
	"stones/lab/lesson"
	"stones/lab/photo"
	"stones/lab/prose"
)

// A Turn is a command that a lesson suggests, for the page to throw: the fixed values,
// and the knobs of which it names several values. How often it runs is left to the
// command line.
type Turn struct {
	Command string       `json:"command"`
	Set     []Setting    `json:"set"`
	Flow    []string     `json:"flow,omitempty"`
	With    []string     `json:"with,omitempty"`
	At      []string     `json:"at,omitempty"`
	Every   []string     `json:"every,omitempty"`
	Choose  []TurnChoice `json:"choose,omitempty"`

	Elsewhere bool `json:"elsewhere,omitzero"` // it reads a file, which a page cannot do
}

// A TurnChoice is a knob with the values that the command names.
type TurnChoice struct {
	Word   string   `json:"word"`
	Values []string `json:"values"`
}

// besides are the flags of a throw that do not change the experiment, and whether they
// need a value. A lesson may name them.
func besides() map[string]bool {
	return map[string]bool{
		"runs": true, "format": true, "picture": true, "measure": true, "zoom": true, "theme": true, "shard": true, "keep-caught": true,
		"all": false, "tiles": false, "theory": false, "check": false,
	}
}

// check returns an error if the words are not the flags of a throw.
func check(words []string) error {
	_, err := parseTurn(words)
	return err
}

// parseTurn parses the words behind "stones throw".
func parseTurn(words []string) (Turn, error) {
	t := Turn{Command: lesson.Command(words)}
	var s knob.Settings
	for len(words) > 0 {
		word, text, valued := strings.Cut(words[0], "=")
		words = words[1:]
		k, name, err := flag(word)
		if err != nil {
			return t, err
		}
		needs, beside := besides()[name]
		switch {
		case valued:
		case k.Switch, beside && !needs:
			text = "true"
		case len(words) == 0:
			return t, fmt.Errorf("--%s: the value is missing", name)
		default:
			text, words = words[0], words[1:]
		}
		t.Elsewhere = t.Elsewhere || name == "file" && text != photo.Pebbles
		if err := t.add(&s, k, name, text); err != nil {
			return t, err
		}
	}
	if _, err := s.Experiments(1); err != nil {
		return t, inWords(err)
	}
	for _, set := range settings(&s) {
		k, _ := knob.Find(set.Word)
		if s.Count(set.Word) > 1 && !k.Many {
			t.Choose = append(t.Choose, TurnChoice{set.Word, strings.Split(set.Text, ",")})
			continue
		}
		t.Set = append(t.Set, set)
	}
	return t, nil
}

// flag returns the knob that a flag sets, or only the flag's name if it sets none.
func flag(word string) (k knob.Knob, name string, err error) {
	all := knob.All()
	name, long := strings.CutPrefix(word, "--")
	if !long {
		letter, short := strings.CutPrefix(word, "-")
		if !short {
			return k, "", fmt.Errorf("%s: unexpected word; %q takes flags only", prose.Quote(word), "stones throw")
		}
		i := slices.IndexFunc(all, func(k knob.Knob) bool { return k.Letter == letter && letter != "" })
		if letter == "F" {
			return k, "file", nil
		}
		if i < 0 {
			return k, "", fmt.Errorf("%s: unknown flag", prose.Quote(word))
		}
		return all[i], all[i].Word, nil
	}
	if k, ok := knob.Find(name); ok {
		return k, name, nil
	}
	known := slices.AppendSeq(append(knob.Words(), "file"), maps.Keys(besides()))
	for _, list := range new(Turn).lists() {
		known = append(known, list.word)
	}
	slices.Sort(known)
	if slices.Contains(known, name) {
		return k, name, nil
	}
	text := fmt.Sprintf("%s: unknown flag", prose.Quote(word))
	if near := prose.Alike(name, known); near != nil {
		text += fmt.Sprintf("; did you mean --%s?", near[0])
	}
	return k, "", errors.New(text)
}

// add applies a flag.
func (t *Turn) add(s *knob.Settings, k knob.Knob, name, text string) (err error) {
	switch {
	case k.Word != "":
		err = s.Set(name, text)
	case name == "file" && text == photo.Pebbles:
		err = load(s, text)
	}
	for _, list := range t.lists() {
		if list.word == name {
			*list.texts = append(*list.texts, text)
			err = list.add(s, text)
		}
	}
	return inWords(err)
}

func (t *Turn) lists() []list { return lists(&t.Flow, &t.With, &t.At, &t.Every) }
