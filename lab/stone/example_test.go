package stone_test

import (
	"errors"
	"fmt"
	"time"

	"stones/lab/stone"
)

// A stone becomes bytes, and the bytes become the same stone.
func Example() {
	s := stone.Stone{Flow: 1, Number: 50, Due: 980 * time.Millisecond, Size: 100}
	b := s.Append(nil)
	fmt.Println(len(b), "bytes")

	caught, err := stone.Parse(b)
	fmt.Println(caught == s, err)
	// Output:
	// 100 bytes
	// true <nil>
}

// What is not a stone, and why: the four answers are counted apart.
func ExampleParse() {
	whole := stone.Stone{Flow: 1, Number: 50, Size: 100}.Append(nil)
	scratched := stone.Stone{Flow: 1, Number: 50, Size: 100}.Append(nil)
	scratched[60] ^= 4

	for _, b := range [][]byte{whole[:40], append(whole, '!'), []byte("hello, world"), scratched} {
		_, err := stone.Parse(b)
		fmt.Println(err, errors.Is(err, stone.ErrForeign))
	}
	// Output:
	// stone: cut off: 40 of 100 bytes false
	// stone: wrong size: 101 bytes for a stone of 100 false
	// stone: not a stone true
	// stone: damaged false
}

// A stream has no borders. The first four bytes tell where the stone ends.
func ExampleSize() {
	stream := stone.Stone{Number: 1, Size: 40}.Append(nil)
	stream = stone.Stone{Number: 2, Size: 50}.Append(stream)
	for len(stream) > 0 {
		size, err := stone.Size(stream)
		if err != nil {
			fmt.Println(err)
			return
		}
		s, err := stone.Parse(stream[:size])
		fmt.Println(s.Number, s.Size, err)
		stream = stream[size:]
	}

	_, err := stone.Size([]byte("POST"))
	fmt.Println(err)
	// Output:
	// 1 40 <nil>
	// 2 50 <nil>
	// stone: wrong size: 1347375956; allowed 32 to 1048576
}
