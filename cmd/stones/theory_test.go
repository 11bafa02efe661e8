package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// Theory and the emulated path agree wherever theory predicts anything: within 4 sigma
// where chance decides, otherwise within a percentage.
func TestTheory(t *testing.T) {
	t.Parallel()
	const lesson = "--delay 50ms --bandwidth unlimited --loss 0% --reorder 0% --rate 20 --size 100 --count 100"
	const narrow = "--delay 20ms --bandwidth 1Mbit --queue 50 --loss 0% --reorder 0% --only udp --size 972"
	const small = "--delay 100ms --bandwidth unlimited --loss 0% --reorder 0% --only tcp --rate max --size 1000 --count 3000"
	for _, tt := range []struct {
		args    string
		percent float64
		know    string // tcp or udp, and measures that theory must predict
	}{
		{lesson, 0.01, "tcp connect_ms done_ms delay_p50_ms delay_max_ms goodput_bps held_up"},
		{lesson + " --count 1", 0.01, "tcp done_ms"},
		{lesson + " --drop 50", 0.01, "tcp delay_max_ms held_up"},
		{lesson + " --drop 50 --rate 50", 0.01, "tcp delay_max_ms held_up"},
		{lesson + " --drop 50 --recovery sack", 0.01, "tcp delay_max_ms"},
		{lesson + " --drop-every 10", 0.01, "udp lost wire_dropped"},
		{"--loss 0% --reorder 0%", 1, "tcp connect_ms done_ms delay_p50_ms goodput_bps"},
		{"--loss 5% --reorder 0% --only udp --runs 10", 0.5, "udp lost wire_dropped goodput_bps"},
		{"--loss 5% --reorder 0% --only udp --size 4000 --rate 20 --runs 5", 0.5, "udp lost wire_dropped"},
		{"--loss gemodel_1%_25% --reorder 0% --only udp --runs 5", 0.5, "udp lost"},
		{"--corrupt 3% --loss 0% --reorder 0% --only udp --runs 5", 0.5, "udp lost"},
		{narrow + " --rate 62.5", 0.01, "udp delay_max_ms delivered"},
		{narrow + " --rate 187.5", 1, "udp delivered delay_max_ms done_ms"},
		{narrow + " --rate 250", 1, "udp delivered delay_max_ms done_ms"},
		{narrow + " --rate 250 --only tcp --size 948", 20, "tcp delay_max_ms done_ms goodput_bps"},
		{narrow + " --rate 100 --pattern burst:60 --count 300", 0.01, "udp delivered delay_max_ms"},
		{"--delay 50ms --bandwidth unlimited --loss 0% --reorder 0% --only tcp --rate max --count 1 --size 15000", 0.01, "tcp done_ms"},
		{"--delay 50ms --bandwidth unlimited --loss 0% --reorder 0% --only tcp --rate max --count 50", 0.01, "tcp done_ms"},
		{"--delay 20ms --bandwidth unlimited --loss 1% --reorder 0% --only tcp --rate max --size 1448 --count 10000", 50, "tcp goodput_bps"},
		{"--delay 50ms --bandwidth unlimited --loss 0% --reorder 0% --only tcp --rate max --size 100000 --count 100 --window 128KiB", 0, "tcp goodput_bps"},
		{small + " --window 64kB --count 6000", 0, "tcp goodput_bps"},
		{small + " --window 64kB --size 200", 0, "tcp delivered"},
		{small + " --window 8kB --size 200", 0, "tcp delivered"},
		{small + " --window 8kB --size 1448", 0, "tcp goodput_bps"},
		{small + " --window 8kB --rate 10 --count 300 --bandwidth 10Mbit", 0.1, "tcp goodput_bps delay_p50_ms done_ms"},
		{small + " --window 8kB --rate 49 --count 300", 0.1, "tcp delivered"},
		{small + " --window 64kB --size 200 --rate 2500", 0.1, "tcp delivered"},
		{"--delay 10ms --queue 50 --loss 0% --reorder 0% --together --tcp-rate max --tcp-count 5000 --udp-rate 50 --udp-count 200", 100, "udp delay_max_ms"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			args := []string{"throw", "--theory", "--json"}
			for _, arg := range lastOf(strings.Fields(tt.args)) {
				args = append(args, strings.ReplaceAll(arg, "_", " "))
			}
			var out, wrong bytes.Buffer
			p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &wrong, run: runAll}
			if code := p.exec(t.Context(), args); code != 0 {
				t.Fatalf("exit code %d: %s", code, wrong.String())
			}
			var doc struct {
				Results []struct {
					Flows []struct {
						Transport string
						Theory    map[string]map[string]any
					}
				}
			}
			if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
			transport, keys, _ := strings.Cut(tt.know, " ")
			for _, r := range doc.Results {
				for _, x := range r.Flows {
					for key, says := range x.Theory {
						sigmas, chance := says["off_sigmas"].(float64)
						percent, known := says["off_percent"].(float64)
						_, told := says["expected"].(float64)
						bound := says["bound"] == true
						switch {
						case chance && math.Abs(sigmas) > 4, bound && percent > 0, !chance && !bound && known && math.Abs(percent) > tt.percent:
							t.Errorf("%s of %s: %v", key, x.Transport, says)
						case !told && x.Transport == transport && strings.Contains(" "+keys+" ", " "+key+" "):
							t.Errorf("%s of %s: %v; want a value", key, x.Transport, says)
						}
					}
				}
			}
		})
	}
}

// lastOf keeps the last value of a flag that is given twice.
func lastOf(args []string) []string {
	at := make(map[string]int)
	var kept []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		valued := i+1 < len(args) && !strings.HasPrefix(args[i+1], "--")
		if j, again := at[arg]; again && valued {
			kept[j+1] = args[i+1]
			i++
			continue
		}
		at[arg] = len(kept)
		kept = append(kept, arg)
		if valued {
			kept = append(kept, args[i+1])
			i++
		}
	}
	return kept
}
