// The staircase: when each stone was due, and when it was caught.
import {el, Plot} from './plot.js'
import {words} from './words.js'

// stairs draws a frame's stones.
export function stairs(svg, frame, film) {
  const slow = film.end > 3000 ? 1000 : 1
  const plot = new Plot(svg, {
    across: film.end / slow, up: Math.max(1, ...frame.flows.map(f => f.stones.number.at(-1) ?? 1)),
    acrossName: words.time(slow), upName: words.stone,
  })
  const x = t => plot.x(t / slow)
  frame.flows.forEach((flow, i) => {
    const s = flow.stones, gone = []
    let due = '', caught = ''
    for (let k = 0; k < s.number.length; k++) {
      const n = plot.y(s.number[k])
      if (i === 0) due += `${due ? 'L' : 'M'}${x(s.due[k]).toFixed(1)} ${n.toFixed(1)}`
      if (Number.isNaN(s.first[k])) gone.push([(Number.isNaN(s.due[k]) ? 0 : s.due[k]) / slow, s.number[k]])
      else caught += mark(i, x(s.first[k]), n)
    }
    if (i === 0) svg.append(el('path', {class: 'due', d: due}))
    svg.append(el('path', {class: `f${i % 4}`, d: caught}))
    plot.crosses(gone)
  })
  return plot
}

// mark is the shape of a flow's stones: a square, a disc, a diamond, a plus.
function mark(flow, x, y) {
  const at = `M${x.toFixed(1)} ${y.toFixed(1)}`
  return at + ['m-2 -2h4v4h-4z', 'm-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0', 'm0 -3l3 3l-3 3l-3 -3z', 'm-3 0h6m-3 -3v6'][flow % 4]
}
