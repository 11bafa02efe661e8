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
  may: 'May I throw?', yes: 'Yes!', queued: n => `queue ${n}`,
}
