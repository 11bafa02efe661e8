package wire_test

import (
	"bytes"
	"fmt"
	"time"

	"stones/lab/wire"
)

// A slow wire spreads out packets that were sent at the same time.
func Example() {
	w := wire.New(wire.Shape{Delay: 50 * time.Millisecond, Bandwidth: wire.Mbit}, 1, wire.Out)
	for n := range uint64(3) {
		w.Send(0, wire.Packet{Stone: n + 1, Size: 1250})
	}
	for at, ok := w.Next(); ok; at, ok = w.Next() {
		if p, ok := w.Arrive(at); ok {
			fmt.Println("stone", p.Stone, "at", at)
		}
	}
	// Output:
	// stone 1 at 60ms
	// stone 2 at 70ms
	// stone 3 at 80ms
}

// A queue of two packets drops the third.
func ExampleWire_Event() {
	w := wire.New(wire.Shape{Bandwidth: wire.Mbit, Queue: wire.Queue{Packets: 2}}, 1, wire.Out)
	for n := range uint64(3) {
		w.Send(0, wire.Packet{Stone: n + 1, Size: 1250})
	}
	for e, ok := w.Event(); ok; e, ok = w.Event() {
		fmt.Println("stone", e.Packet.Stone, "is", e.Fate, "at", e.At)
	}
	fmt.Println(w.Counts().InFlight, "are in flight")
	// Output:
	// stone 3 is overflowed at 0s
	// 2 are in flight
}

// The same share of loss, independent and in clumps.
func ExampleLoss() {
	for _, text := range []string{"5%", "gemodel 1.316% 25%"} {
		var loss wire.Loss
		if err := loss.UnmarshalText([]byte(text)); err != nil {
			fmt.Println(err)
		}
		w := wire.New(wire.Shape{Loss: loss}, 1, wire.Out)
		road := bytes.Repeat([]byte("o"), 60)
		for n := range road {
			w.Send(0, wire.Packet{Stone: uint64(n) + 1})
		}
		for e, ok := w.Event(); ok; e, ok = w.Event() {
			road[e.Packet.Stone-1] = '.'
		}
		fmt.Printf("%s\n%s\n", loss, road)
	}
	// Output:
	// 5%
	// oooo.oooooooooooooooo.oo.ooooooo.oooo.oooo.ooooo.ooooooooooo
	// gemodel 1.316% 25%
	// ooooooooooooooooooooooooooooooooooo...ooooooooooo........ooo
}

// An error says what is allowed. The caller adds the flag.
func ExampleShare_UnmarshalText() {
	var s wire.Share
	fmt.Println(s.UnmarshalText([]byte("101%")))
	fmt.Println(s.UnmarshalText([]byte("5")))
	// Output:
	// not a share; allowed 0% to 100%
	// not a share; allowed 0% to 100%; write 5%
}
