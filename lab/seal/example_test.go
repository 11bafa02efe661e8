package seal_test

import (
	"bytes"
	"fmt"

	"stones/lab/seal"
)

// A client proves to a server that it has the key, without sending it.
func ExampleProve() {
	key := []byte("school")
	challenge, err := seal.NewChallenge(bytes.NewReader(make([]byte, seal.ChallengeLen))) // a real one is random
	if err != nil {
		fmt.Println(err)
		return
	}
	var nonce [seal.ChallengeLen]byte // this one too, drawn by the client
	said := seal.Prove([]byte("school"), seal.Thrower, challenge, nonce, nil)
	fmt.Println(seal.Equal(said, seal.Prove(key, seal.Thrower, challenge, nonce, nil)))
	said = seal.Prove([]byte("another"), seal.Thrower, challenge, nonce, nil)
	fmt.Println(seal.Equal(said, seal.Prove(key, seal.Thrower, challenge, nonce, nil)))
	// Output:
	// true
	// false
}
