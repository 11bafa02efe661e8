package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"stones/lab"
	"stones/lab/quantity"
)

// Unmarshal reads into v what [Marshal] wrote. Fields that v does not have are
// errors. For input of strangers there is [Experiments].
func Unmarshal(data []byte, v any) error {
	if jsontext.Value(data).IsValid() { // else the error is that of reading it as it is
		var b bytes.Buffer
		if err := rejoin(jsontext.NewEncoder(&b), data); err != nil {
			return fmt.Errorf("document: read JSON: %w", err)
		}
		data = b.Bytes()
	}
	err := unmarshal(data, v)
	if err != nil {
		return fmt.Errorf("document: read JSON: %w", err)
	}
	return nil
}

func unmarshal(data []byte, v any) error {
	return json.Unmarshal(data, v,
		json.RejectUnknownMembers(true),
		json.WithUnmarshalers(json.JoinUnmarshalers(
			json.UnmarshalFunc(func(value []byte, d *time.Duration) error {
				var text string
				err := json.Unmarshal(value, &text)
				if err == nil {
					*d, err = quantity.ParseDuration(text)
				}
				return err
			}),
			json.UnmarshalFunc(func(value []byte, f *lab.Figure) error {
				*f = lab.Figure{}
				if jsontext.Value(value).Kind() != '"' {
					return json.Unmarshal(value, &f.Value)
				}
				var text string
				err := json.Unmarshal(value, &text)
				f.Why = lab.ParseReason(text)
				return err
			}),
		)),
	)
}

// rejoin copies a value with each reason where the null is that it is the reason
// of.
func rejoin(enc *jsontext.Encoder, value jsontext.Value) error {
	dec := jsontext.NewDecoder(bytes.NewReader(value))
	switch value.Kind() { //nolint:exhaustive // the others have nothing in them
	case '{':
		return rejoinObject(enc, dec)
	case '[':
		return rejoinList(enc, dec)
	}
	return enc.WriteValue(value)
}

func rejoinList(enc *jsontext.Encoder, dec *jsontext.Decoder) error {
	if err := pass(enc, dec); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if err := rejoin(enc, value); err != nil {
			return err
		}
	}
	return pass(enc, dec)
}

func rejoinObject(enc *jsontext.Encoder, dec *jsontext.Decoder) error {
	type member struct {
		name  string
		value jsontext.Value
	}
	if err := pass(enc, dec); err != nil {
		return err
	}
	var members []member
	whys := make(map[string]string)
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		m := member{name: name.String()}
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if m.name == why {
			if err := json.Unmarshal(value, &whys); err != nil {
				return err
			}
			continue
		}
		m.value = value.Clone()
		members = append(members, m)
	}
	for _, m := range members {
		if err := enc.WriteToken(jsontext.String(m.name)); err != nil {
			return err
		}
		if text, ok := whys[m.name]; ok && m.value.Kind() == 'n' {
			m.value, _ = jsontext.AppendQuote(nil, text)
		}
		if err := rejoin(enc, m.value); err != nil {
			return err
		}
	}
	return pass(enc, dec)
}

// pass copies one token.
func pass(enc *jsontext.Encoder, dec *jsontext.Decoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	return enc.WriteToken(token)
}

// endOf is nil at the end of the text.
func endOf(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
