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
export function onWhite(rgba: ArrayLike<number>, rgb: Uint8Array, start = 0): void {
  for (let from = 0, to = start; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3] as number;
    for (let channel = 0; channel < 3; channel++) {
      const colour = rgba[from + channel] as number;
      rgb[to + channel] = alpha === 255 ? colour : blended(colour, alpha);
    }
  }
}

/** round((colour · alpha + 255 · (255 − alpha)) / 255) in Pillow's fixed-point numbers. */
function blended(colour: number, alpha: number): number {
  const coefficient = alpha * 128;
  const sum = colour * coefficient + 255 * (255 * 128 - coefficient) + (0x80 << 7);
  return (((sum >> 8) + sum) >> 8) >> 7;
}
