package report

import (
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"

	"stones/lab"
	"stones/lab/document"
)

// JSON writes everything that is known, for programs: the document as
// [document.Marshal] writes it, with invisible characters escaped.
func JSON(w io.Writer, doc lab.Document, _ View) error { return writeJSON(w, doc) }

func writeJSON(w io.Writer, doc any) error {
	data, err := document.Marshal(doc)
	if err != nil {
		return err
	}
	_, err = w.Write(visible(data))
	return err
}

// visible escapes what is not to be sent to a terminal. In JSON that can only
// stand within strings, where \u means the same, line breaks excepted.
func visible(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for _, r := range string(data) {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out = append(out, string(r)...)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}
