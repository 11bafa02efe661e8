// The report as tables and bars.
import {el} from './plot.js'
import {words} from './words.js'

export const $ = id => document.getElementById(id)

// say fills in the texts, and the labels for screen readers.
export function say() {
  for (const e of document.querySelectorAll('[data-word]')) e.textContent = words.page[e.dataset.word]
  for (const e of document.querySelectorAll('[data-label]')) e.setAttribute('aria-label', words.labels[e.dataset.label])
}

// make makes an HTML element.
export function make(name, properties = {}, ...inside) {
  const e = Object.assign(document.createElement(name), properties)
  e.append(...inside)
  return e
}

export function tabulate(table, sheet) {
  const row = (cells, name) => {
    const tr = document.createElement('tr')
    cells.forEach((text, i) => {
      const cell = document.createElement(name === 'th' || i === 0 ? 'th' : 'td')
      if (cell.tagName === 'TH') cell.scope = name === 'th' ? 'col' : 'row'
      cell.textContent = text.replaceAll('\n', ' ')
      tr.append(cell)
    })
    return tr
  }
  table.tHead.replaceChildren(row(sheet.head, 'th'))
  table.tBodies[0].replaceChildren(...sheet.rows.map(r => row(r, 'td')))
}

// bar shows the fates of a flow's stones, also in words.
export function bar(b) {
  const parts = b.parts ?? [], all = parts.reduce((n, p) => n + p.stones, 0)
  const inWords = parts.map(p => `${p.stones} ${p.word}`).join(', ')
  const kinds = ['on time', 'late', 'lost', 'unknown']
  const svg = el('svg', {viewBox: '0 0 1000 18', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${b.name}: ${inWords}`})
  let x = 0
  for (const p of parts) {
    const w = 1000 * p.stones / Math.max(1, all), kind = kinds.indexOf(p.word === 'caught' ? 'on time' : p.word)
    svg.append(el('rect', {x, y: 0, width: Math.max(w, 3), height: 18, class: `part${kind < 0 ? 4 : kind}`}))
    x += w
  }
  return make('div', {className: 'bar'}, make('span', {textContent: b.name}), make('div', {}, svg, make('small', {textContent: inWords})))
}
