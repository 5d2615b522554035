/**
 * Draws a mask: a tint inside, a line on its border, as runtime_py/images/overlay.py does.
 *
 * Masks are row by row, 1 inside. The frame's edge is no border.
 */

import type { Size } from '../core/contract';

/** Cyan, which is on no skin and no lesion: R, G, B, A as the bytes of a little-endian word. */
const COLOUR = 0xff_ff_e5_00;
const LINE_PER_SIDE = 1 / 220;

/** How many pixels wide the line is on a picture of this size. */
export function lineWidth(size: Size): number {
  return Math.max(1, Math.round(Math.min(...size) * LINE_PER_SIDE));
}

/** The pixels of a mask within `reach` rows and columns of its outside. */
export function border(mask: Uint8Array, [height, width]: Size, reach: number): Uint8Array {
  const rows = mask.slice();
  for (let row = 0; row < height; row++) {
    erode(mask, rows, { start: row * width, stride: 1, length: width }, reach);
  }
  const inner = rows.slice();
  for (let column = 0; column < width; column++) {
    erode(rows, inner, { start: column, stride: width, length: height }, reach);
  }
  return mask.map((inside, at) => (inside && !inner[at] ? 1 : 0));
}

interface Line {
  readonly start: number;
  readonly stride: number;
  readonly length: number;
}

/** Clear in `target` what is within `reach` steps of the outside of `source`, along one line. */
function erode(source: Uint8Array, target: Uint8Array, line: Line, reach: number): void {
  const { start, stride, length } = line;
  const last = start + (length - 1) * stride;
  let forth = reach; // beyond the frame counts as inside
  let back = reach;
  for (let step = 0; step < length; step++) {
    const at = start + step * stride;
    const opposite = last - step * stride;
    forth = source[at] ? forth + 1 : 0;
    back = source[opposite] ? back + 1 : 0;
    if (forth <= reach) target[at] = 0;
    if (back <= reach) target[opposite] = 0;
  }
}

/** RGBA of the colour where the mask is, transparent elsewhere. */
export function coloured(mask: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const words = new Uint32Array(mask.length);
  for (let at = 0; at < mask.length; at++) if (mask[at]) words[at] = COLOUR;
  return new Uint8ClampedArray(words.buffer);
}

/** The pixels of a mask that lie under those of a smaller picture. */
export function sampled(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  if (`${from}` === `${to}`) return mask;
  const rows = nearest(from[0], to[0]);
  const columns = nearest(from[1], to[1]);
  const out = new Uint8Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) out[at++] = mask[row * from[1] + column] as number;
  }
  return out;
}

function nearest(source: number, target: number): number[] {
  return Array.from({ length: target }, (_, at) => Math.floor(((at + 0.5) * source) / target));
}
