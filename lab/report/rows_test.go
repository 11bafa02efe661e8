package report

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"stones/lab"
)

// once yields one result.
func once(r lab.Result) iter.Seq2[lab.Result, error] {
	return func(yield func(lab.Result, error) bool) { yield(r, nil) }
}

// manyStones is a result with so many stones, of which some never came.
func manyStones(n int) lab.Result {
	x := lab.Outcome{Name: "udp", Transport: lab.UDP, Stones: make([]lab.StoneRecord, n)}
	for i := range x.Stones {
		x.Stones[i] = lab.StoneRecord{
			Number: uint64(i + 1), Due: lab.Milliseconds(time.Duration(5*i) * time.Millisecond),
			First: lab.Milliseconds(time.Duration(5*i)*time.Millisecond + 20_160_123), Copies: 1, Fate: "delivered",
			Waits: &lab.StoneWaits{Road: lab.Milliseconds(time.Duration(i))},
		}
		if i%7 == 6 {
			x.Stones[i] = lab.StoneRecord{Number: uint64(i + 1), Due: x.Stones[i].Due, First: lab.NA(lab.CauseDidNotCome), Fate: "lost"}
		}
	}
	return lab.Result{Flows: []lab.Outcome{x}}
}

// Each column of rows is of one type in both formats, which say the same; hostile text
// stays in its cell.
func TestRowsHaveTypes(t *testing.T) {
	r := manyStones(20)
	x := &r.Flows[0]
	x.Name = "a \"name\", and\nmore"
	x.Intervals = []lab.Interval{{To: lab.Number(20), P50: lab.Infinite(), Goodput: lab.Number(1e6)}, {From: lab.Number(20), To: lab.Number(0.1 + 0.2), P50: lab.Number(20)}}
	x.Packets = []lab.Packet{{Number: 1, Bytes: 228, Protocol: "udp", First: 1, Last: 1, Trip: lab.Trip{Fate: lab.PacketArrived, Arrived: lab.Number(20)}}, {Number: 2, Protocol: "icmp", Back: true, Trip: lab.Trip{Fate: lab.PacketLost, Arrived: lab.NA(lab.CauseDidNotCome)}, Copy: &lab.Trip{Fate: lab.PacketArrived, Arrived: lab.Number(7)}}}
	for _, kind := range Rows() {
		var comma, lines strings.Builder
		if err := WriteRows(&comma, kind, "csv", "1.0.0", once(r)); err != nil {
			t.Fatal(err)
		}
		if err := WriteRows(&lines, kind, "jsonl", "1.0.0", once(r)); err != nil {
			t.Fatal(err)
		}
		table, err := csv.NewReader(strings.NewReader(comma.String())).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		in := json.NewDecoder(strings.NewReader(lines.String()))
		in.UseNumber()
		types := make(map[string]string)
		for _, cells := range table[1:] {
			object := make(map[string]any)
			if err := in.Decode(&object); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if len(object) != len(cells) {
				t.Fatalf("%s: %d members, %d cells", kind, len(object), len(cells))
			}
			for i, name := range table[0] {
				is, text := typeOf(t, object[name])
				if text != cells[i] {
					t.Errorf("%s, %s: %q in JSON, %q in CSV", kind, name, text, cells[i])
				}
				if before := types[name]; is != "" && before != "" && before != is {
					t.Errorf("%s, %s: %s and %s", kind, name, before, is)
				}
				if is != "" {
					types[name] = is
				}
				for _, unit := range []string{"_ms", "_bps"} {
					if strings.HasSuffix(name, unit) && is != "" && is != "real" {
						t.Errorf("%s, %s: %q is no number with a point", kind, name, text)
					}
				}
			}
		}
		if in.More() {
			t.Errorf("%s: more lines than rows", kind)
		}
	}
}

// typeOf is the type of what was read from JSON, and how it stands in CSV.
func typeOf(t *testing.T, v any) (is, text string) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return "", ""
	case bool:
		return "truth", strconv.FormatBool(v)
	case json.Number:
		if strings.Contains(v.String(), ".") {
			return "real", v.String()
		}
		return "whole", v.String()
	case string:
		return "text", v
	}
	t.Fatalf("%T in a row", v)
	return "", ""
}

// Rows that nobody has kept are an error, not an empty table.
func TestNoRows(t *testing.T) {
	for _, kind := range []string{"stones", "packets", "intervals"} {
		err := WriteRows(io.Discard, kind, "csv", "", once(lab.Result{Flows: make([]lab.Outcome, 2)}))
		if none, ok := errors.AsType[*NoRowsError](err); !ok || none.Kind != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A million rows need no memory to speak of.
func TestMillionRows(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a million rows")
	}
	r := manyStones(1_000_000)
	for _, format := range RowFormats() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began, n := time.Now(), counter(0)
		if err := WriteRows(&n, "stones", format, "", once(r)); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		t.Logf("%s: %d bytes in %v", format, n, took)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%s: %d MiB allocated in all; allowed are 64", format, used>>20)
		}
	}
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
