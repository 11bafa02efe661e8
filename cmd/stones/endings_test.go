package main

import "testing"

// A file whose ending is the name of a format is written in it.
func TestFormatOf(t *testing.T) {
	want := map[string]string{"a.md": "markdown", "b/C.CSV": "csv", "a.txt": "", "csv": "", "a.csv.gz": "", "": ""}
	for _, format := range formats() {
		want["result."+format] = format
	}
	for file, format := range want {
		if got, ok := formatOf(file); ok != (format != "") || ok && got != format {
			t.Errorf("formatOf(%q) = %q, %t; want %q", file, got, ok, format)
		}
	}
}
