/** A photograph as a person sees it: upright 8-bit RGB, transparency on white. */

export const MAX_MEGAPIXELS = 120;

export interface Photo {
  readonly width: number;
  readonly height: number;
  /** height × width × 3 values, row by row from the top left. */
  readonly rgb: Uint8Array;
}

/**
 * Take RGBA pixels, their colours not multiplied by alpha, to RGB on white.
 *
 * The same integers as Pillow's `alpha_composite` on white.
 */
export function onWhite(rgba: Uint8ClampedArray, rgb: Uint8Array, start = 0): void {
  for (let from = 0, to = start; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3] as number;
    const [red, green, blue] = [rgba[from], rgba[from + 1], rgba[from + 2]] as Colour;
    rgb[to] = alpha === 255 ? red : blended(red, alpha);
    rgb[to + 1] = alpha === 255 ? green : blended(green, alpha);
    rgb[to + 2] = alpha === 255 ? blue : blended(blue, alpha);
  }
}

type Colour = [red: number, green: number, blue: number];

/** round((colour · alpha + 255 · (255 − alpha)) / 255) in Pillow's fixed-point numbers. */
function blended(colour: number, alpha: number): number {
  const coefficient = alpha * 128;
  const sum = colour * coefficient + 255 * (255 * 128 - coefficient) + (0x80 << 7);
  return (((sum >> 8) + sum) >> 8) >> 7;
}

/** RGB in [0, 255] -> RGBA without transparency; numbers between two levels are rounded. */
export function opaque(rgb: Uint8Array | Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const levels = rgb instanceof Uint8Array ? rgb : Uint8ClampedArray.from(rgb);
  const words = new Uint32Array(levels.length / 3); // A, B, G, R: the bytes of little-endian words
  for (let at = 0, from = 0; at < words.length; at++, from += 3) {
    const [red, green, blue] = [levels[from], levels[from + 1], levels[from + 2]] as Colour;
    words[at] = 0xff000000 | (blue << 16) | (green << 8) | red;
  }
  return new Uint8ClampedArray(words.buffer);
}
