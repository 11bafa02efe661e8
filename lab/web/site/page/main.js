import {connect} from './engine.js'
import {Film} from './film.js'
import {Picture, el} from './picture.js'
import {knobs} from './knobs.js'

const $ = id => document.getElementById(id)
const calm = matchMedia('(prefers-reduced-motion: reduce)')

// What is turned, as on the command line. It lives in the address, so that a link
// holds the whole experiment.
const state = {set: {}, drop: [], seed: 1, with: []}
const film = new Film($('canvas')), picture = new Picture($('picture'))
let engine, frame = null, playing = false, last = 0

function start() {
  state.set = Object.fromEntries(knobs.map(k => [k.word, k.start]))
  Object.assign(state, {drop: [], seed: 1, with: []})
}

// read takes what the address says; what it cannot say is left out.
function read() {
  start()
  for (const [word, text] of new URLSearchParams(location.hash.slice(1))) {
    if (word === 'drop') state.drop = text.split(',').map(Number).filter(n => Number.isSafeInteger(n) && n > 0).slice(0, 1000)
    else if (word === 'seed' && /^\d{1,19}$/.test(text)) state.seed = text
    else if (word === 'with' && text.length < 200) state.with.push(text)
    else if (/^[a-z][a-z-]{0,30}$/.test(word) && text.length < 200) state.set[word] = text
  }
}

function request() {
  const set = Object.entries(state.set).map(([word, text]) => ({word, text}))
  if (state.drop.length) set.push({word: 'drop', text: state.drop.join(',')})
  set.push({word: 'seed', text: String(state.seed)})
  return {set, with: state.with}
}

// throwAll runs what is turned, and shows it.
async function throwAll() {
  const asked = request()
  const hash = new URLSearchParams(asked.set.map(s => [s.word, s.text]))
  for (const w of state.with) hash.append('with', w)
  history.replaceState(null, '', '#' + hash)
  $('shown').classList.add('stale')
  const answer = await engine.run(asked)
  if (!answer) return
  $('shown').classList.remove('stale')
  $('trouble').textContent = answer.error?.text ?? ''
  for (const k of document.querySelectorAll('#knobs input')) k.setAttribute('aria-invalid', String(k.dataset.word === answer.error?.word))
  if (answer.error) return
  frame = answer
  film.show(frame)
  report(frame)
  redraw()
}

function report(f) {
  $('road').textContent = f.report.above.join(' · ')
  $('command').textContent = f.command
  tabulate($('table'), f.report)
  $('bars').replaceChildren(...f.report.bars.map(bar))
  const below = f.report.below, sentences = f.flows.map(x => below.find(s => s.toLowerCase().startsWith(x.name.toLowerCase() + ' '))).filter(Boolean)
  $('sentence').textContent = sentences.join('\n')
  $('below').replaceChildren(...below.filter(s => !sentences.includes(s)).map(s => Object.assign(document.createElement('li'), {textContent: s})))
  $('key').textContent = 'dotted: when stones were due; ' + f.flows.map((x, i) => `${['squares', 'discs', 'diamonds', 'pluses'][i % 4]}: ${x.name}`).join('; ') + '; crosses: lost'
}

function tabulate(table, sheet) {
  const row = (cells, name) => {
    const tr = document.createElement('tr')
    cells.forEach((text, i) => {
      const cell = document.createElement(name === 'th' || i === 0 ? 'th' : 'td')
      cell.scope = name === 'th' ? 'col' : 'row'
      if (cell.tagName === 'TD') cell.removeAttribute('scope')
      cell.textContent = text.replaceAll('\n', ' ')
      tr.append(cell)
    })
    return tr
  }
  table.tHead.replaceChildren(row(sheet.head, 'th'))
  table.tBodies[0].replaceChildren(...sheet.rows.map(r => row(r, 'td')))
}

// bar shows what became of a flow's stones, in words too.
function bar(b) {
  const parts = b.parts ?? [], all = parts.reduce((n, p) => n + p.stones, 0)
  const words = parts.map(p => `${p.stones} ${p.word}`).join(', ')
  const kinds = ['on time', 'late', 'lost', 'unknown']
  const svg = el('svg', {viewBox: '0 0 1000 18', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${b.name}: ${words}`})
  let x = 0
  for (const p of parts) {
    const w = 1000 * p.stones / Math.max(1, all), kind = kinds.indexOf(p.word === 'caught' ? 'on time' : p.word)
    svg.append(el('rect', {x, y: 0, width: Math.max(w, 3), height: 18, class: `part${kind < 0 ? 4 : kind}`}))
    x += w
  }
  const div = Object.assign(document.createElement('div'), {className: 'bar'}), text = document.createElement('div')
  text.append(svg, Object.assign(document.createElement('small'), {textContent: words}))
  div.append(Object.assign(document.createElement('span'), {textContent: b.name}), text)
  return div
}

function redraw() {
  if (!frame) return
  picture.draw(frame, film.end)
  show()
}

// show draws the moment.
function show() {
  film.draw()
  picture.at(film.t)
  $('clock').textContent = film.end > 3000 ? `${(film.t / 1000).toFixed(3)} s` : `${film.t.toFixed(1)} ms`
  $('scrub').value = Math.round(1000 * film.t / film.end)
  $('scrub').setAttribute('aria-valuetext', $('clock').textContent)
}

function play(on) {
  playing = on && !calm.matches
  $('play').textContent = playing ? 'Pause' : 'Play'
  if (playing) {
    if (film.t >= film.end) film.t = 0
    last = performance.now()
    requestAnimationFrame(tick)
  }
}

function tick(now) {
  if (!playing) return
  film.t = Math.min(film.end, film.t + (now - last) / Number($('speed').value))
  last = now
  if (frame) show()
  if (film.t >= film.end) play(false)
  else requestAnimationFrame(tick)
}

function forward() {
  if (!frame) return
  play(false)
  film.t = film.next()
  show()
}

// Knobs are lists of values that can be said aloud.
function knobRows() {
  const rows = knobs.flatMap(k => {
    const id = 'knob-' + k.word
    const label = Object.assign(document.createElement('label'), {htmlFor: id, textContent: k.name})
    const input = Object.assign(document.createElement('input'), {id, type: 'range', min: 0, max: k.values.length - 1, step: 1})
    const output = document.createElement('output')
    input.dataset.word = k.word
    output.htmlFor = id
    const tell = () => {
      const text = state.set[k.word], at = k.values.indexOf(text)
      if (at >= 0) input.value = at
      output.textContent = text
      input.setAttribute('aria-valuetext', text)
    }
    input.oninput = () => { state.set[k.word] = k.values[input.value]; tell(); throwAll() }
    input.tell = tell
    tell()
    return [label, input, output]
  })
  $('knobs').replaceChildren(...rows)
}

function retell() { for (const input of document.querySelectorAll('#knobs input')) input.tell() }

function listen() {
  $('play').onclick = () => play(!playing)
  $('step').onclick = forward
  $('scrub').oninput = event => { if (frame) { play(false); film.t = film.end * event.target.value / 1000; show() } }
  $('seed').onclick = () => { state.seed = Number(state.seed) + 1; throwAll() }
  $('reset').onclick = () => { start(); film.t = 0; retell(); throwAll() }
  $('keep').onclick = () => {
    if (!frame) return
    $('kept').hidden = false
    $('keptcommand').textContent = frame.command
    tabulate($('kepttable'), frame.report)
  }
  $('copy').onclick = async () => {
    const text = $('command').textContent
    try { await navigator.clipboard.writeText(text) } catch {
      getSelection().selectAllChildren($('command'))
      document.execCommand('copy')
    }
    $('copy').textContent = 'Copied'
    setTimeout(() => { $('copy').textContent = 'Copy' }, 1500)
  }
  $('projector').onchange = event => { document.documentElement.classList.toggle('projector', event.target.checked); redraw() }
  $('knobs').onsubmit = event => event.preventDefault()
  $('canvas').onclick = event => {
    const box = $('canvas').getBoundingClientRect(), stone = film.hit(event.clientX - box.left, event.clientY - box.top)
    if (stone && !state.drop.includes(stone)) {
      state.drop = [...state.drop, stone].sort((a, b) => a - b)
      throwAll()
    }
  }
  document.onkeydown = event => {
    if (event.target.closest('input, select, button, textarea')) return
    if (event.key === ' ') { event.preventDefault(); play(!playing) }
    if (event.key === 'ArrowRight') { event.preventDefault(); forward() }
  }
  new ResizeObserver(redraw).observe($('picture'))
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  addEventListener('hashchange', () => { read(); retell(); throwAll() })
}

read()
knobRows()
listen()
engine = await connect()
$('engine').textContent = `Emulated, thrown by ${engine.name}; the same seed gives the same stones.`
await throwAll()
play(true)
// For who tests the page.
window.stones = {ask: body => engine.ask(body), get idle() { return engine.idle }, get frame() { return frame }, film, state, throwAll}
