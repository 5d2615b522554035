/**
 * The contract between a photograph and a net (docs/contract.md), the same as `runtime_py`.
 *
 *     photo (H, W, 3)     -> tensor (h, w, 3) float32 in [0, 255]
 *     probability (h, w)  -> probability (H, W) -> mask (H, W) of 0 and 1
 *                         -> mask (H, W), the same one without the map
 */

import type { Photo } from './photo';
import { reaches, resize } from './resize';

export const RESIZE_RULE =
  'bilinear, antialiased, half-pixel centres, weights of 1/65536, whole frame squashed';
export const COLOUR = 'RGB';
/** 8-bit nets often give the threshold itself: a processor's last bit must not decide there. */
const TIE = 1e-6;

/** [height, width] in pixels. */
export type Size = readonly [height: number, width: number];

/** Resize a photograph to the net's input: (height, width, 3) float32 in [0, 255]. */
export function toTensor(photo: Photo, height: number, width: number): Float32Array {
  const image = { data: photo.rgb, height: photo.height, width: photo.width, channels: 3 };
  return resize(image, height, width);
}

/** Resize a net's probability map to the photograph's own size. */
export function toPhoto(probability: Float32Array, from: Size, to: Size): Float32Array {
  const image = { data: probability, height: from[0], width: from[1], channels: 1 };
  return resize(image, ...to);
}

/** 1 where the probability reaches the threshold, or misses it by `TIE` at most, else 0. */
export function toMask(probability: Float32Array, threshold: number): Uint8Array {
  const least = Math.fround(threshold - TIE);
  const mask = new Uint8Array(probability.length); // a loop: `from` takes ten times as long
  for (let at = 0; at < mask.length; at++) mask[at] = (probability[at] as number) >= least ? 1 : 0;
  return mask;
}

/** `toMask(toPhoto(…))`, without a map of the photograph's size in memory. */
export function toPhotoMask(
  probability: Float32Array,
  from: Size,
  to: Size,
  threshold: number,
): Uint8Array {
  const image = { data: probability, height: from[0], width: from[1], channels: 1 };
  return reaches(image, ...to, Math.fround(threshold - TIE));
}
