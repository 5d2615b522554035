/**
 * Photographs into a net's frame and maps out of it, as `runtime_py/images/frame.py`.
 *
 *     photo (H, W, 3)     -> tensor (h, w, 3) float32 in [0, 255]
 *     probability (a, b)  -> probability (H, W) -> mask (H, W) of 0 and 1
 */

import { type Size, toMask, toPhotoMask } from './contract';
import { type Manifest, sideOf } from './manifest';
import type { Photo } from './photo';
import { type Image, resize } from './resize';
import type { Filter, Rules } from './rules';
import { resampled } from './two-by-two';

/** Where a photograph's pixels lie in a net's input. */
export interface Frame extends Pick<Rules, 'fit' | 'filter' | 'pad'> {
  readonly size: Size;
}

interface Part {
  readonly top: number;
  readonly left: number;
  readonly size: Size;
}

export function frameOf({ input, rules: { fit, filter, pad } }: Manifest): Frame {
  return { size: sideOf(input), fit, filter, pad };
}

/** A photograph in a frame. */
export function fitted(photo: Photo, { size, fit, filter, pad }: Frame): Float32Array {
  const whole: Size = [photo.height, photo.width];
  const image = { data: photo.rgb, height: photo.height, width: photo.width, channels: 3 };
  if (fit === 'squash') return scaled(image, size, filter);
  if (fit === 'centre-crop') return scaled(cut(image, middle(whole, size)), size, filter);
  const inner = middle(size, whole);
  return placed(scaled(image, inner.size, filter), inner, size, 3, pad);
}

/** A net's map of size `from` at the photograph's size `to`; what a crop leaves out is 0. */
export function unfitted(map: Float32Array, from: Size, to: Size, frame: Frame): Float32Array {
  const image = { data: map, height: from[0], width: from[1], channels: 1 };
  const { size, fit, filter } = frame;
  if (fit === 'squash') return scaled(image, to, filter);
  if (fit === 'letterbox') {
    return scaled(cut(image, partOf(middle(size, to), size, from)), to, filter);
  }
  const inner = middle(to, size);
  return placed(scaled(image, inner.size, filter), inner, to, 1, 0);
}

/** `toMask(unfitted(…))`; for this project's own frame without a map of the photograph's size. */
export function maskIn(
  map: Float32Array,
  from: Size,
  to: Size,
  frame: Frame,
  threshold: number,
): Uint8Array {
  const ours = frame.fit === 'squash' && frame.filter === 'antialiased';
  if (ours) return toPhotoMask(map, from, to, threshold);
  return toMask(unfitted(map, from, to, frame), threshold);
}

function scaled(image: Image, size: Size, filter: Filter): Float32Array {
  return filter === 'antialiased' ? resize(image, ...size) : resampled(image, size, filter);
}

/** The largest part in the middle of `outer` that has the aspect of `like`. */
function middle(outer: Size, like: Size): Part {
  const scale = Math.min(outer[0] / like[0], outer[1] / like[1]);
  const along = (axis: 0 | 1) => Math.max(1, Math.min(outer[axis], rounded(like[axis] * scale)));
  const [height, width] = [along(0), along(1)];
  const [top, left] = [Math.floor((outer[0] - height) / 2), Math.floor((outer[1] - width) / 2)];
  return { top, left, size: [height, width] };
}

/** A part of a frame in a map of another size, in whole samples. */
function partOf({ top, left, size }: Part, frame: Size, map: Size): Part {
  const along = (start: number, length: number, axis: 0 | 1): [number, number] => {
    const low = rounded((start * map[axis]) / frame[axis]);
    const high = rounded(((start + length) * map[axis]) / frame[axis]);
    return [low, Math.max(1, high - low)];
  };
  const [y, height] = along(top, size[0], 0);
  const [x, width] = along(left, size[1], 1);
  return { top: y, left: x, size: [height, width] };
}

/** Half to even, as Python rounds. */
function rounded(value: number): number {
  const below = Math.floor(value);
  const up = value - below > 0.5 || (value - below === 0.5 && below % 2 === 1);
  return up ? below + 1 : below;
}

function cut(image: Image, { top, left, size: [height, width] }: Part): Image {
  const { channels } = image;
  const data = image.data.slice(0, height * width * channels);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { data, height, width, channels };
}

function placed(
  inner: Float32Array,
  { top, left, size: [height, width] }: Part,
  outer: Size,
  channels: number,
  beside: number,
): Float32Array {
  const out = new Float32Array(outer[0] * outer[1] * channels).fill(beside);
  for (let row = 0; row < height; row++) {
    const line = inner.subarray(row * width * channels, (row + 1) * width * channels);
    out.set(line, ((top + row) * outer[1] + left) * channels);
  }
  return out;
}
