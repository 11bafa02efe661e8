import {words} from './words.js'

// The engine answers requests with frames: over HTTP, or in a worker. One request runs
// at a time; of those that wait only the newest is kept.
export class Engine {
  constructor(ask, name, paths = ['sim']) {
    this.ask = ask
    this.name = name
    this.paths = paths
    this.id = 0
    this.busy = false
    this.next = null
  }

  // run answers with the frame of the newest request, or null for one that was replaced
  // by a newer one. In real time, live is called with the progress, and a newer request
  // aborts this one.
  run(request, live = null) {
    if (this.next) this.next.answer(null)
    this.stop?.abort()
    return new Promise(answer => {
      this.next = {request: {...request, id: ++this.id}, answer, live}
      this.turn()
    })
  }

  async turn() {
    if (this.busy || !this.next) return
    const {request, answer, live} = this.next
    this.next = null
    this.busy = true
    this.stop = live && new AbortController()
    try {
      const frame = decode(await this.ask(JSON.stringify(request), live, this.stop?.signal))
      answer(this.next ? null : frame)
    } catch (wrong) {
      answer(this.next ? null : {error: {text: String(wrong.message || wrong)}, flows: []})
    }
    this.busy = false
    this.stop = null
    this.turn()
  }

  get idle() { return !this.busy && !this.next }
}

// connect finds the engine: the program that serves the page, or a worker beside it.
export async function connect() {
  const inline = document.getElementById('engine-inline')
  if (!inline && location.protocol !== 'file:') {
    const answer = await fetch('engine.json').catch(() => null)
    const can = answer && answer.ok ? await answer.json().catch(() => ({})) : {}
    if (can.http) {
      return new Engine(async (body, live, signal) => {
        const got = await fetch('run', {method: 'POST', headers: {'Content-Type': 'application/json'}, body, signal})
        if (!got.ok) throw new Error(await got.text())
        return live ? lastOf(got.body.getReader(), live) : got.arrayBuffer()
      }, words.served, can.paths)
    }
  }
  return new Engine(working(inline), words.here)
}

// lastOf returns the last frame of a stream; those before it report the progress.
async function lastOf(reader, live) {
  let bytes = new Uint8Array(0)
  for (;;) {
    const {done, value} = await reader.read()
    if (done) return bytes.buffer
    const more = new Uint8Array(bytes.length + value.length)
    more.set(bytes)
    more.set(value, bytes.length)
    bytes = more
    while (bytes.length >= 4) {
      const length = new DataView(bytes.buffer).getUint32(0, true)
      if (bytes.length < 4 + length) break
      const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
      if (!head.live) break
      live(head.live)
      bytes = bytes.slice(4 + length)
    }
  }
}

// working asks a worker, which it restarts after an error.
function working(inline) {
  let worker = null, waiting = null
  const start = () => {
    worker = new Worker(inline ? URL.createObjectURL(new Blob([inline.textContent], {type: 'text/javascript'})) : 'worker.js')
    worker.onmessage = ({data}) => { waiting?.answer(data); waiting = null }
    worker.onerror = event => {
      waiting?.fail(new Error(words.broke(event.message)))
      waiting = null
      worker.terminate()
      worker = null
    }
  }
  return body => new Promise((answer, fail) => {
    if (!worker) start()
    waiting = {answer, fail}
    worker.postMessage(body)
  })
}

// decode splits a frame into its header in JSON and the columns of numbers behind it.
export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  const numbers = new Float64Array(buffer, 4 + length)
  const flows = (head.result?.flows ?? []).map(outcome => ({outcome, name: outcome.name, stones: {}, packets: {}}))
  for (const c of head.columns ?? []) {
    const flow = flows.find(f => f.name === c.flow)
    flow[c.of][c.name] = numbers.subarray(c.at, c.at + c.n)
  }
  return {...head, flows}
}
