package picture_test

import (
	"fmt"
	"os"

	"stones/lab"
	"stones/lab/report/picture"
	"stones/lab/stone"
)

// Stone 2 is lost. UDP leaves a hole; TCP throws it again, and holds up stone 3
// until it is there.
func ExampleView_Text() {
	record := func(number uint64, due float64, first lab.Figure) lab.StoneRecord {
		return lab.StoneRecord{Number: number, Due: lab.Number(due), First: first}
	}
	r := lab.Result{Flows: []lab.Outcome{
		{
			Name: lab.TCP, Transport: lab.TCP, Counts: stone.Counts{Thrown: 3, Delivered: 3, HeldUp: 2}, Connect: lab.Number(100),
			Delay:  lab.Delays{Min: lab.Number(50), Max: lab.Number(200)},
			Stones: []lab.StoneRecord{record(1, 0, lab.Number(50)), record(2, 50, lab.Number(250)), record(3, 100, lab.Number(250))},
		},
		{
			Name: lab.UDP, Transport: lab.UDP, Counts: stone.Counts{Thrown: 3, Delivered: 2, Lost: 1}, Connect: lab.NA(lab.CauseNeverAsks),
			Stones: []lab.StoneRecord{record(1, 0, lab.Number(50)), record(2, 50, lab.NA(lab.CauseDidNotCome)), record(3, 100, lab.Number(150))},
		},
	}}
	if err := (picture.View{Kind: "stones"}).Text(os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// When each stone came   [. due, T TCP, U UDP, x lost]
	// stone  TCP                               stone  UDP
	// 3|                     .--------------T  3|          .----U
	// 2|               .--------------------T  2|     x
	// 1|          .----T                       1|.----U
	//  ++---------+----------+---------+-----   ++---------+----------+---------+-----
	//   0        100        200       300        0        100        200       300
	//       since the thrower began (ms)             since the thrower began (ms)
	// UDP left 1 hole and went on. TCP left no hole, but held up 2 of 3 stones, the
	//   worst by 150 ms.
}
