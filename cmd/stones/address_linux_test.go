package main

import (
	"net"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
)

// Who catches at all addresses answers from the one that was asked, over both transports
// and both ways.
func TestSecondAddress(t *testing.T) {
	for _, tt := range []struct{ listen, to string }{
		{"0.0.0.0:0", "127.0.0.1"},
		{"0.0.0.0:0", "127.0.0.2"},
		{"[::]:0", "127.0.0.2"},
		{"[::]:0", "::1"},
	} {
		for _, reverse := range []bool{false, true} {
			name := tt.listen + " asked at " + tt.to
			if reverse {
				name += ", reverse"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c := begun(t, t.TempDir(), "catch", "--open", "--listen", tt.listen)
				c.out.wait(t, "Ctrl-C ends it.\n")
				_, port, err := net.SplitHostPort(catchingAt.FindStringSubmatch(c.out.String())[1])
				if err != nil {
					t.Fatal(err)
				}
				args := []string{"throw", "--to", net.JoinHostPort(tt.to, port), "--count", "20", "--rate", "200", "--format", "json"}
				if reverse {
					args = append(args, "--reverse")
				}
				p := begun(t, t.TempDir(), args...)
				if code := p.over(t, 20*time.Second); code != 0 {
					t.Fatalf("exit code %d: %s", code, p.log)
				}
				var doc lab.Document
				if err := document.Unmarshal([]byte(p.out.String()), &doc); err != nil {
					t.Fatal(err)
				}
				for _, x := range doc.Results[0].Flows {
					if x.Delivered != 20 {
						t.Errorf("%s: delivered %d of 20: %s", x.Name, x.Delivered, x.Error)
					}
				}
			})
		}
	}
}
