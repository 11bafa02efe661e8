package stone

import (
	"errors"
	"testing"
)

// Order does not matter to a sum; every bit of what is carried, and by which stone, does.
func TestSum(t *testing.T) {
	of := func(numbers ...uint64) (s Sum) {
		for _, n := range numbers {
			s.Add(n, string([]byte{byte(n), 7}))
		}
		return s
	}
	if of(1, 2, 3) != of(3, 1, 2) || of(1, 2) == of(1, 3) || of(1) == (Sum{}) {
		t.Errorf("1 2 3: %x, 3 1 2: %x, 1 2: %x, 1 3: %x", of(1, 2, 3), of(3, 1, 2), of(1, 2), of(1, 3))
	}
	var one, other Sum
	one.Add(1, "a")
	one.Add(2, "b")
	other.Add(1, "b")
	other.Add(2, "a")
	if one == other {
		t.Errorf("what two stones carry was exchanged, and the sum is still %x", one)
	}
}

// A stone that carries something is another one than the one that does not, and only
// who expects that takes it.
func TestCarrying(t *testing.T) {
	s := Stone{Flow: 1, Number: 50, Size: 40, Carries: "12345678"}
	b := s.Append(nil)
	if got, err := ParseCarrying(b); got != s || err != nil {
		t.Errorf("ParseCarrying = %+v, %v; want %+v", got, err, s)
	}
	if got, err := Parse(b); !errors.Is(err, ErrDamaged) {
		t.Errorf("Parse = %+v, %v; want %v", got, err, ErrDamaged)
	}
	b[39] ^= 1
	if got, err := ParseCarrying(b); !errors.Is(err, ErrDamaged) {
		t.Errorf("ParseCarrying of a wrong bit = %+v, %v; want %v", got, err, ErrDamaged)
	}
	for _, carries := range []string{"1234567", "123456789"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a stone of 40 bytes carries %d: no panic", len(carries))
				}
			}()
			Stone{Number: 1, Size: 40, Carries: carries}.Append(nil)
		}()
	}
}
