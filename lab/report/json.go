package report

import (
	"bufio"
	encoded "bytes"
	"fmt"
	"io"
	"iter"
	"unicode"
	"unicode/utf16"

	"stones/lab"
	"stones/lab/document"
)

// JSON writes the whole document for programs, as [document.Marshal] writes it, with
// invisible characters escaped.
func JSON(w io.Writer, doc lab.Document, v View) error { return Streamed["json"].Document(w, doc, v) }

// writeJSON writes a document, one result at a time.
func writeJSON(w io.Writer, version string, results iter.Seq2[lab.Result, error], theory bool) error {
	empty, err := document.Marshal(lab.Document{Version: version})
	if err != nil {
		return err
	}
	const none = "[]\n}\n"
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s", visible(encoded.TrimSuffix(empty, []byte(none))))
	lead, end := "[\n    ", none
	for r, err := range results {
		if err != nil {
			return err
		}
		if theory {
			r = withTheory(r)
		}
		data, err := document.MarshalWithin(2, r)
		if err != nil {
			return err
		}
		fmt.Fprint(out, lead)
		if _, err := out.Write(visible(data)); err != nil {
			return err
		}
		lead, end = ",\n    ", "\n  ]\n}\n"
	}
	fmt.Fprint(out, end)
	return out.Flush()
}

// visible escapes characters that are not safe for a terminal. Except for line breaks,
// they only occur within JSON strings, where \u means the same.
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
