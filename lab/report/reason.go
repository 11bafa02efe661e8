package report

import (
	"stones/lab"
	"stones/lab/advice"
	"stones/lab/path"
)

// kindWords are shown in place of a figure without a value.
var kindWords = map[lab.Kind]string{
	lab.IsLost:        "infinite",
	lab.NotApplicable: naWord,
	lab.IsUnknown:     unknownWord,
	lab.TooFew:        "too few",
	lab.ByDesign:      "by design",
}

// causeWords say why.
var causeWords = map[string]string{
	lab.CauseNothingCame:     "nothing came",
	lab.CauseOneCame:         "only one came",
	lab.CauseDidNotCome:      "did not come",
	lab.CauseNoneThrown:      "none was thrown",
	lab.CauseNoTwoThrown:     "no two were thrown",
	lab.CauseNotThrown:       "nothing was thrown over it",
	lab.CauseNotPaced:        "not paced",
	lab.CauseDueWhenThrown:   "due when it was thrown",
	lab.CauseNeverAsks:       "UDP does not ask",
	lab.CauseThrowsOnce:      "UDP throws once",
	lab.CauseNoTimeouts:      "UDP has none",
	lab.CauseRefused:         "refused",
	lab.CauseNoAnswer:        "no answer",
	lab.CauseNoTime:          "no time passed",
	lab.CauseReverse:         "not measured with --reverse",
	lab.CauseNoReport:        "the other end's report is missing",
	lab.CauseShareOfNone:     "a share of nothing",
	lab.CauseUnseen:          "the way back is not seen",
	lab.CauseNoPackets:       "the packets are not seen",
	lab.CauseOwnWay:          "it asks in its own way",
	lab.CauseAlone:           "alone on its wire",
	lab.CauseNoBulk:          "no bulk beside it",
	lab.CauseNeverIdle:       "none was due before the bulk",
	lab.CauseNeverLoaded:     "none was due beside the bulk",
	lab.CauseNoAnswers:       "no answers were asked for",
	lab.CauseNoFile:          "no file was thrown",
	lab.CauseNoText:          "no text was read",
	advice.CauseNoFormula:    "there is no formula for it",
	advice.CauseNotEmulated:  "nothing is known of the path",
	advice.CauseNotComplete:  "it was cut short",
	advice.CauseNotCatching:  "the catcher does not always read",
	advice.CauseBothShare:    "both share the link",
	advice.CauseStrangeRoad:  "no formula knows all that this road does",
	advice.CauseLossHolds:    "stones wait for those that were lost before them",
	advice.CauseLossBack:     "answers may be lost on the way back",
	advice.CauseAskingLost:   "the asking itself may be lost",
	advice.CauseByList:       "packets are dropped by a list",
	advice.CauseTwoKinds:     "two kinds of damage meet",
	advice.CauseQueueUnclear: "the pattern meets the queue",
	advice.CauseQueueVaries:  "how long a stone waits in the queue varies",
	advice.CauseQueueAndLoss: "the queue drops what loss has left",
	advice.CauseMostLost:     "too many are lost",
	advice.CauseJitterMoves:  "jitter varies the delay",
	advice.CauseOrderMoves:   "packets are held back or let pass",
	advice.CauseUneven:       "stones are not thrown evenly",
	advice.CauseOverloaded:   "more is thrown than the link carries",
	advice.CauseWindowSmall:  "stones wait for the window",
	advice.CauseSlowStart:    "it is slow start that decides",
	advice.CauseLinkDecides:  "it is not slow start alone that decides",
	advice.CauseNearDoubling: "too near to one more round trip",
	advice.CauseTooShort:     "too short: less than 50 round trips",
	advice.CauseWindowCut:    "the window is cut, and more may wait",
	advice.CauseTimerFinds:   "it is a timer that finds the loss",
	advice.CauseClumpsSlow:   "a clump of losses slows TCP once",
	advice.CauseNoDistance:   "there is no distance",
	advice.CauseLossOutside:  "formulas hold for 0.1% to 20% loss",
	advice.CauseTuned:        "TCP is set in its own way",
	lab.CauseNotCompared:     "nothing to compare",
	lab.CauseNoChance:        "there is no chance in it",
	lab.CauseNoneExpected:    "0 was expected",

	path.Silent:       "the kernel does not tell",
	path.SilentBefore: "the kernel does not tell; Linux does from 6.7 on",
	path.NobodyListen: "nobody listened",
	path.FarSilent:    "the other end does not tell",
	path.NotHere:      "not counted here",
}

// kindWord is the word in place of a figure without a value.
func kindWord(r lab.Reason) string {
	if word, ok := kindWords[r.Kind]; ok {
		return word
	}
	return naWord
}

// causeWord is the cause in a few words. A cause that is not from this program stands
// as it is.
func causeWord(r lab.Reason) string {
	if r.Kind == lab.IsLost {
		return lostWord
	}
	if words, ok := causeWords[r.Cause]; ok {
		return words
	}
	return r.Cause
}

// Words writes a figure, or the word in its place and why.
func Words(f lab.Figure) string {
	if f.Known() {
		return f.String()
	}
	if cause := causeWord(f.Why); cause != "" {
		return kindWord(f.Why) + " (" + cause + ")"
	}
	return kindWord(f.Why)
}
