package host_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/path/host"
	"stones/lab/run"
)

// A load is what is thrown as fast as possible, by this program and by others.
type load struct {
	transport string
	size      int // bytes of a stone
	count     int // stones: about a second of them
	others    int // bytes of one write of the others
}

// BenchmarkPaired throws without pacing, and then runs iperf3 and nuttcp with the same
// load, where they are installed. Each round is one run of each, so that all meet the
// same other load of the computer. The figures are medians over the rounds. Run it with
// -benchtime=5x or more.
//
// Stones count when they are delivered; each is numbered, timed and tallied. The others'
// figures are their own counts: over UDP of datagrams received, over TCP of bytes,
// divided by the size of a stone.
func BenchmarkPaired(b *testing.B) {
	for _, l := range []load{
		{lab.UDP, 64, 2_000_000, 64},
		{lab.UDP, 1000, 1_000_000, 1000},
		{lab.TCP, 1000, 1_000_000, 1000},
		{lab.TCP, 64 << 10, 30_000, 128 << 10}, // beside what iperf3 does if nothing is said
	} {
		b.Run(fmt.Sprintf("proto=%s/size=%d", l.transport, l.size), func(b *testing.B) {
			tools := map[string]func(testing.TB, load) float64{"iperf3": iperf3, "nuttcp": nuttcp}
			rates := map[string][]float64{}
			for b.Loop() {
				ours := stones(b, l)
				rates["stones/s"] = append(rates["stones/s"], ours)
				for name, run := range tools {
					if _, err := exec.LookPath(name); err != nil {
						continue
					}
					theirs := run(b, l)
					rates[name+"/s"] = append(rates[name+"/s"], theirs)
					rates["x-"+name] = append(rates["x-"+name], ours/theirs)
				}
			}
			for unit, values := range rates {
				slices.Sort(values)
				b.ReportMetric(values[len(values)/2], unit)
			}
			b.ReportMetric(0, "ns/op") // the time of a round has no meaning
		})
	}
}

// stones is how many stones a second are delivered.
func stones(tb testing.TB, l load) float64 {
	tb.Helper()
	plan := pace.Plan{Count: l.count, Size: l.size}
	if err := plan.Rate.UnmarshalText([]byte("max")); err != nil {
		tb.Fatal(err)
	}
	e := lab.Experiment{Path: lab.Host, GiveUp: time.Minute, Flows: []lab.Flow{lab.Over(l.transport, plan)}}
	r, err := run.Run(tb.Context(), e, run.Path{Open: func(lab.Experiment) (run.World, error) { return host.Open(host.Config{}) }})
	if err != nil {
		tb.Fatal(err)
	}
	x := r.Flows[0]
	if x.Broken != "" || !x.Complete {
		tb.Fatal(x.Broken, x.Error)
	}
	return x.Goodput.Value / 8 / float64(l.size)
}

// iperf3 is how many stones' worth iperf3 delivers in a second.
func iperf3(tb testing.TB, l load) float64 {
	tb.Helper()
	const port = "15201"
	stop := serve(tb, "Server listening", "iperf3", "--server", "--one-off", "--forceflush", "--port", port)
	defer stop()
	args := []string{"--client", "127.0.0.1", "--port", port, "--time", "1", "--length", strconv.Itoa(l.others), "--json"}
	if l.transport == lab.UDP {
		args = append(args, "--udp", "--bitrate", "0")
	}
	var report struct {
		End struct {
			Sum struct {
				Packets float64 `json:"packets"`
				Lost    float64 `json:"lost_packets"`
				Seconds float64 `json:"seconds"`
			} `json:"sum"`
			Received struct {
				Bits float64 `json:"bits_per_second"`
			} `json:"sum_received"`
		} `json:"end"`
	}
	if err := json.Unmarshal(output(tb, "iperf3", args...), &report); err != nil {
		tb.Fatal(err)
	}
	if l.transport == lab.UDP {
		return (report.End.Sum.Packets - report.End.Sum.Lost) / report.End.Sum.Seconds
	}
	return report.End.Received.Bits / 8 / float64(l.size)
}

// nuttcp is how many stones' worth nuttcp delivers in a second.
func nuttcp(tb testing.TB, l load) float64 {
	tb.Helper()
	const port = "15202"
	stop := serve(tb, "", "nuttcp", "-1", "--nofork", "-P", port)
	defer stop()
	args := []string{"-P", port, "-T", "1", "-l", strconv.Itoa(l.others), "-fparse", "127.0.0.1"}
	if l.transport == lab.UDP {
		args = append([]string{"-u", "-Ru"}, args...)
	}
	said := map[string]float64{}
	for word := range strings.FieldsSeq(string(output(tb, "nuttcp", args...))) {
		name, value, _ := strings.Cut(word, "=")
		said[name], _ = strconv.ParseFloat(value, 64)
	}
	if l.transport == lab.UDP {
		return (said["pkt"] - said["drop"]) / said["real_seconds"]
	}
	return said["rate_Mbps"] * 1e6 / 8 / float64(l.size)
}

// serve starts another program's catching end, which serves one thrower, and waits until
// it has printed ready. Stop waits until it has ended.
func serve(tb testing.TB, ready, name string, args ...string) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
	cmd := exec.CommandContext(ctx, name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	if lines := bufio.NewScanner(out); ready != "" {
		for lines.Scan() && !strings.Contains(lines.Text(), ready) {
		}
	} else {
		time.Sleep(200 * time.Millisecond) // it prints nothing
	}
	return func() {
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait() // whether it worked is known from its thrower
		cancel()
	}
}

// output is what another program prints.
func output(tb testing.TB, name string, args ...string) []byte {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}
