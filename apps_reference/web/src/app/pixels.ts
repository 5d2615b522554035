/**
 * Everything that touches every pixel of a photograph, away from the page's thread.
 *
 * One photograph at a time, and each has a number: a map or a threshold that comes for another one
 * is refused, so that no mask is ever laid on a photograph it does not belong to.
 */

import { type Size, toTensor } from '../core/contract';
import { decodePhoto } from '../core/decode';
import { AppError } from '../core/errors';
import { type Frame, fitted, maskIn } from '../core/frame';
import { area } from '../core/metrics';
import { opaque, type Photo } from '../core/photo';
import { framePhoto } from './frame';
import { border, coloured, lineWidth, sampled } from './overlay';

/** The longer side of a picture on the stage. A larger photograph is shown smaller, not computed so. */
const STAGE_SIDE = 1280;

export interface Opened {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly picture: ImageBitmap;
  readonly tensor: Float32Array;
}

/** A mask as two transparent pictures, and the share of the photograph inside. */
export interface Painted {
  readonly tint: ImageBitmap;
  readonly line: ImageBitmap;
  readonly share: number;
  readonly threshold: number;
}

/** What the page calls in the worker. */
export type PixelCalls = Pick<Pixels, 'open' | 'tensor' | 'mark' | 'paint' | 'png'>;

export class Pixels {
  #number = 0;
  #photo: Photo | null = null;
  /** The net's own map, its size, and the frame that it is of. */
  #map: readonly [map: Float32Array, size: Size, frame: Frame] | null = null;

  /** Read a file or a camera's frame: its picture for the stage, and the net's input. */
  async open(source: Blob | ImageBitmap, input: Frame): Promise<Opened> {
    const number = ++this.#number;
    this.#photo = null;
    this.#map = null;
    const isFile = source instanceof Blob;
    const photo = isFile ? await decodePhoto(source) : framePhoto(source);
    if (number !== this.#number) throw new Error('a newer photograph came');
    this.#photo = photo;
    const { width, height } = photo;
    const picture = isFile ? await pictureOf(photo, stageSize(photo)) : source;
    return { number, width, height, picture, tensor: fitted(photo, input) };
  }

  /** The input of another net for the same photograph. */
  async tensor(number: number, input: Frame): Promise<{ tensor: Float32Array }> {
    return { tensor: fitted(this.#photoOf(number), input) };
  }

  /** Take the net's own map of photograph `number`, of any size, and draw its mask. */
  async mark(
    number: number,
    map: Float32Array,
    size: Size,
    input: Frame,
    threshold: number,
  ): Promise<Painted> {
    this.#photoOf(number);
    this.#map = [map, size, input];
    return await this.paint(number, threshold);
  }

  /** Draw its mask at another threshold; no net runs. */
  async paint(number: number, threshold: number): Promise<Painted> {
    const photo = this.#photoOf(number);
    const mask = this.#mask(photo, threshold);
    const size = stageSize(photo);
    const [tint, line] = await layers(sampled(mask, [photo.height, photo.width], size), size);
    return { tint, line, share: area(mask), threshold };
  }

  /** The photograph with its mask, at its own size, as a PNG file. */
  async png(number: number, threshold: number, opacity: number): Promise<{ blob: Blob }> {
    const photo = this.#photoOf(number);
    const size: Size = [photo.height, photo.width];
    const [tint, line] = await layers(this.#mask(photo, threshold), size);
    const canvas = new OffscreenCanvas(photo.width, photo.height);
    const context = canvas.getContext('2d');
    if (!context) throw new AppError('photo-memory', { name: 'PNG' });
    context.drawImage(await pictureOf(photo, size), 0, 0);
    context.globalAlpha = opacity;
    context.drawImage(tint, 0, 0);
    context.globalAlpha = 1;
    context.drawImage(line, 0, 0);
    return { blob: await canvas.convertToBlob({ type: 'image/png' }) };
  }

  #photoOf(number: number): Photo {
    if (number !== this.#number || !this.#photo) throw new Error('a newer photograph came');
    return this.#photo;
  }

  #mask({ height, width }: Photo, threshold: number): Uint8Array {
    if (!this.#map) throw new Error('the net has not run yet');
    const [map, size, frame] = this.#map;
    return maskIn(map, size, [height, width], frame, threshold);
  }
}

function stageSize({ width, height }: Photo): Size {
  const scale = Math.min(1, STAGE_SIDE / Math.max(width, height));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

/** What the net sees, made smaller by the contract's own resize. */
async function pictureOf(photo: Photo, [height, width]: Size): Promise<ImageBitmap> {
  const whole = height === photo.height && width === photo.width;
  const rgb = whole ? photo.rgb : toTensor(photo, height, width);
  return await createImageBitmap(new ImageData(opaque(rgb), width, height));
}

async function layers(mask: Uint8Array, size: Size): Promise<[ImageBitmap, ImageBitmap]> {
  const [height, width] = size;
  const picture = (one: Uint8Array) => {
    return createImageBitmap(new ImageData(coloured(one), width, height));
  };
  return await Promise.all([picture(mask), picture(border(mask, size, lineWidth(size)))]);
}
