package seal

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"time"
)

// ServerTLS is a TLS 1.3 configuration with a certificate that is generated on the spot
// and proves nothing: the server's proof of the key, which is bound to the connection
// (see [Binding]), authenticates it. An error is random's.
func ServerTLS(random io.Reader) (*tls.Config, error) {
	seed := make([]byte, ed25519.SeedSize)
	if err := draw(random, seed); err != nil {
		return nil, err
	}
	key := ed25519.NewKeyFromSeed(seed)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC), // RFC 5280 section 4.1.2.5: no end
	}
	certificate, err := x509.CreateCertificate(random, &template, &template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("seal: certificate: %w", err)
	}
	return &tls.Config{
		Certificates:           []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}},
		MinVersion:             tls.VersionTLS13,
		SessionTicketsDisabled: true,
	}, nil
}

// ClientTLS is the configuration of the other end. It accepts any certificate: without
// a key, TLS keeps out whoever only listens, but not somebody in the middle.
func ClientTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true}
}

// Binding is what both ends of one TLS connection know and nobody else: 32
// bytes of its exporter (RFC 8446 section 7.5, RFC 9266).
func Binding(state tls.ConnectionState) ([]byte, error) {
	b, err := state.ExportKeyingMaterial("EXPORTER-stones-1", nil, 32)
	if err != nil {
		return nil, fmt.Errorf("seal: binding: %w", err)
	}
	return b, nil
}
