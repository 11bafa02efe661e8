package main

import (
	"cmp"

	"github.com/spf13/pflag"

	"stones/lab/knob"
	"stones/lab/prose"
	"stones/lab/quantity"
)

// A knobFlag is the flag of a knob.
type knobFlag struct {
	knob.Knob
	settings *knob.Settings
}

func (f knobFlag) Set(text string) error { return f.settings.Set(f.Word, text) }
func (f knobFlag) String() string        { return cmp.Or(f.settings.Text(f.Word), f.Default()) }
func (f knobFlag) Type() string          { return typeName(f.Switch) }

// addKnob adds the flag of a knob. Variants are hidden in the help.
func addKnob(flags *pflag.FlagSet, k knob.Knob, settings *knob.Settings) {
	f := flags.VarPF(knobFlag{k, settings}, k.Word, k.Letter, usage(k.Base)+varies(k.Variant))
	f.Hidden = k.Variant != knob.Plain
	if k.Switch {
		f.NoOptDefVal = "true"
	}
}

// A listFlag adds an entry each time it is given.
type listFlag struct{ add func(text string) error }

func (f listFlag) Set(text string) error { return f.add(text) }
func (listFlag) String() string          { return "" }
func (listFlag) Type() string            { return "words" }

// A plainOf is a flag that is not a knob.
type plainOf[T any] struct {
	knob.Form[T]
	field *T
	given string // the text given, or the default
}

func (p *plainOf[T]) Set(text string) error {
	v, err := p.Read(text)
	if err == nil {
		p.given, *p.field = text, v
	}
	return err
}

func (p *plainOf[T]) String() string { return p.given }

func (p *plainOf[T]) Type() string {
	_, ok := any(p.field).(*bool)
	return typeName(ok)
}

// plain adds a flag that sets a variable, which holds the default.
func plain[T comparable](flags *pflag.FlagSet, name, short string, form knob.Form[T], field *T) {
	v := &plainOf[T]{Form: form, field: field}
	if *field != *new(T) {
		v.given = form.Write(*field)
	}
	f := flags.VarPF(&once{Value: v}, name, short, usage(name))
	if v.Type() == "bool" {
		f.NoOptDefVal = "true"
	}
}

// typeName is the type that pflag needs to know: whether the flag is a switch.
func typeName(is bool) string {
	if is {
		return "bool"
	}
	return "value"
}

// onlyOnce makes giving a flag twice an error.
func onlyOnce(f *pflag.Flag) {
	switch f.Value.(type) {
	case *once, knobFlag: // these do so already
	case listFlag: // these may be given several times
	default:
		f.Value = &once{Value: f.Value}
	}
}

// A once is the value of a flag that may be given only once.
type once struct {
	pflag.Value
	given bool
}

func (o *once) Set(text string) error {
	if o.given {
		return &quantity.InvalidError{Value: text, Why: "given twice; before, it was " + prose.Quote(o.String())}
	}
	o.given = true
	return o.Value.Set(text)
}
