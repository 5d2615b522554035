/** An image file through everything that the app does with it, each step with its time. */

import { base64, littleEndian, sha256 } from '../core/bytes';
import { toMask, toPhoto, toTensor } from '../core/contract';
import { decodePhoto } from '../core/decode';
import type { Engine } from '../core/engine';
import { type Manifest, sideOf } from '../core/manifest';
import { area } from '../core/metrics';
import type { Photo } from '../core/photo';

/** Every step's result for a comparison with Python's, and its milliseconds. */
export async function answerPhoto(file: Blob, engine: Engine, manifest: Manifest) {
  const side = sideOf(manifest.input);
  const laps = [performance.now()];
  const lap = <T>(value: T): T => {
    laps.push(performance.now());
    return value;
  };
  const photo = lap(await decodePhoto(file));
  const tensor = lap(toTensor(photo, ...side));
  const probability = lap(await engine.run(tensor));
  const mask = toMask(toPhoto(probability, side, [photo.height, photo.width]), manifest.threshold);
  lap(mask);
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
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(width, height);
  for (let at = 0, from = 0, to = 0; at < mask.length; at++, to += 4) {
    const opacity = mask[at] ? 0.5 : 1; // over white
    for (let channel = 0; channel < 3; channel++) {
      image.data[to + channel] = (rgb[from++] as number) * opacity + 255 * (1 - opacity);
    }
    image.data[to + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return context.getImageData(0, 0, 1, 1).data;
}
