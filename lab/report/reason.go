package report

import (
	"stones/lab"
	"stones/lab/path"
)

// kindWords say what a figure is that has no value.
var kindWords = map[lab.Kind]string{
	lab.IsLost:        "infinite",
	lab.NotApplicable: naWord,
	lab.IsUnknown:     unknownWord,
	lab.TooFew:        "too few",
	lab.ByDesign:      "by design",
}

// causeWords say why.
var causeWords = map[string]string{
	lab.CauseNothingCame:   "nothing came",
	lab.CauseOneCame:       "only one came",
	lab.CauseDidNotCome:    "did not come",
	lab.CauseNoneThrown:    "none was thrown",
	lab.CauseNoTwoThrown:   "no two were thrown",
	lab.CauseNotThrown:     "nothing was thrown over it",
	lab.CauseNotPaced:      "not paced",
	lab.CauseDueWhenThrown: "due when it was thrown",
	lab.CauseNeverAsks:     "UDP does not ask",
	lab.CauseThrowsOnce:    "UDP throws once",
	lab.CauseNoTimeouts:    "UDP has none",
	lab.CauseRefused:       "refused",
	lab.CauseNoAnswer:      "no answer",
	lab.CauseNoTime:        "no time passed",
	lab.CauseReverse:       "not measured with --reverse",
	lab.CauseNoReport:      "the other end's report is missing",
	lab.CauseShareOfNone:   "a share of nothing",
	lab.CauseUnseen:        "the way back is not seen",
	lab.CauseNoPackets:     "the packets are not seen",
	lab.CauseAlone:         "alone on its wire",
	path.Silent:            "the kernel does not tell",
	path.SilentBefore:      "the kernel does not tell; Linux does from 6.7 on",
	path.NobodyListen:      "nobody listened",
	path.FarSilent:         "the other end does not tell",
	path.NotHere:           "not counted here",
}

// kindWord is what the figure is, in a word.
func kindWord(r lab.Reason) string {
	if word, ok := kindWords[r.Kind]; ok {
		return word
	}
	return naWord
}

// causeWord is why, in a few words; what somebody else says stands as it is.
func causeWord(r lab.Reason) string {
	if r.Kind == lab.IsLost {
		return lostWord
	}
	if words, ok := causeWords[r.Cause]; ok {
		return words
	}
	return r.Cause
}

// Words writes a figure, or what it is instead and why.
func Words(f lab.Figure) string {
	if f.Known() {
		return f.String()
	}
	if cause := causeWord(f.Why); cause != "" {
		return kindWord(f.Why) + " (" + cause + ")"
	}
	return kindWord(f.Why)
}
