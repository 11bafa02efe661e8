package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"stones/lab/stone"
)

// The vectors were computed with Python's hmac module.
func TestVectors(t *testing.T) {
	challenge := [ChallengeLen]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	nonce := [ChallengeLen]byte{16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}
	secret := [SecretLen]byte(bytes.Repeat([]byte{0xf0}, SecretLen))
	binding := bytes.Repeat([]byte{0xbb}, 32)
	at := netip.MustParseAddrPort("192.0.2.7:4242")
	for _, tt := range []struct{ what, got, want string }{
		{"thrower", fmt.Sprintf("%x", Prove([]byte("school"), Thrower, challenge, nonce, nil)), "7842065df41d9a6f7fa06a21be056de019905bbee466d664c837e79c10f06979"},
		{"catcher", fmt.Sprintf("%x", Prove([]byte("school"), Catcher, challenge, nonce, nil)), "9a2a03740c12be243ab953a112c848e3595263b8dfd30347bd896fb4bbf3a47d"},
		{"thrower over TLS", fmt.Sprintf("%x", Prove([]byte("school"), Thrower, challenge, nonce, binding)), "108aeaef38607e6241c6ded4b29480e6b687dbe671d1b705a07cd3290b62c462"},
		{"carry", fmt.Sprintf("%x", CarryProof(secret, Thrower, nil)), "9909f130e5e38eeadb0fdeacb3b6ee00328d08cc49516aa8e78775d992763992"},
		{"carry back over TLS", fmt.Sprintf("%x", CarryProof(secret, Catcher, binding)), "96a3d1984bb8527b7646938c1b684c0e1de03a46c270634a8a7911b7f0910dbd"},
		{"tag", fmt.Sprintf("%x", NewTagger(secret).Append([]byte("stone"))), "73746f6e654bcf61f5e7d3cc18"},
		{"tag of a stone", fmt.Sprintf("%x", NewTagger(secret).tag(stone.Stone{Flow: 7, Number: 1, Due: 5, Size: 40}.Append(nil))), "40c63404c00cfeb1"},
		{"cookie", fmt.Sprintf("%x", NewBaker(secret).Bake(at, 7, 90*time.Second)), "ceef3f13a5cbb8b9"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s; want %s", tt.what, tt.got, tt.want)
		}
	}
}

func TestProof(t *testing.T) {
	key, challenge, nonce := []byte("school"), [ChallengeLen]byte{1}, [ChallengeLen]byte{3}
	right := Prove(key, Thrower, challenge, nonce, nil)
	if !Equal(right, Prove([]byte("school"), Thrower, challenge, nonce, nil)) {
		t.Error("the same proof is another one")
	}
	for what, wrong := range map[string][32]byte{
		"another key":       Prove([]byte("School"), Thrower, challenge, nonce, nil),
		"no key":            Prove(nil, Thrower, challenge, nonce, nil),
		"the other role":    Prove(key, Catcher, challenge, nonce, nil),
		"another challenge": Prove(key, Thrower, [ChallengeLen]byte{2}, nonce, nil),
		"another nonce":     Prove(key, Thrower, challenge, [ChallengeLen]byte{2}, nil),
		"another binding":   Prove(key, Thrower, challenge, nonce, []byte{0}),
	} {
		if Equal(right, wrong) {
			t.Errorf("%s: the same proof", what)
		}
	}
}

func TestTags(t *testing.T) {
	a, b := NewTagger([SecretLen]byte{1}), NewTagger([SecretLen]byte{2})
	sealed := a.Append([]byte("stone"))
	if inner, ok := a.Open(sealed); string(inner) != "stone" || !ok {
		t.Errorf("opened %q, %t", inner, ok)
	}
	if _, ok := b.Open(sealed); ok {
		t.Error("another flow's tag is right")
	}
	for i := range sealed {
		sealed[i] ^= 1
		if _, ok := a.Open(sealed); ok {
			t.Errorf("byte %d changed, and the tag is right", i)
		}
		sealed[i] ^= 1
	}
	for n := range sealed {
		if inner, ok := a.Open(sealed[:n]); ok || inner != nil {
			t.Errorf("cut to %d bytes: %q, %t", n, inner, ok)
		}
	}
	buf := make([]byte, 0, 2000)
	if n := testing.AllocsPerRun(100, func() {
		if _, ok := a.Open(a.Append(append(buf, "stone"...))); !ok {
			t.Error("not opened")
		}
	}); n != 0 {
		t.Errorf("a tag takes %v allocations", n)
	}
}

func TestCookies(t *testing.T) {
	b := NewBaker([SecretLen]byte{1})
	at := netip.MustParseAddrPort("192.0.2.7:4242")
	cookie := b.Bake(at, 7, 61*time.Second)
	for _, tt := range []struct {
		what  string
		baker *Baker
		at    string
		flow  uint32
		now   time.Duration
		want  bool
	}{
		{"at once", b, "192.0.2.7:4242", 7, 61 * time.Second, true},
		{"written as IPv6", b, "[::ffff:192.0.2.7]:4242", 7, 61 * time.Second, true},
		{"at the minute's end", b, "192.0.2.7:4242", 7, 2*time.Minute - 1, true},
		{"in the next minute", b, "192.0.2.7:4242", 7, 3*time.Minute - 1, true},
		{"later", b, "192.0.2.7:4242", 7, 3 * time.Minute, false},
		{"before", b, "192.0.2.7:4242", 7, time.Minute - 1, false},
		{"another address", b, "192.0.2.8:4242", 7, 61 * time.Second, false},
		{"another port", b, "192.0.2.7:4243", 7, 61 * time.Second, false},
		{"another flow", b, "192.0.2.7:4242", 8, 61 * time.Second, false},
		{"another server", NewBaker([SecretLen]byte{2}), "192.0.2.7:4242", 7, 61 * time.Second, false},
	} {
		if got := tt.baker.Check(cookie, netip.MustParseAddrPort(tt.at), tt.flow, tt.now); got != tt.want {
			t.Errorf("%s: %t; want %t", tt.what, got, tt.want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { b.Check(cookie, at, 7, time.Minute) }); n != 0 {
		t.Errorf("a check takes %v allocations", n)
	}
}

func TestRandom(t *testing.T) {
	if n, err := NewFlow(strings.NewReader("\x00\x00\x00\x00\x00\x00\x00\x07")); n != 7 || err != nil {
		t.Errorf("NewFlow = %d, %v; want 7: none is 0", n, err)
	}
	if c, err := NewChallenge(strings.NewReader("0123456789abcdef")); string(c[:]) != "0123456789abcdef" || err != nil {
		t.Errorf("NewChallenge = %q, %v", c, err)
	}
	broken := errors.New("no dice")
	if _, err := NewSecret(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := ServerTLS(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// Both ends of a connection have the same binding, and another connection has another
// one.
func TestTLS(t *testing.T) {
	cfg, err := ServerTLS(bytes.NewReader(make([]byte, 64)))
	if err != nil {
		t.Fatal(err)
	}
	connect := func() (string, string) {
		t.Helper()
		a, b := net.Pipe()
		server, client := tls.Server(a, cfg), tls.Client(b, ClientTLS())
		done := make(chan error, 1)
		go func() { done <- server.Handshake() }()
		if err := client.Handshake(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if v := client.ConnectionState().Version; v != tls.VersionTLS13 {
			t.Errorf("TLS version %x", v)
		}
		ours, err := Binding(server.ConnectionState())
		if err != nil || len(ours) != 32 {
			t.Errorf("Binding = %x, %v", ours, err)
		}
		theirs, err := Binding(client.ConnectionState())
		if err != nil {
			t.Error(err)
		}
		_, _ = a.Close(), b.Close()
		return string(ours), string(theirs)
	}
	a, b := connect()
	c, d := connect()
	if a != b || c != d || a == c {
		t.Errorf("bindings %x, %x and %x, %x", a, b, c, d)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(NewTagger([SecretLen]byte{1}).Append([]byte("stone")))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, in []byte) {
		tagger := NewTagger([SecretLen]byte{1})
		inner, ok := tagger.Open(in)
		mac := hmac.New(sha256.New, append([]byte{1}, make([]byte, SecretLen-1)...))
		mac.Write(in[:max(0, len(in)-TagLen)])
		want := len(in) >= TagLen && bytes.Equal(mac.Sum(nil)[:TagLen], in[len(in)-TagLen:])
		if ok != want {
			t.Errorf("Open(%x) = %x, %t; want %t", in, inner, ok, want)
		}
		if again, ok := tagger.Open(tagger.Append(bytes.Clone(in))); !ok || !bytes.Equal(again, in) {
			t.Errorf("Open(Append(%x)) = %x, %t", in, again, ok)
		}
	})
}

func FuzzCookie(f *testing.F) {
	f.Add([]byte{192, 0, 2, 7}, uint16(4242), uint32(7), int64(0), int64(time.Minute))
	f.Fuzz(func(t *testing.T, ip []byte, port uint16, flow uint32, baked, checked int64) {
		addr, ok := netip.AddrFromSlice(ip)
		if !ok || baked < 0 || checked < 0 {
			return
		}
		at, b := netip.AddrPortFrom(addr, port), NewBaker([SecretLen]byte{1})
		cookie := b.Bake(at, flow, time.Duration(baked))
		minutes := checked/int64(time.Minute) - baked/int64(time.Minute)
		if got, want := b.Check(cookie, at, flow, time.Duration(checked)), minutes == 0 || minutes == 1; got != want {
			t.Errorf("baked at %d, checked at %d: %t; want %t", baked, checked, got, want)
		}
	})
}

func BenchmarkTag(b *testing.B) {
	for _, size := range []int{32, 1200} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			tagger, in := NewTagger([SecretLen]byte{1}), make([]byte, size+TagLen)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				tagger.Open(in)
			}
		})
	}
}
