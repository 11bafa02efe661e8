package stacktest

import (
	"fmt"
	"testing"

	"stones/lab/stack/tcp"
)

// The newest block stands first, a range that came twice before all (RFC 2018 section 4,
// RFC 2883 section 4).
func TestV13To16SACKBlocks(t *testing.T) {
	type step struct{ in, out string }
	seg := func(from, to int) string { return fmt.Sprintf("P. %d:%d(%d) ack 1", from, to, to-from) }
	n := func(k int) string { return seg(1+(k-1)*1000, 1+k*1000) }
	ack := func(n int, blocks string) string {
		text := fmt.Sprintf(". 1:1(0) ack %d", n)
		if blocks != "" {
			text += " <nop,nop,sack " + blocks + ">"
		}
		return text
	}
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"every second one is late", []step{
			{n(1), ack(1001, "")},
			{n(3), ack(1001, "2001:3001")},
			{n(5), ack(1001, "4001:5001 2001:3001")},
			{n(7), ack(1001, "6001:7001 4001:5001 2001:3001")},
			{n(9), ack(1001, "8001:9001 6001:7001 4001:5001")},
			{n(2), ack(3001, "8001:9001 6001:7001 4001:5001")},
			{n(4), ack(5001, "8001:9001 6001:7001")},
			{n(6), ack(7001, "8001:9001")},
			{n(8), ack(9001, "")},
		}},
		{"one comes twice", []step{
			{n(1), ack(1001, "")},
			{n(2), ack(2001, "")},
			{n(2), ack(2001, "1001:2001")},
		}},
		{"one comes twice out of order", []step{
			{n(1), ack(1001, "")},
			{n(3), ack(1001, "2001:3001")},
			{n(3), ack(1001, "2001:3001 2001:3001")},
			{n(2), ack(3001, "")},
		}},
		{"parts come twice", []step{
			{seg(1, 1001), ack(1001, "")},
			{seg(501, 1501), ack(1501, "501:1001")},
			{seg(3001, 4001), ack(1501, "3001:4001")},
			{seg(2501, 3501), ack(1501, "3001:3501 2501:4001")},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachTick(t, tcp.Config{}, func(t *testing.T, s *Story) {
				t.Helper()
				s.Accepted(ms(40))
				s.Reading(true)
				for i, step := range tt.steps {
					s.In(ms(float64(5*i)), step.in)
					s.Out(same(float64(5*i)), step.out)
				}
				s.Silent(ms(1000))
			})
		})
	}
}
