// told says which flow has which mark.
const told = (names, marks) => names.map((name, i) => `${marks[i % 4]}: ${name}`).join('; ')
const lines = ['solid', 'dashed', 'dots', 'dashes and dots']

// The words of the page's scripts, so that another language can stand beside them.
export const words = {
  story: 'The story', why: 'Why', knob: 'Now change one knob',
  predict: unit => `Your prediction in ${unit}`,
  axis: unit => `Predictions in ${unit}`,
  said: (text, unit) => `you: ${text} ${unit}`, was: text => `it was ${text}`,
  beside: (said, was) => `You said ${said}; ${was}.`,
  wrong: 'That is no file of a lesson: its name ends in .txtar.',
  forgotten: 'What was kept of the lessons in this browser cannot be read, and was left out.',
  turned: text => `With this: ${text}.`,
  throwIt: 'Throw',
  time: slow => slow > 1 ? 'time in s' : 'time in ms', stone: 'stone', packets: 'packets', delay: 'delay in ms', atMost: '% of the stones took at most', rate: 'kbit/s',
  ends: name => `${name}: catcher above, thrower below`,
  tabs: {stones: 'Stones', delays: 'Delays', window: 'Window', queue: 'Queue', share: 'Rate', ladder: 'Ladder', photo: 'Picture'},
  shows: {
    stones: 'When each stone was caught', delays: 'What share of the stones took at most how long', window: "TCP's congestion window over time",
    queue: 'How many packets wait for the link over time', share: 'How fast the stones of each flow came over time', ladder: 'Which packets are sent when, and when they arrive', photo: 'How much of the picture has come',
  },
  keys: {
    stones: names => 'dotted: when stones were due; ' + told(names, ['squares', 'discs', 'diamonds', 'pluses']) + '; crosses: lost',
    delays: names => told(names, lines) + '; what was lost never comes, and its line ends below 100',
    window: () => 'the congestion window; dotted: where slow start ends; crosses: a packet was lost',
    queue: names => told(names, lines) + '; crosses: the queue was full',
    share: names => told(names, lines) + '; dotted: what the link carries',
    ladder: () => 'with the number of the stone; crosses: lost; it moves with the film',
    photo: () => 'grey: not there yet; it fills with the film',
  },
  may: 'May I throw?', yes: 'Yes!', queued: n => `queue ${n}`,
}
