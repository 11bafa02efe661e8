package protocol

import (
	"embed"
	"strings"
)

// A BuiltIn is a protocol that the program brings along.
type BuiltIn struct {
	Name  string
	Short string // what it does, in a line
	Words string // its parameters, as people write them, with their defaults
	File  string // where it is written
	New   New
}

// BuiltIns returns all of them, the simplest first.
func BuiltIns() []BuiltIn {
	return []BuiltIn{
		{"stop-and-wait", "one stone at a time; the next one goes when it is acknowledged", "timeout=200ms", "stopandwait.go", StopAndWait},
		{"go-back-n", "a window of stones; after a loss all of the window goes again", "window=8 timeout=200ms", "gobackn.go", GoBackN},
		{"selective-repeat", "a window of stones; after a loss only the lost one goes again", "window=8 timeout=200ms", "selectiverepeat.go", SelectiveRepeat},
	}
}

// Find returns the built-in protocol of that name.
func Find(name string) (BuiltIn, bool) {
	for _, b := range BuiltIns() {
		if b.Name == name {
			return b, true
		}
	}
	return BuiltIn{}, false
}

// sources are what the built-in protocols are written in.
//
//go:embed stopandwait.go gobackn.go selectiverepeat.go
var sources embed.FS

// About returns the comment above the function that makes the protocol, paragraph by
// paragraph.
func (b BuiltIn) About() []string {
	source, err := sources.ReadFile(b.File)
	if err != nil {
		panic(err) // it was embedded
	}
	before, _, _ := strings.Cut(string(source), "\nfunc ")
	_, comment, _ := strings.Cut(before, "\n// ")
	var paragraphs []string
	for p := range strings.SplitSeq("// "+comment, "\n//\n") {
		words := strings.Fields(strings.ReplaceAll("\n"+p, "\n//", " "))
		paragraphs = append(paragraphs, strings.Join(words, " "))
	}
	return paragraphs
}
