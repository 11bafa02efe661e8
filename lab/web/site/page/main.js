import {connect, decode} from './engine.js'
import {Film, isBack, titled} from './film.js'
import {Tabs} from './tabs.js'
import {knobs} from './knobs.js'
import {Lessons} from './lesson.js'
import {$, bar, say, tabulate} from './table.js'
import {words} from './words.js'

const calm = matchMedia('(prefers-reduced-motion: reduce)')

// The settings, as on the command line. They stand in the address too, so that a link
// holds the whole experiment.
const state = {set: {}, drop: [], seed: 1, with: [], flow: [], at: [], every: [], lesson: ''}
const film = new Film($('canvas')), tabs = new Tabs($('tabs'), $('picture'))
let engine, frame = null, playing = false, last = 0

function start() {
  state.set = Object.fromEntries(knobs.map(k => [k.word, k.start]))
  Object.assign(state, {drop: [], seed: 1, with: [], flow: [], at: [], every: [], lesson: ''})
}

// read takes the settings from the address; what is not valid is left out.
function read() {
  start()
  const said = new URLSearchParams(location.hash.slice(1))
  for (const [word, text] of said) {
    if (word === 'drop') state.drop = listed(text).filter(n => Number.isSafeInteger(n) && n > 0).slice(0, 1000)
    else if (word === 'seed' && /^\d{1,19}$/.test(text)) state.seed = text
    else if (['with', 'flow', 'at', 'every'].includes(word) && text.length < 2000) state[word].push(text)
    else if (word === 'lesson') state.lesson = text.slice(0, 64)
    else if (/^[a-z][a-z-]{0,30}$/.test(word) && text.length < 2000) state.set[word] = text
  }
  if (state.set.file && !said.has('count')) delete state.set.count // the file decides how many
}

// where is the chosen path.
const where = () => state.set.to === undefined ? state.set.path ?? 'sim' : 'remote'

// isReal reports whether the chosen path runs in real time.
const isReal = () => where() !== 'sim' && engine.paths.includes(where())

// emulated reports whether the chosen path has a wire to shape.
const emulated = () => !['host', 'remote'].includes(where())

function request() {
  const fit = word => emulated() || !knobs.find(k => k.word === word)?.wire && !word.includes('drop')
  const set = Object.entries(state.set).filter(([word]) => fit(word)).map(([word, text]) => ({word, text}))
  if (isReal() && !state.set.interval) set.push({word: 'interval', text: '500ms'})
  if (state.drop.length && emulated()) set.push({word: 'drop', text: state.drop.join(',')})
  set.push({word: 'seed', text: String(state.seed)})
  return {set, flow: state.flow, with: state.with, at: state.at, every: state.every}
}

// throwAll runs the settings, and shows the result. In real time it does so only when
// Throw was pressed: no link and no slider throws at a network.
async function throwAll(pressed = false) {
  const asked = request(), real = isReal()
  const hash = new URLSearchParams(asked.set.map(s => [s.word, s.text]))
  for (const word of ['with', 'flow', 'at', 'every']) for (const text of state[word]) hash.append(word, text)
  history.replaceState(null, '', '#' + hash)
  tellLosses()
  tellPath()
  if (real && !pressed) return
  const answer = await run(asked, real ? line => { $('live').textContent = line } : null)
  if (!answer) return
  if (real) $('live').textContent = ''
  trouble(answer.error?.text ?? '')
  for (const k of document.querySelectorAll('#knobs input')) k.setAttribute('aria-invalid', String(k.dataset.word === answer.error?.word))
  if (!answer.error) present(answer)
}

// lose drops a packet in flight, and throws everything again. The first copy of a stone
// is dropped in every flow, so that they can be compared; any other packet only in its
// own flow.
function lose(flying) {
  if (!flying) return
  const {lane, packet} = flying, stone = lane.opens[packet]
  if (document.body.dataset.view === 'told') toLab(lessons.thrown, false)
  if (stone) state.drop = more(state.drop, stone)
  else loseIn(lane, (isBack(lane.packets.kind[packet]) ? 'drop-packets-back' : 'drop-packets'), lane.places[packet])
  throwAll()
}

// losses are the stones and packets that are dropped by hand, each with what takes it
// back.
function losses() {
  const list = state.drop.map(n => ({text: words.handStone(n), back: () => { state.drop = less(state.drop, n) }}))
  for (const [word, text] of Object.entries(state.set)) {
    const [, transport, isBack] = /^(tcp|udp|own)-drop-packets(-back)?$/.exec(word) ?? []
    if (!transport) continue
    for (const n of listed(text)) {
      list.push({text: words.handPacket(titled(transport), n, isBack), back: () => {
        state.set[word] = less(listed(text), n).join(',')
        if (!state.set[word]) delete state.set[word]
      }})
    }
  }
  state.flow.forEach((flow, at) => {
    const said = flow.split(/\s+/), name = said.find(w => w.startsWith('name='))?.slice(5) ?? titled(said[0])
    said.forEach((entry, place) => {
      const [, isBack, text] = /^drop-packets(-back)?=(.*)$/.exec(entry) ?? []
      if (text === undefined) return
      for (const n of listed(text)) {
        list.push({text: words.handPacket(name, n, isBack), back: () => {
          const rest = less(listed(text), n).join(',')
          state.flow = state.flow.with(at, (rest ? said.with(place, entry.replace(/=.*/, '=' + rest)) : said.toSpliced(place, 1)).join(' '))
        }})
      }
    })
  })
  return list
}

// tellLosses shows the losses, each as a button that takes it back.
function tellLosses() {
  const list = losses(), shown = list.slice(0, 60), had = [...$('hand').children].indexOf(document.activeElement)
  $('byhand').hidden = list.length === 0
  $('hand').replaceChildren(...shown.map(l => {
    const button = Object.assign(document.createElement('button'), {type: 'button', textContent: l.text})
    button.onclick = () => { l.back(); throwAll() }
    return button
  }))
  if (list.length > shown.length) $('hand').append(words.handMore(list.length - shown.length))
  if (had >= 0) ($('hand').querySelectorAll('button')[Math.min(had, shown.length - 1)] ?? $('seed')).focus()
}

// loseIn drops a packet by its place in a flow. A flow that was given as --flow names
// it itself; for the others there is a knob of their transport.
function loseIn(lane, word, place) {
  const written = frame.flows.filter(x => x.outcome.transport !== 'own').findIndex(x => x.name === lane.name)
  if (lane.transport !== 'own' && state.flow.length) {
    const said = state.flow[written].split(/\s+/), at = said.findIndex(w => w.startsWith(word + '='))
    const list = more(at < 0 ? [] : listed(said[at].slice(word.length + 1)), place).join(',')
    if (at < 0) said.push(`${word}=${list}`)
    else said[at] = `${word}=${list}`
    state.flow = state.flow.with(written, said.join(' '))
    return
  }
  const knob = `${lane.transport}-${word}`
  state.set[knob] = more(listed(state.set[knob] ?? ''), place).join(',')
}

// listed returns the numbers of a list as the command line takes it: 3,5-7.
function listed(text) {
  return text.split(',').filter(Boolean).flatMap(entry => {
    const [from, to = from] = entry.split('-').map(Number)
    return Array.from({length: Math.min(1000, to - from + 1)}, (_, i) => from + i)
  })
}

const less = (list, n) => list.filter(m => m !== n)
const more = (list, n) => list.includes(n) ? list : [...list, n].sort((a, b) => a - b)

// run asks the engine; until it answers, what is shown is marked as stale.
async function run(asked, live = null) {
  $('shown').classList.add('stale')
  if (live) $('live').textContent = words.throwing
  const answer = await engine.run(asked, live)
  if (answer) $('shown').classList.remove('stale')
  return answer
}

function present(answer) {
  frame = answer
  const path = frame.result.experiment.path
  $('engine').textContent = path === 'sim' ? words.thrownBy(engine.name) : words.thrownOn(path)
  film.show(frame)
  report(frame)
  redraw()
}

// tellPath shows the chosen path, and which knobs it has.
function tellPath() {
  $('path').value = where()
  $('to').hidden = where() !== 'remote'
  if (state.set.to !== undefined) $('to').value = state.set.to
  $('throw').hidden = !isReal()
  $('live').textContent = isReal() ? words.press : ''
  for (const k of knobs) if (k.wire) $('knob-' + k.word).disabled = !emulated()
}

// turnPath takes the path from its fields, and throws.
function turnPath() {
  delete state.set.path
  delete state.set.to
  if ($('path').value === 'remote') state.set.to = $('to').value
  else if ($('path').value !== 'sim') state.set.path = $('path').value
  throwAll()
}

function trouble(text) { $('trouble').textContent = text }

// look changes what the page shows: the lab, the list of lessons, a lesson's question,
// or its result.
function look(view, lesson = '') {
  document.body.dataset.view = view
  $('tolab').setAttribute('aria-pressed', String(view === 'lab'))
  $('tolessons').setAttribute('aria-pressed', String(view !== 'lab'))
  play(false)
  if (view === 'told') film.t = 0
  if (view !== 'lab') history.replaceState(null, '', '#lesson=' + encodeURIComponent(lesson))
  trouble('')
}

// toLab shows the lab, with the settings in own if there are any.
function toLab(own, go = true) {
  if (own) {
    start()
    Object.assign(state, {set: {}, flow: own.flow ?? [], with: own.with ?? [], at: own.at ?? [], every: own.every ?? []})
    for (const s of own.set) {
      if (s.word === 'drop') state.drop = listed(s.text)
      else if (s.word === 'seed') state.seed = s.text
      else state.set[s.word] = s.text
    }
  }
  look('lab')
  retell()
  if (go) return throwAll()
}

// follow shows what the address asks for.
function follow() {
  read()
  retell()
  if (state.lesson) return lessons.open({name: state.lesson})
  if (new URLSearchParams(location.hash.slice(1)).has('lesson')) return lessons.course()
  look('lab')
  return throwAll()
}

function report(f) {
  $('road').textContent = f.report.above.join(' · ')
  $('command').textContent = f.command
  tabulate($('table'), f.report)
  $('bars').replaceChildren(...f.report.bars.map(bar))
  const below = f.report.below, sentences = f.flows.map(x => below.find(s => s.toLowerCase().startsWith(x.name.toLowerCase() + ' '))).filter(Boolean)
  $('sentence').textContent = sentences.join('\n')
  $('below').replaceChildren(...below.filter(s => !sentences.includes(s)).map(s => Object.assign(document.createElement('li'), {textContent: s})))
}

function redraw() {
  if (!frame) return
  tabs.draw(frame, film)
  show()
}

// show draws the film's moment.
function show() {
  film.draw()
  tabs.at(film.t)
  $('clock').textContent = film.end > 3000 ? `${(film.t / 1000).toFixed(3)} s` : `${film.t.toFixed(1)} ms`
  $('scrub').value = Math.round(1000 * film.t / film.end)
  $('scrub').setAttribute('aria-valuetext', $('clock').textContent)
}

function play(on) {
  playing = on && !calm.matches
  $('play').textContent = playing ? words.pause : words.page.play
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

// The sliders step through lists of values.
function knobRows() {
  const rows = knobs.flatMap(k => {
    const id = 'knob-' + k.word
    const label = Object.assign(document.createElement('label'), {htmlFor: id, textContent: words.knobs[k.word]})
    const input = Object.assign(document.createElement('input'), {id, type: 'range', min: 0, max: k.values.length - 1, step: 1})
    const output = document.createElement('output')
    input.dataset.word = k.word
    output.htmlFor = id
    const tell = () => {
      const text = state.set[k.word], at = k.values.indexOf(text)
      if (at >= 0) input.value = at
      output.textContent = text ?? ''
      input.setAttribute('aria-valuetext', text ?? '')
    }
    input.oninput = () => { if (k.word === 'count') delete state.set.file; state.set[k.word] = k.values[input.value]; tell(); throwAll() }
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
  $('path').onchange = turnPath
  $('to').onchange = turnPath
  $('throw').onclick = () => throwAll(true)
  $('seed').onclick = () => { state.seed = String(BigInt(state.seed) + 1n); throwAll() }
  $('carry').onclick = () => {
    if (state.set.file) { // carry nothing again
      delete state.set.file
      state.set.count = knobs.find(k => k.word === 'count').start
    } else {
      delete state.set.count
      delete state.set.time
      state.set.file = 'pebbles'
    }
    retell()
    throwAll()
  }
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
    $('copy').textContent = words.copied
    setTimeout(() => { $('copy').textContent = words.page.copy }, 1500)
  }
  $('projector').onchange = event => { document.documentElement.classList.toggle('projector', event.target.checked); redraw() }
  $('knobs').onsubmit = event => event.preventDefault()
  $('canvas').onclick = event => {
    const box = $('canvas').getBoundingClientRect()
    lose(film.hit(event.clientX - box.left, event.clientY - box.top))
  }
  $('canvas').onkeydown = event => { if (event.key === 'Enter') lose(film.youngest()) }
  document.onkeydown = event => {
    if (event.target.closest('input, select, button, textarea')) return
    if (event.key === ' ') { event.preventDefault(); play(!playing) }
    if (event.key === 'ArrowRight') { event.preventDefault(); forward() }
  }
  new ResizeObserver(redraw).observe($('picture'))
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  addEventListener('hashchange', follow)
  $('tolab').onclick = () => toLab()
  $('tolessons').onclick = () => lessons.course()
  $('touch').onclick = () => toLab(lessons.thrown)
}

say()
read()
knobRows()
const lessons = new Lessons({run, present, look, trouble})
listen()
engine = await connect()
$('path').replaceChildren(...engine.paths.map(path => new Option(path)))
$('paths').hidden = engine.paths.length < 2
await follow()
if (document.body.dataset.view === 'lab') play(true)
// For the tests of the page.
window.stones = {ask: body => engine.ask(body), decode, get idle() { return engine.idle }, get frame() { return frame }, film, tabs, state, lessons, throwAll}
