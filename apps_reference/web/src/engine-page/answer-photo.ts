/** An image file through everything that the app does with it, each step with its time. */

import { base64, littleEndian, sha256 } from '../core/bytes';
import { decodePhoto } from '../core/decode';
import type { Engine } from '../core/engine';
import { fitted, frameOf, maskIn } from '../core/frame';
import { type Manifest, sideOf } from '../core/manifest';
import { area } from '../core/metrics';
import { type Photo, toWords } from '../core/photo';

/** Rows that are drawn at a time: they stay in the processor's cache. */
const BAND = 64;

/** Every step's result for a comparison with Python's, and its milliseconds. */
export async function answerPhoto(file: Blob, engine: Engine, manifest: Manifest) {
  const frame = frameOf(manifest);
  const laps = [performance.now()];
  const lap = <T>(value: T): T => {
    laps.push(performance.now());
    return value;
  };
  const photo = lap(await decodePhoto(file));
  const tensor = lap(fitted(photo, frame));
  const probability = lap(await engine.run(tensor));
  const size = [photo.height, photo.width] as const;
  const mask = lap(maskIn(probability, sideOf(manifest.output), size, frame, manifest.threshold));
  lap(draw(photo, mask));
  return {
    height: photo.height,
    width: photo.width,
    photo_sha256: await sha256(new Uint8Array(photo.rgb)),
    tensor: base64(littleEndian(tensor)),
    probability: base64(littleEndian(probability)),
    mask: base64(mask),
    area: area(mask),
    milliseconds: laps.slice(1).map((time, at) => time - (laps[at] as number)),
  };
}

/** Put the photograph with its mask on a canvas; return a pixel, which waits for the drawing. */
function draw({ width, height, rgb }: Photo, mask: Uint8Array): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  const band = new ImageData(width, BAND);
  const words = new Uint32Array(band.data.buffer);
  for (let top = 0; top < height; top += BAND) {
    const [start, end] = [top * width, Math.min(top + BAND, height) * width];
    toWords(rgb.subarray(start * 3, end * 3), words);
    for (let at = start; at < end; at++) {
      if (mask[at]) words[at - start] = halfWhite(words[at - start] as number);
    }
    context.putImageData(band, 0, top);
  }
  return context.getImageData(0, 0, 1, 1).data;
}

/** The opaque colour of a word, R, G, B and A, half of it white. */
function halfWhite(word: number): number {
  return ((word >>> 1) & 0x7f7f7f) + 0xff808080;
}
