package stone

import (
	"crypto/sha256"
	"encoding/binary"
)

// A Sum is the same for the same stones, in whatever order they were added. With it
// two ends find whether what one has thrown is what the other has caught.
type Sum [sha256.Size]byte

// Add adds what a stone of that number carries.
func (s *Sum) Add(number uint64, carries string) {
	h := sha256.New()
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, number)) // a hash takes all
	_, _ = h.Write([]byte(carries))
	for i, b := range h.Sum(nil) {
		s[i] ^= b
	}
}
