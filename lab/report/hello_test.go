package report_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"stones/lab/report"
)

// Two letters, of two bytes each, read by three bytes: TCP cuts a letter in two,
// UDP loses the rest.
func ExampleHello() {
	greeting := []byte("Да!")
	tcp := report.Talk{Transport: "tcp", Calls: []report.Call{
		{Name: report.CallSocket, Note: "a stream of bytes"},
		{Name: report.CallConnect, Note: "asked and answered", Took: 20 * time.Millisecond},
		{Name: report.CallRecv, Data: greeting[:3], Took: time.Millisecond},
		{Name: report.CallRecv, Data: greeting[3:]},
		{Name: report.CallClose},
	}}
	udp := report.Talk{Transport: "udp", Calls: []report.Call{
		{Name: report.CallSocket, Note: "datagrams"},
		{Name: report.CallConnect, Note: "nobody is asked"},
		{Name: report.CallAsk, Data: make([]byte, 128)},
		{Name: report.CallRecv, Data: greeting[:3], Note: "full: any rest is gone"},
		{Name: report.CallClose},
	}}
	if err := report.Hello(os.Stdout, []report.Talk{tcp, udp}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// call        TCP                              UDP
	// --------------------------------------------------------------------------
	// socket      a stream of bytes                datagrams
	// connect     asked and answered, after 20 ms  nobody is asked
	// send hello  -                                128 B
	// recv        3 B, after 1 ms                  3 B, full: any rest is gone
	// recv        2 B                              -
	// close       done                             done
	//
	// TCP: 5 bytes in 2 reads
	// 1. "Д\xd0" - ends within a letter, behind byte 1 of it
	// 2. "\xb0!"
	// together: "Да!"
	//
	// UDP: 3 bytes in 1 read
	// 1. "Д\xd0" - ends within a letter, behind byte 1 of it
	// Where a letter is cut, decoding that read by itself fails: put the bytes
	//   together first.
}

// However many reads there are, and whatever came, it stays a page.
func TestHelloBounded(t *testing.T) {
	talk := report.Talk{Transport: "tcp", Trouble: "it does not stop"}
	for range 1000 {
		talk.Calls = append(talk.Calls, report.Call{Name: report.CallRecv, Data: []byte("\x1b[31m€"), Took: time.Millisecond})
	}
	var out strings.Builder
	if err := report.Hello(&out, []report.Talk{talk}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n > 150 || len(out.String()) > 20_000 || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%d lines, %d bytes:\n%s", n, len(out.String()), &out)
	}
	for _, want := range []string{"TCP: 8000 bytes in 1000 reads; it does not stop\n", "and 988 more"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
}
