package stacktest

import (
	"strings"
	"testing"
)

func TestParseSegmentUndoesString(t *testing.T) {
	for _, text := range []string{
		"S 0:0(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 10>",
		"S. 0:0(0) ack 1 win 65160 <mss 1460,nop,nop,sackOK>",
		"P. 1:1001(1000) ack 1 win 63",
		". 1:1(0) ack 2001 <nop,nop,sack 3001:4001 5001:6001>",
		"F. 1001:1001(0) ack 1 <>",
		"R 1:1(0)",
		"FPEW. 1:2(1) ack 4294967295",
	} {
		g, err := ParseSegment(text)
		if err != nil || g.String() != text {
			t.Errorf("ParseSegment(%q) = %v, %v", text, g, err)
		}
	}
}

func TestParseSegmentSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "begins with flags"},
		{"X 0:0(0)", "not a flag"},
		{". 1:3(1)", "not seq:end(length)"},
		{". 1:1(0) ack", "has no number"},
		{". 1:1(0) ack x", "not a number"},
		{". 1:1(0) urg 1", "neither ack nor win"},
		{". 1:1(0) <mss x>", "mss x"},
		{". 1:1(0) <fastopen>", "not an option"},
		{". 1:1(0) <nop", "end with >"},
	} {
		if _, err := ParseSegment(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseSegment(%q): %v; want %q", tt.text, err, tt.want)
		}
	}
}
