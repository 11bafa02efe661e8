package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/control"
	"stones/lab/prose"
)

// A Guest is one flow between a catcher and a client.
type Guest struct {
	Session int
	From    string // the address
	control.Notice
}

// CatchingAt says where a catcher listens, on one line.
func CatchingAt(address string) string {
	return fmt.Sprintf("Catching at %s over TCP and UDP. Ctrl-C ends it.", prose.Safe(address))
}

// ReachedAt says how others find a catcher that listens at all addresses.
func ReachedAt(addresses []string) string {
	return "Others throw with: stones throw --to " + prose.Safe(strings.Join(addresses, "  or  --to "))
}

// Readable is the warning that there is no encryption.
func Readable() string { return warning(lab.Warning{Rule: advice.RuleReadable}) }

// Said is a message of a guest, on one line. Address and text must be safe to show,
// which package server sees to.
func Said(address, text string) string { return address + ": " + text }

// LeftOut says how many lines were not printed.
func LeftOut(lines int) string { return fmt.Sprintf("(%d more lines, which were too many)", lines) }

// Here says in a line how many guests there are, how many of them have stones on the
// way, and how many datagrams came from strangers.
func Here(guests, throwing, strangers int) string {
	return fmt.Sprintf("%s here, %d with stones on the way; %s of strangers",
		many(guests, "guest"), throwing, many(strangers, "datagram"))
}

// many is n with the name of the thing counted, in the singular or the plural.
func many(n int, thing string) string { return between{n, n}.of(thing) }

// Guests writes a table of the flows of a catcher's guests.
func Guests(w io.Writer, guests []Guest) error {
	g := grid{words: 3}
	g.head = []string{"guest", "from", transportWord, "planned", "thrown", "caught", "lost", "copies", "damaged"}
	for _, x := range guests {
		way := title(x.Transport)
		thrown, caught, lost, copies, damaged := known(x.Thrown), known(x.Caught), noCell, known(x.Copies), known(x.Damaged)
		switch {
		case x.Reverse: // only the guest knows what was caught
			way += ", back"
			caught, copies, damaged = noCell, noCell, noCell
		case x.Over && x.Thrown >= x.Caught:
			lost = known(x.Thrown - x.Caught)
		}
		g.rows = append(g.rows, []string{strconv.Itoa(x.Session), x.From, way, known(x.Planned), thrown, caught, lost, copies, damaged})
	}
	return page{table: g}.text(w, View{})
}

// known is a count, or a dash if it is not known.
func known(n int) string {
	if n < 0 {
		return noCell
	}
	return strconv.Itoa(n)
}

// Caught writes the table of all flows of a catcher, of which the first may have been
// forgotten.
func Caught(w io.Writer, guests []Guest, forgotten int) error {
	if len(guests) == 0 {
		_, err := io.WriteString(w, "Nobody has thrown anything.\n")
		return err
	}
	first := ""
	if forgotten > 0 {
		first = fmt.Sprintf(" (%d before these are forgotten)", forgotten)
	}
	if _, err := fmt.Fprintf(w, "Who threw what, and what was caught%s:\n", first); err != nil {
		return err
	}
	return Guests(w, guests)
}
