package remote

import (
	"context"
	"fmt"
	"io"
	"time"

	"stones/lab/control"
)

// loadPart is how many bytes are sent at once; patience is the time limit for each part.
const loadPart = 64 << 10

// load sends the other end what its stones will carry. The caller has the turn.
func (s *Session) load(ctx context.Context, x *flow) error {
	until := s.net.Now() + 24*time.Hour // no limit in effect; each part is limited by patience
	return s.say(ctx, control.Load{Flow: x.Flow, Bytes: len(x.Carries)}, until, func() error {
		text, err := s.lines.ReadReply(none)
		if err == nil && text != "send" {
			err = fmt.Errorf("%w: %q", control.ErrForeign, text)
		}
		for rest := x.Carries; err == nil && rest != ""; {
			part := rest[:min(loadPart, len(rest))]
			rest = rest[len(part):]
			_ = s.conn.SetDeadline(s.net.Time(s.net.Now() + patience))
			_, err = io.WriteString(s.conn, part)
		}
		if err == nil {
			err = s.agreed()
		}
		return err
	})
}
