package wire

import (
	"math/bits"
	"time"
)

// A purpose is what a draw decides. The numbers must not change: with another order the
// same seed would give other results.
type purpose uint8

const (
	loss purpose = iota
	turn         // of Gemodel from one state to the other
	duplicate
	corrupt
	corruptBit
	jitter
	reorder
	early
	earlyDrop     // of RED and PIE
	purposes  int = iota
)

// coins are the keys of all draws in one direction, one for each purpose.
type coins [purposes]uint64

// newCoins returns the coins of one direction. Keys are mixed once more than identities:
// otherwise stone n with seed s would have the same draws as stone s with seed n.
func newCoins(seed uint64, direction Direction) coins {
	var c coins
	for i := range c {
		c[i] = mix(mix(mix(seed) ^ scatter*(uint64(direction)<<8|uint64(i))))
	}
	return c
}

// An identity is what the draws for a packet depend on, besides the key. The same packet
// has the same identity with every seed, and over every transport.
type identity uint64

// stoneIdentity is the identity of the packet that begins with byte offset of a stone.
func stoneIdentity(stone uint64, offset int) identity {
	return identity(mix(mix(stone) ^ scatter*uint64(offset)))
}

// ordinalIdentity is the identity of the n-th packet that is not known by a stone. No
// stone has the number 0, so it differs from those of stones.
func ordinalIdentity(n uint64) identity {
	return identity(mix(mix(0) ^ scatter*n))
}

// of is the identity of a packet of one sender among several; 0 is the only sender.
func (id identity) of(sender uint64) identity {
	if sender == 0 {
		return id
	}
	return identity(mix(uint64(id) ^ mix(sender)))
}

// copy is the identity of the copy that the wire makes.
func (id identity) copy() identity { return identity(mix(^uint64(id))) }

// bits draws 64 bits.
func (c *coins) bits(why purpose, id identity) uint64 {
	return mix(c[why] ^ uint64(id))
}

// below draws an integer from 0 to n-1.
func (c *coins) below(why purpose, id identity, n uint64) uint64 {
	hi, _ := bits.Mul64(c.bits(why, id), n)
	return hi
}

// draw draws a share from 0 to just below the whole. It is less than s with probability
// s, to within 2^-64.
func (c *coins) draw(why purpose, id identity) Share {
	return Share(c.below(why, id, uint64(whole)))
}

// hit reports whether the packet is among the share s of packets for a purpose.
func (c *coins) hit(why purpose, id identity, s Share) bool {
	return s > 0 && c.draw(why, id) < s
}

// normal draws from nearly a normal distribution with mean 0 and the given standard
// deviation: the sum of twelve uniform numbers, which has the variance 12/12 = 1 and is
// never more than 6 standard deviations from the mean.
func (c *coins) normal(why purpose, id identity, deviation time.Duration) time.Duration {
	const one = 1 << 32 // the uniform numbers are 32 bits each
	sum, state := uint64(0), c.bits(why, id)
	for range 6 {
		state = mix(state)
		sum += state>>32 + state%one
	}
	hi, lo := bits.Mul64(sum, uint64(deviation))
	return time.Duration(hi<<32|lo>>32) - 6*deviation
}

// scatter is 2^64 divided by the golden ratio, made odd.
const scatter = 0x9e3779b97f4a7c15

// mix is one step of SplitMix64: a bijection of 64 bits in which each bit of x changes
// each bit of the result about half of the time.
//
// Guy Steele, Doug Lea, Christine Flood: Fast Splittable Pseudorandom Number
// Generators, OOPSLA 2014; the constants are David Stafford's variant 13.
func mix(x uint64) uint64 {
	x += scatter
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
