package protocol

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// written writes an executable program.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// conversed runs two ends of the same program, and returns how that ended.
func conversed(t *testing.T, text string, count int) (caught int, err error) {
	t.Helper()
	l := &lane{drop: func(from Role, n int) bool { return n%5 == 0 }}
	c := Conversation{
		Road: l, Count: count, Limit: time.Hour, Datagram: [2]int{1472, 1472},
		Due: func(n int) time.Duration { return time.Duration(n) * time.Millisecond }, Stone: func(n int) []byte { return fmt.Append(nil, "stone ", n) },
		Thrown: func(int) {}, Caught: func(stone []byte) {
			caught++
			if want := fmt.Sprint("stone ", caught); string(stone) != want {
				t.Errorf("caught %q; want %q", stone, want)
			}
		},
	}
	for role := range c.Ends {
		end, err := Open(text, Role(role), Plan{Count: count, Size: 7, Datagram: 1472, Seed: 1})
		if err != nil {
			return 0, err
		}
		c.Ends[role] = end
		if p, ok := end.(*program); ok {
			defer p.Close()
		}
	}
	err = c.Run(context.Background())
	return caught, err
}

// The templates run as they are, and lose nothing.
func TestTemplates(t *testing.T) {
	for _, language := range []struct{ ending, tool string }{{".py", "python3"}, {".js", "node"}, {".go", "go"}, {".c", "cc"}} {
		t.Run(language.ending, func(t *testing.T) {
			if _, err := exec.LookPath(language.tool); err != nil {
				t.Skip("needs " + language.tool)
			}
			if testing.Short() && language.ending == ".go" {
				t.Skip("builds a program")
			}
			source, err := Template("mine" + language.ending)
			if err != nil {
				t.Fatal(err)
			}
			file := written(t, "mine"+language.ending, string(source))
			if language.ending == ".c" {
				program := strings.TrimSuffix(file, ".c")
				if out, err := exec.Command("cc", "-O2", "-Wall", "-Werror", "-o", program, file).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				file = program
			}
			caught, err := conversed(t, file+" timeout=0.05", 40)
			if err != nil || caught != 40 {
				t.Errorf("caught %d of 40, %v", caught, err)
			}
		})
	}
	if _, err := Template("mine.rb"); err == nil || err.Error() != "no language ends so; allowed .py, .go, .js, .c" {
		t.Errorf("a language that is not known: %v", err)
	}
}

// Whatever a program does, one line soon says what was wrong, and no process is left
// behind.
func TestHostilePrograms(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	answer := func(what string) string {
		return "while read -r line; do case \"$line\" in *\" throw \"*) " + what + ";; esac; echo ok; done"
	}
	for _, tt := range []struct{ name, script, want string }{
		{"ends at once", "exit 3", `the thrower, at the event "hello": ended without saying ok`},
		{"last words", "echo 'no module named frames' >&2; exit 3", `the thrower, at the event "hello": ended without saying ok; its last words: no module named frames`},
		{"ends later", answer("exit 1"), `the thrower, at the event "stone 1": ended without saying ok`},
		{"wrong word", answer("echo hello"), `the thrower, at the event "stone 1": said "hello": allowed send, deliver, timer, note, done, ok`},
		{"escapes", answer(`printf '\033[2J\n'`), `the thrower, at the event "stone 1": said "\x1b[2J": allowed send, deliver, timer, note, done, ok`},
		{"wrong base64", answer("echo 'send x'"), `the thrower, at the event "stone 1": said "send x": bytes are written in base64, with padding`},
		{"wrong timer", answer("echo 'timer 1024 1'"), `the thrower, at the event "stone 1": said "timer 1024 1": write timer, a number from 0 to 1023, and seconds or off`},
		{"endless timer", answer("echo 'timer 1 1e12'"), `the thrower, at the event "stone 1": said "timer 1 1e12": a timer runs for 1e-06 to 86400 seconds, or is off`},
		{"no timer", answer("echo 'timer 1 NaN'"), `the thrower, at the event "stone 1": said "timer 1 NaN": a timer runs for 1e-06 to 86400 seconds, or is off`},
		{"wrong note", answer("echo 'note cwnd inf'"), `the thrower, at the event "stone 1": said "note cwnd inf": write note, a name of letters and digits, and a number`},
		{"thrower delivers", answer("echo 'deliver eA=='"), `the thrower, at the event "stone 1": delivered a stone; it is the catcher who does`},
		{"too much", answer("yes 'timer 1 1' | head -n 10001"), `the thrower, at the event "stone 1": said more than 10000 lines without ok`},
		{"floods", "yes note x 1", `the thrower, at the event "hello": said more than 10000 lines without ok`},
		{"long line", "head -c 1000000 /dev/zero", `the thrower, at the event "hello": wrote a line of more than 131072 bytes`},
		{"answers twice", "while read -r line; do printf 'ok\\nok\\n'; done", `the thrower, at the event "stone 1": said "ok" before it was asked; an answer ends with ok, once`},
		{"not done", answer("true"), ErrStalled.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			_, err := conversed(t, written(t, "wrong", "#!/bin/sh\n"+tt.script+"\n"), 2)
			if fmt.Sprint(err) != tt.want {
				t.Errorf("%v\nwant %s", err, tt.want)
			}
			if took := time.Since(began); took > patience {
				t.Errorf("that took %v", took)
			}
		})
	}
}

// A silent program is ended with all that it has started; the error asks whether it
// flushes its output.
func TestSilentProgram(t *testing.T) {
	if runtime.GOOS == "windows" || testing.Short() {
		t.Skip("waits until patience ends")
	}
	mark := filepath.Join(t.TempDir(), "alive")
	file := written(t, "silent", "#!/bin/sh\n(while sleep 0.2; do date > "+mark+"; done) &\nwhile :; do sleep 1; done\n")
	began := time.Now()
	_, err := conversed(t, file, 1)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("both ends were named and ended after %v; want at most 5s", took)
	}
	if want := `the thrower, at the event "hello": said nothing for 3s; did it flush its output?`; fmt.Sprint(err) != want {
		t.Errorf("%v; want %s", err, want)
	}
	os.Remove(mark)
	time.Sleep(time.Second)
	if _, err := os.Stat(mark); err == nil {
		t.Error("what it has started still lives")
	}
}

func TestCommands(t *testing.T) {
	c := written(t, "mine.c", "")
	plain := written(t, "mine", "")
	os.Chmod(plain, 0o644)
	for _, tt := range []struct{ text, want string }{
		{"./nowhere.py", `"./nowhere.py": there is no such file`},
		{"mine.py window=3", `"mine.py": there is no such file`},
		{"/", `"/": not a file`},
		{c, fmt.Sprintf("%q: compile it first: cc -O2 -o %s %s", c, strings.TrimSuffix(c, ".c"), c)},
		{plain, fmt.Sprintf("%q: cannot be executed; chmod +x makes it so", plain)},
	} {
		if runtime.GOOS == "windows" && tt.text == plain {
			continue
		}
		if err := Check(tt.text, Plan{}); fmt.Sprint(err) != tt.want {
			t.Errorf("%s: %v; want %s", tt.text, err, tt.want)
		}
	}
	if IsProgram("go-back-n") || !IsProgram("mine.py timeout=1") || !IsProgram("./mine") {
		t.Error("a program is a file, and nothing else")
	}
}

func TestAt(t *testing.T) {
	var got []string
	for _, d := range []time.Duration{0, time.Nanosecond, 5 * time.Millisecond, 1234567 * time.Microsecond, 3 * time.Hour} {
		got = append(got, at(d))
	}
	if want := []string{"0.000", "0.000000001", "0.005", "1.234567", "10800.000"}; !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}
