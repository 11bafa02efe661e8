package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/lesson"
)

// What Wireshark makes of a capture is held against the result. Three things
// must be told to it, or known of it:
//
//   - The bytes of a stone are nobody's protocol. Without -d it guesses, and now
//     and then takes a part of a stone for a broken message of some protocol.
//   - It takes the packets of all interfaces for one conversation, and so every
//     arrival for a retransmission. Each end is to be looked at alone.
//   - It tells a retransmission from a packet that comes late by rules of thumb:
//     "out-of-order" is what follows a later one within a round trip. At the
//     thrower's end nothing can have been overtaken yet, so what it calls
//     out-of-order there was sent again, too. Half of what RACK sends again is
//     that quick.
var likeWireshark = []string{
	"-d", fmt.Sprintf("tcp.port==%d,data", port), "-d", fmt.Sprintf("udp.port==%d,data", port),
	"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
}

const (
	port = 12333 // the catcher's

	sentAgain = "tcp.analysis.retransmission || tcp.analysis.fast_retransmission || tcp.analysis.spurious_retransmission || tcp.analysis.out_of_order"
	damaged   = `frame.comment contains "one bit is wrong"`
	unsound   = `ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad"`
)

// peers skips a test that needs another program, unless the program is demanded.
func peers(t *testing.T, program string) {
	t.Helper()
	_, err := exec.LookPath(program)
	switch {
	case demanded() && err != nil:
		t.Fatalf("STONES_PEERS is set, and there is no %s: %v", program, err)
	case err != nil:
		t.Skipf("there is no %s: %v", program, err)
	case testing.Short():
		t.Skip("it takes its time")
	}
}

// demanded reports whether the tests against other programs must run in full.
func demanded() bool { return os.Getenv("STONES_PEERS") != "" }

// tshark reads a capture and returns a line for each packet that the filter
// lets through: the fields, with tabs between them.
func tshark(t *testing.T, file, filter string, fields ...string) [][]string {
	t.Helper()
	args := slices.Concat([]string{"-n", "-r", file}, likeWireshark, []string{"-T", "fields", "-E", "occurrence=f", "-Y", filter})
	for _, f := range append([]string{"frame.packet_id"}, fields...) {
		args = append(args, "-e", f)
	}
	text := execute(t, args)
	var lines [][]string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return lines
}

func execute(t *testing.T, args []string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "tshark", args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("tshark %q: %v: %s", args, err, &errs)
	}
	return out.String()
}

// alone writes the packets of one interface, except for damaged ones, to a file of
// their own.
func alone(t *testing.T, file, card string) string {
	t.Helper()
	one := filepath.Join(t.TempDir(), "one.pcapng")
	execute(t, []string{"-n", "-r", file, "-Y", fmt.Sprintf("frame.interface_name == %q && !(%s)", card, damaged), "-w", one})
	return one
}

func TestTshark(t *testing.T) {
	t.Parallel()
	peers(t, "tshark")
	some, seeds := captures[:3], uint64(0)
	if demanded() {
		some, seeds = captures, 20
	}
	for _, tt := range some {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, file := take(t, strings.Fields(tt.flags)...)
			holdAgainstTshark(t, r, file)
		})
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("any=%d", seed), func(t *testing.T) {
			t.Parallel()
			r, file := takeOf(t, anyExperiment(seed))
			holdAgainstTshark(t, r, file)
		})
	}
}

func TestTsharkLessons(t *testing.T) {
	t.Parallel()
	peers(t, "tshark")
	lessons, err := lesson.All(program{}.check)
	if err != nil {
		t.Fatal(err)
	}
	if !demanded() {
		lessons = lessons[:1]
	}
	for _, l := range lessons {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			r, file := takeOf(t, l.Experiment)
			holdAgainstTshark(t, r, file)
		})
	}
}

// takeOf is take for an experiment that may need more than flags.
func takeOf(t *testing.T, e lab.Experiment) (lab.Result, string) {
	t.Helper()
	text, err := document.Marshal(lab.Document{Version: version, Results: []lab.Result{{Experiment: e}}})
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "kept.json")
	if err := os.WriteFile(kept, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return take(t, "--experiment", kept)
}

func holdAgainstTshark(t *testing.T, r lab.Result, file string) {
	t.Helper()
	if wrong := tshark(t, file, "(_ws.malformed || "+unsound+") && !("+damaged+")", "_ws.col.Info"); len(wrong) > 0 && !inPieces(r) {
		t.Errorf("%d packets are not sound, and not damaged by the wire; the first is %q", len(wrong), wrong[0])
	}
	streams := 0 // of TCP, which are caught at one port behind the other
	for _, x := range r.Flows {
		world := x.Transport
		if r.Experiment.Together {
			world = worldOf(r.Experiment)
		}
		if x.Transport == lab.TCP {
			again := tshark(t, alone(t, file, world+" thrower"), fmt.Sprintf("tcp.dstport == %d && (%s)", port+streams, sentAgain))
			streams++
			if got, want := strconv.Itoa(len(again)), x.Wire.Retransmitted.String(); got != want {
				t.Errorf("tshark counts %s retransmissions; TCP itself counted %s", got, want)
			}
			continue
		}
		if r.Experiment.Nobody || r.Experiment.Dies > 0 || r.Experiment.ReadSize > 0 || inPieces(r) {
			continue // what comes is not what is caught
		}
		got := missing(t, file, world)
		if want := x.Lost - int(x.ReceiverDrops.Value); got != want {
			t.Errorf("tshark counts %d datagrams that leave and never arrive; lost are %d", got, want)
		}
	}
}

// inPieces reports whether damaged fragments may have been reassembled with others.
func inPieces(r lab.Result) bool {
	e := r.Experiment
	return e.Out.Corrupt > 0 && e.Has(lab.UDP) && e.Plan(lab.UDP).Size+48 > cmp.Or(e.Out.MTU, 1500)
}

// missing counts the datagrams of which a fragment leaves and does not arrive whole.
func missing(t *testing.T, file, world string) (n int) {
	t.Helper()
	const thrown = "(ip.src == 10.0.0.1 || ipv6.src == fd00::1) && (ip.proto == 17 || ipv6.nxt == 17 || ipv6.fraghdr.nxt == 17)"
	packets := tshark(t, file, thrown+" && !("+unsound+")", "frame.interface_name", "ip.frag_offset", "ipv6.fraghdr.offset")
	came := map[string]bool{}
	for _, p := range packets {
		if p[1] == world+" catcher" {
			came[p[0]] = true
		}
	}
	gone := false // of this datagram
	for _, p := range packets {
		if p[1] != world+" thrower" {
			continue
		}
		if begins := strings.Trim(p[2]+p[3], "0") == ""; begins {
			gone = false
		}
		if !came[p[0]] && !gone {
			gone = true
			n++
		}
	}
	return n
}

// The checksum shows each damaged packet, and no other one.
func TestTsharkDamaged(t *testing.T) {
	t.Parallel()
	peers(t, "tshark")
	_, file := take(t, "--loss", "0%", "--reorder", "0%", "--corrupt", "5%")
	flagged := tshark(t, file, unsound)
	told := tshark(t, file, damaged)
	if len(told) < 50 || !slices.EqualFunc(flagged, told, slices.Equal) {
		t.Errorf("tshark finds %d packets with a wrong checksum; the wire damaged %d", len(flagged), len(told))
	}
}
