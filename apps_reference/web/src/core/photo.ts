/** A photograph as a person sees it: upright 8-bit RGB, transparency on white. */

export const MAX_MEGAPIXELS = 120;

/** The alpha of a little-endian word of R, G, B and A. */
const OPAQUE = 0xff000000;

type Colour = [red: number, green: number, blue: number];

export interface Photo {
  readonly width: number;
  readonly height: number;
  /** height × width × 3 values, row by row from the top left. */
  readonly rgb: Uint8Array;
}

/**
 * Take RGBA pixels, their colours not multiplied by alpha, to RGB on white from `start` on, a
 * multiple of 4.
 *
 * The same integers as Pillow's `alpha_composite` on white. Bytes are read and written as
 * little-endian words; four opaque pixels, most of every photograph, are three words.
 */
export function onWhite(rgba: Uint8ClampedArray, rgb: Uint8Array, start = 0): void {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length >>> 2);
  const fours = pixels.length >>> 2;
  const words = new Uint32Array(rgb.buffer, rgb.byteOffset + start, fours * 3);
  for (let four = 0; four < fours; four++) {
    const [at, to] = [four * 4, four * 3];
    const a = pixels[at] as number;
    const b = pixels[at + 1] as number;
    const c = pixels[at + 2] as number;
    const d = pixels[at + 3] as number;
    if ((a & b & c & d) >>> 24 === 255) {
      words[to] = (a & 0xffffff) | (b << 24);
      words[to + 1] = ((b >>> 8) & 0xffff) | (c << 16);
      words[to + 2] = ((c >>> 16) & 0xff) | (d << 8);
    } else blend(rgba, rgb, start, at, at + 4);
  }
  blend(rgba, rgb, start, fours * 4, pixels.length);
}

/** Blend the pixels from `first` to `end` with white, each by its alpha. */
function blend(
  rgba: Uint8ClampedArray,
  rgb: Uint8Array,
  start: number,
  first: number,
  end: number,
): void {
  for (let pixel = first; pixel < end; pixel++) {
    const alpha = rgba[pixel * 4 + 3] as number;
    for (let channel = 0; channel < 3; channel++) {
      rgb[start + pixel * 3 + channel] = blended(rgba[pixel * 4 + channel] as number, alpha);
    }
  }
}

/** round((colour · alpha + 255 · (255 − alpha)) / 255) in Pillow's fixed-point numbers. */
function blended(colour: number, alpha: number): number {
  const coefficient = alpha * 128;
  const sum = colour * coefficient + 255 * (255 * 128 - coefficient) + (0x80 << 7);
  return (((sum >> 8) + sum) >> 8) >> 7;
}

/** RGB in [0, 255] -> RGBA without transparency; numbers between two levels are rounded. */
export function opaque(rgb: Uint8Array | Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint32Array(rgb.length / 3);
  toWords(rgb instanceof Uint8Array ? rgb : Uint8ClampedArray.from(rgb), pixels);
  return new Uint8ClampedArray(pixels.buffer);
}

/** Write RGB bytes to `pixels`, each a little-endian word of R, G, B and 255. */
export function toWords(rgb: Uint8Array | Uint8ClampedArray, pixels: Uint32Array): void {
  const levels = rgb.byteOffset % 4 === 0 ? rgb : rgb.slice();
  const fours = Math.floor(levels.length / 12);
  const words = new Uint32Array(levels.buffer, levels.byteOffset, fours * 3);
  for (let four = 0; four < fours; four++) {
    const [at, from] = [four * 4, four * 3];
    const a = words[from] as number;
    const b = words[from + 1] as number;
    const c = words[from + 2] as number;
    pixels[at] = a | OPAQUE;
    pixels[at + 1] = (a >>> 24) | (b << 8) | OPAQUE;
    pixels[at + 2] = (b >>> 16) | (c << 16) | OPAQUE;
    pixels[at + 3] = (c >>> 8) | OPAQUE;
  }
  for (let at = fours * 4; at < levels.length / 3; at++) {
    const [red, green, blue] = levels.subarray(at * 3, at * 3 + 3) as unknown as Colour;
    pixels[at] = red | (green << 8) | (blue << 16) | OPAQUE;
  }
}
