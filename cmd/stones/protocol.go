package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/protocol"
	"stones/lab/quantity"
)

// newProtocol returns the command that lists the protocols that --with can throw with.
func (p program) newProtocol() *cobra.Command {
	var file string
	var cmd *cobra.Command
	cmd = &cobra.Command{
		Use:   "protocol [name]",
		Short: "List the protocols to throw with beside TCP and UDP",
		Long: `List the protocols that --with throws with beside TCP and UDP, or explain one.

They are built over datagrams, on the same road: each in a file of its own below
lab/protocol, made to be read.

A program of your own is one too, in any language. The lab starts it twice, with
thrower and with catcher as its argument, and tells it what happens, a line on
its standard input. It answers with lines, and ends the answer with ok; time
stands still meanwhile. Bytes are in base64, times in seconds.

  hello 1 thrower count=1000 size=200 datagram=1472 seed=7 window=8
                         the role, the plan, the largest datagram, its words
  0.005 throw 17 BASE64  stone 17 is due now: take it to the other end
  1.000 last             no more stones will come
  0.046 datagram BASE64  a datagram has come
  0.205 timer 2          timer 2 has run out

  send BASE64            send a datagram
  deliver BASE64         the catcher hands over a stone, whole
  timer 2 0.2            run out in 0.2 s; timer 2 off stops it
  note cwnd 12           a figure, for the record
  done                   all is acknowledged
  ok                     the answer ends

stones explain own-protocol has a whole conversation, what holds, what goes wrong,
and the limits.`,
		Example: `  stones protocol                             all of them
  stones protocol go-back-n                   what it does, and its words
  stones throw --with "go-back-n window=16"   throw with it
  stones protocol --new mine.py               write a program to begin with
  stones throw --with "./mine.py timeout=0.1" throw with that`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("%s: unexpected word; one protocol at a time", prose.Quote(args[1]))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return protocols(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if cmd.Flags().Changed("new") {
				if len(args) > 0 {
					return &knob.ConflictError{One: "--new", Other: "a name", Why: "it writes a program of your own"}
				}
				return p.begin(file)
			}
			text, err := spokenOf(args)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(p.stdout, text); err != nil && !errors.Is(err, syscall.EPIPE) {
				return &failure{exitUnfinished, fmt.Errorf("write the list: %w", err)}
			}
			return nil
		},
	}
	plain(cmd.Flags(), "new", "", knob.Word(), &file)
	return cmd
}

// begin writes a program to start from.
func (p program) begin(file string) error {
	text, err := protocol.Template(file)
	if err != nil {
		return &quantity.InvalidError{Word: "new", Value: file, Why: err.Error()}
	}
	if err := beginWith(file, file, text); err != nil {
		return err
	}
	next := "throw with it: stones throw --with " + typed(file)
	if filepath.Ext(file) == ".c" {
		program := strings.TrimSuffix(typed(file), ".c")
		next = fmt.Sprintf("compile it: cc -O2 -o %s %s, and throw with it: stones throw --with %s", program, file, program)
	}
	_, err = fmt.Fprintf(p.stdout, "%s is written. Change it, and %s\n", file, next)
	return err
}

// protocols are the names of the built-in protocols.
func protocols() []string {
	var names []string
	for _, b := range protocol.BuiltIns() {
		names = append(names, b.Name)
	}
	return names
}

// spokenOf explains a protocol, or lists all.
func spokenOf(args []string) (string, error) {
	var b strings.Builder
	if len(args) == 0 {
		for _, one := range protocol.BuiltIns() {
			fmt.Fprintf(&b, "%-18s%s\n%18s--with %q\n", one.Name, one.Short, "", one.Name+" "+one.Words)
		}
		b.WriteString("\nstones throw --with throws with them; stones explain --with tells how the lab sees it.\nstones protocol --new mine.py writes one to begin with; stones explain own-protocol is the page to work from.\n")
		return b.String(), nil
	}
	one, ok := protocol.Find(args[0])
	if !ok {
		what := fmt.Sprintf("%s: no protocol has this name", prose.Quote(args[0]))
		if near := prose.Alike(args[0], protocols()); len(near) > 0 {
			what += "; did you mean " + strings.Join(near, ", ") + "?"
		}
		return "", errors.New(what + " (stones protocol lists all)")
	}
	for i, paragraph := range one.About() {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(strings.Join(prose.Wrap(paragraph, 80, "", ""), "\n") + "\n")
	}
	fmt.Fprintf(&b, "\nwords: %s\nsource: lab/protocol/%s\n", one.Words, one.File)
	return b.String(), nil
}
