package protocol

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"stones/lab/prose"
)

// IsProgram reports whether a protocol's text names a program, and not one that is
// built in.
func IsProgram(text string) bool {
	name, _, err := Parse(text)
	return err == nil && isFile(name)
}

// isFile reports whether a name is that of a file: it has a folder, or the ending of a
// language.
func isFile(name string) bool {
	if strings.ContainsAny(name, `/\`) {
		return true
	}
	switch filepath.Ext(name) {
	case ".py", ".js", ".go", ".c":
		return true
	}
	return false
}

// commandFor is what runs a program's file.
func commandFor(file string) ([]string, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: there is no such file", prose.Quote(file))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a file", prose.Quote(file))
	}
	switch filepath.Ext(file) {
	case ".py":
		return interpreted(file, []string{"python3"}, []string{"python"}, []string{"py", "-3"})
	case ".js":
		return interpreted(file, []string{"node"})
	case ".go":
		program, err := built(file)
		return []string{program}, err
	case ".c":
		return nil, fmt.Errorf("%s: compile it first: cc -O2 -o %s %s", prose.Quote(file), strings.TrimSuffix(file, ".c"), file)
	}
	if runtime.GOOS != "windows" && info.Mode()&0o111 == 0 {
		return nil, fmt.Errorf("%s: cannot be executed; chmod +x makes it so", prose.Quote(file))
	}
	path, err := filepath.Abs(file)
	return []string{path}, err
}

// interpreted returns the command with the first interpreter that is installed.
func interpreted(file string, interpreters ...[]string) ([]string, error) {
	var names []string
	for _, words := range interpreters {
		if path, err := exec.LookPath(words[0]); err == nil {
			return append(append([]string{path}, words[1:]...), file), nil
		}
		names = append(names, words[0])
	}
	return nil, fmt.Errorf("%s needs %s, which is not there", prose.Quote(file), strings.Join(names, " or "))
}

// built compiles a program in Go into a folder for temporary files, once for each
// content.
func built(file string) (string, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: cannot be read", prose.Quote(file))
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("stones-%x", sha256.Sum256(source)))
	program := filepath.Join(dir, "protocol")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", errors.New("there is no place for temporary files")
	}
	draft := fmt.Sprintf("%s.%d", program, os.Getpid())
	out, err := exec.Command("go", "build", "-o", draft, file).CombinedOutput()
	if err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(string(out), "# command-line-arguments\n")), "\n")
		if first == "" {
			first = err.Error()
		}
		return "", fmt.Errorf("%s: go build: %s", prose.Quote(file), prose.Cut(prose.Safe(first), 2*shownLine))
	}
	return program, os.Rename(draft, program)
}
