// The engine in a worker: the lab as WebAssembly. In a page of one file it is packed
// into self.stonesEngine; otherwise it is fetched from beside this file.
if (typeof Go === 'undefined') importScripts('wasm_exec.js')

async function bytes() {
  if (self.stonesEngine) return Uint8Array.from(atob(self.stonesEngine), c => c.charCodeAt(0))
  const got = await fetch('engine.wasm.gz')
  if (!got.ok) throw new Error('the engine is not there: engine.wasm.gz')
  return new Uint8Array(await got.arrayBuffer())
}

// unpacked undoes the gzip compression, unless the server has done that already.
async function unpacked(packed) {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer())
}

const ready = (async () => {
  const go = new Go()
  const {instance} = await WebAssembly.instantiate(await unpacked(await bytes()), go.importObject)
  go.run(instance)
  stonesFrame('{"id":0,"set":[{"word":"count","text":"20"}]}') // warms up the engine for the first slider
})()

// An error is thrown outside of promises, where it reaches the page's onerror.
const tell = wrong => { setTimeout(() => { throw wrong }) }

onmessage = ({data}) => ready.then(() => {
  const frame = stonesFrame(data)
  postMessage(frame.buffer, [frame.buffer])
}).catch(tell)
