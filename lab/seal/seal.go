// Package seal keeps strangers out of a flow. It has proofs that a peer knows a key,
// tags that authenticate the datagrams of a flow, and cookies that show that a peer
// receives at the address from which it sends.
//
// All of it is HMAC-SHA256 (RFC 2104). What a proof or a cookie is made of begins with
// a label, so that neither can be used for something else. Nothing here is secret from
// somebody who overhears the connection; that is the task of TLS. Time and randomness
// are arguments, and all comparisons are constant-time.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"net/netip"
	"time"
)

// The sizes in bytes.
const (
	ChallengeLen = 16
	SecretLen    = 16
	TagLen       = 8
	CookieLen    = 8
)

// A Role is the end that proves something.
type Role string

// The roles.
const (
	Thrower Role = "stones 2 thrower" // the client
	Catcher Role = "stones 2 catcher" // the server
)

// NewChallenge draws one of the two random inputs of a proof: a challenge, or a nonce.
// An error is random's.
func NewChallenge(random io.Reader) (c [ChallengeLen]byte, err error) {
	return c, draw(random, c[:])
}

// NewSecret draws the secret of a flow, or of a server. An error is
// random's.
func NewSecret(random io.Reader) (s [SecretLen]byte, err error) {
	return s, draw(random, s[:])
}

// NewFlow draws the number of a flow, which is never 0. An error is
// random's.
func NewFlow(random io.Reader) (uint32, error) {
	var b [4]byte
	for {
		if err := draw(random, b[:]); err != nil {
			return 0, err
		}
		if n := binary.BigEndian.Uint32(b[:]); n != 0 {
			return n, nil
		}
	}
}

func draw(random io.Reader, b []byte) error {
	if _, err := io.ReadFull(random, b); err != nil {
		return fmt.Errorf("seal: draw: %w", err)
	}
	return nil
}

// Prove returns the proof that the end of this role knows the key:
//
//	HMAC-SHA256(key, role, 0, challenge, 0, nonce, 0, binding)
//
// The catcher has drawn the challenge and the thrower the nonce, so that neither
// accepts a replayed proof. The binding ties it to one TLS connection, and is empty
// without TLS.
func Prove(key []byte, role Role, challenge, nonce [ChallengeLen]byte, binding []byte) [32]byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(role))
	mac.Write([]byte{0})
	mac.Write(challenge[:])
	mac.Write([]byte{0})
	mac.Write(nonce[:])
	mac.Write([]byte{0})
	mac.Write(binding)
	return sum(mac)
}

// CarryProof returns the proof that the end of this role, on a connection that is to
// carry the stones of a flow, knows the flow's secret. The binding is that of the
// connection, as in [Prove]: with somebody in the middle, the two ends have different
// ones.
func CarryProof(secret [SecretLen]byte, role Role, binding []byte) [32]byte {
	mac := hmac.New(sha256.New, secret[:])
	mac.Write([]byte("stones over tcp\x00"))
	mac.Write([]byte(role))
	mac.Write([]byte{0})
	mac.Write(binding)
	return sum(mac)
}

func sum(mac hash.Hash) (s [32]byte) {
	mac.Sum(s[:0])
	return s
}

// Equal reports whether two proofs are the same.
func Equal(a, b [32]byte) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }

// A Tagger makes and checks the tags of one flow. It is for one goroutine
// and does not allocate.
type Tagger struct {
	mac hash.Hash
	sum [sha256.Size]byte
}

// NewTagger returns a Tagger for the flow that has this secret.
func NewTagger(secret [SecretLen]byte) *Tagger {
	return &Tagger{mac: hmac.New(sha256.New, secret[:])}
}

// tag returns the tag of b. It is valid until the next call.
func (t *Tagger) tag(b []byte) []byte {
	t.mac.Reset()
	t.mac.Write(b)
	return t.mac.Sum(t.sum[:0])[:TagLen]
}

// Append appends the tag of b to b.
func (t *Tagger) Append(b []byte) []byte { return append(b, t.tag(b)...) }

// Open returns what stands in front of the tag at the end of b, and whether the
// tag is right.
func (t *Tagger) Open(b []byte) (inner []byte, ok bool) {
	if len(b) < TagLen {
		return nil, false
	}
	inner, tag := b[:len(b)-TagLen], b[len(b)-TagLen:]
	if subtle.ConstantTimeCompare(t.tag(inner), tag) != 1 {
		return nil, false
	}
	return inner, true
}

// A Cookie shows that a peer receives what is sent to its address, when the peer sends
// it back.
type Cookie [CookieLen]byte

// A Baker makes cookies and recognises them without having kept them. It is for one
// goroutine.
type Baker struct {
	mac hash.Hash
	sum [sha256.Size]byte
	in  [1 + 16 + 2 + 4 + 8]byte // scratch space
}

// NewBaker returns a Baker with a server's secret.
func NewBaker(secret [SecretLen]byte) *Baker {
	return &Baker{mac: hmac.New(sha256.New, secret[:])}
}

// Bake returns the cookie for an address and a flow. It is valid until the end of the
// minute after the one that now is in.
func (b *Baker) Bake(at netip.AddrPort, flow uint32, now time.Duration) Cookie {
	return b.bake(at, flow, now/time.Minute)
}

// Check reports whether c is the cookie for an address and a flow, and still valid.
func (b *Baker) Check(c Cookie, at netip.AddrPort, flow uint32, now time.Duration) bool {
	fresh, last := b.bake(at, flow, now/time.Minute), b.bake(at, flow, now/time.Minute-1)
	return subtle.ConstantTimeCompare(c[:], fresh[:])|subtle.ConstantTimeCompare(c[:], last[:]) == 1
}

func (b *Baker) bake(at netip.AddrPort, flow uint32, minute time.Duration) (c Cookie) {
	address := at.Addr().Unmap().As16()
	in := append(b.in[:0], 'c')
	in = append(in, address[:]...)
	in = binary.BigEndian.AppendUint16(in, at.Port())
	in = binary.BigEndian.AppendUint32(in, flow)
	in = binary.BigEndian.AppendUint64(in, uint64(minute))
	b.mac.Reset()
	b.mac.Write(in)
	return Cookie(b.mac.Sum(b.sum[:0])[:CookieLen])
}
