package prose

import "strconv"

// Plural is n of a thing, whose plural ends in s: "1 stone", "2 stones".
func Plural(n int, thing string) string {
	return strconv.Itoa(n) + " " + Thing(n, thing)
}

// Thing is the word for n of a thing: "stone", "stones".
func Thing(n int, thing string) string {
	if n == 1 {
		return thing
	}
	return thing + "s"
}
