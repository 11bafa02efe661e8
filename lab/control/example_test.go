package control_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"stones/lab/control"
)

// A client plans a flow of three stones over UDP, of which two are caught,
// and asks for the report. What the server says is written down here.
func Example() {
	server := control.NewReader(strings.NewReader(`Привет, подключайся!
Привет!
ok stones 2 challenge=000102030405060708090a0b0c0d0e0f key=no
ok flow=7 secret=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
ok
 1 20800000 1020800000
 3 30900000 1020900000
 damaged 0
 foreign 0
 reads 2
 drops 0
 drained 500000000
ok 2
ok bye
`))
	say := func(c control.Command) { fmt.Println(c) }
	nothing := func(string) error { return nil }

	say(control.Version{Version: control.Spoken})
	greeting, text, err := server.ReadGreeted()
	if err != nil {
		fmt.Println(err)
		return
	}
	welcome, err := control.ParseWelcome(text)
	fmt.Printf("  # greeted with %q; key needed: %t, %v\n", greeting[1], welcome.Key, err)

	say(control.Plan{Transport: "udp", Count: 3, Size: 500, Duration: 10_000_000})
	text, err = server.ReadReply(nothing)
	if err != nil {
		fmt.Println(err)
		return
	}
	ticket, err := control.ParseTicket(text)
	fmt.Printf("  # flow %d, %v\n", ticket.Flow, err)

	say(control.Thrown{Flow: ticket.Flow, Planned: 3, Attempted: 3, Thrown: 3})
	if _, err := server.ReadReply(nothing); err != nil {
		fmt.Println(err)
	}

	say(control.Ask{Flow: ticket.Flow})
	report, err := server.ReadReport(func(a control.Arrival) error {
		fmt.Printf("  # stone %d came after %v\n", a.Number, a.At)
		return nil
	})
	fmt.Printf("  # dropped by the socket: %d, waited %v at the end, %v\n", report.Drops, report.Drained, err)

	say(control.Bye{})
	text, err = server.ReadReply(nothing)
	fmt.Printf("  # %s, %v\n", text, err)
	// Output:
	// stones 2
	//   # greeted with "Привет!"; key needed: false, <nil>
	// plan udp 3 500 10
	//   # flow 7, <nil>
	// thrown 7 3 3 3
	// report 7
	//   # stone 1 came after 20.8ms
	//   # stone 3 came after 30.9ms
	//   # dropped by the socket: 0, waited 500ms at the end, <nil>
	// bye
	//   # bye, <nil>
}

// A server reads lines, and understands them or says what is wrong.
func ExampleParse() {
	lines := control.NewReader(strings.NewReader("throw 20\r\nthrow twenty\nhello there\n"))
	for {
		text, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			break
		}
		switch c, err := control.Parse(text); c := c.(type) {
		case control.Throw:
			fmt.Println("throw", c.Count)
		case control.Message:
			fmt.Printf("printed %q\n", c.Text)
		default:
			fmt.Println("no", err)
		}
	}
	// Output:
	// throw 20
	// no throw: count "twenty": not a whole number; allowed 1 to 1000
	// printed "hello there"
}
