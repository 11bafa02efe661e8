package netns

import (
	"bufio"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Counters returns the kernel's TCP counters at each end since the world began, by the
// names of /proc/net/netstat and /proc/net/snmp.
func (w *World) Counters() (thrower, catcher map[string]uint64, err error) {
	read := func(r *room) map[string]uint64 {
		counts := map[string]uint64{}
		err = errors.Join(err, r.within(func() error {
			return errors.Join(count(counts, "/proc/thread-self/net/netstat", "TcpExt:"), count(counts, "/proc/thread-self/net/snmp", "Tcp:"))
		}))
		return counts
	}
	return read(w.thrower), read(w.catcher), err
}

// happened removes counters of 0, and values that are settings or states rather than
// counts.
func happened(counts map[string]uint64) map[string]uint64 {
	maps.DeleteFunc(counts, func(name string, n uint64) bool {
		return n == 0 || slices.Contains([]string{"RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn", "CurrEstab"}, name)
	})
	return counts
}

// count adds the counters of one group in a file, where a line of names is
// followed by one of values.
func count(counts map[string]uint64, file, group string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	var names []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 0 || words[0] != group:
		case names == nil:
			names = words
		default:
			for i, word := range words[1:] {
				if n, err := strconv.ParseUint(word, 10, 64); err == nil && i+1 < len(names) { // MaxConn is -1
					counts[names[i+1]] = n
				}
			}
		}
	}
	return lines.Err()
}

// Kernel is the name and the release of the kernel, or "unknown".
func Kernel() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:])
}
