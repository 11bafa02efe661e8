// The picture that the stones carry, for each flow, with the tiles that have arrived by
// the film's time. Missing tiles are grey.
import {el} from './plot.js'

export const hasPhoto = frame => !!frame.photo

export function photos(svg, frame, film) {
  const box = svg.getBoundingClientRect(), w = Math.max(box.width, 200), h = Math.max(box.height, 120), wide = w / frame.flows.length
  svg.setAttribute('viewBox', `0 0 ${w} ${h}`)
  svg.replaceChildren(...frame.flows.flatMap((flow, i) => {
    const c = tiles(frame, flow, film.t)
    return [
      el('text', {x: i * wide + wide / 2, y: 14, 'text-anchor': 'middle'}, film.lanes[i].title),
      el('image', {href: c.toDataURL(), x: i * wide + 4, y: 20, width: wide - 8, height: h - 24, preserveAspectRatio: 'xMidYMid meet'}),
    ]
  }))
  return {x: () => -1, top: 0, bottom: 0}
}

// tiles draws the tiles that have arrived by a time.
export function tiles(frame, flow, t) {
  const {width, height} = frame.photo, [across, down] = frame.photo.tiles[flow.name]
  const pixels = frame.photo.bytes ??= Uint8Array.from(atob(frame.photo.pixels), c => c.charCodeAt(0))
  const canvas = document.createElement('canvas'), g = canvas.getContext('2d')
  canvas.width = width
  canvas.height = height
  const image = g.createImageData(width, height)
  image.data.fill(128)
  for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255
  const perRow = Math.ceil(width / across), {number, first} = flow.stones
  for (let k = 0; k < number.length; k++) {
    if (!(first[k] <= t)) continue
    const left = (number[k] - 1) % perRow * across, top = Math.floor((number[k] - 1) / perRow) * down
    for (let y = top; y < Math.min(top + down, height); y++) {
      for (let x = left; x < Math.min(left + across, width); x++) {
        for (let c = 0; c < 3; c++) image.data[4 * (y * width + x) + c] = pixels[3 * (y * width + x) + c]
      }
    }
  }
  g.putImageData(image, 0, 0)
  return canvas
}
