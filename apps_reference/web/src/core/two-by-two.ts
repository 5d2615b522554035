/** The filters of files that came from elsewhere: two by two pixels, float32, bit-equal to Python. */

import type { Size } from './contract';
import type { Image } from './resize';
import type { Filter } from './rules';

/** Where target samples lie between source samples. */
const PLACES = {
  bilinear: (at: number, source: number, target: number) => (at + 0.5) * (source / target) - 0.5,
  'aligned-corners': (at: number, source: number, target: number) => {
    return at * ((source - 1) / Math.max(target - 1, 1));
  },
  asymmetric: (at: number, source: number, target: number) => at * (source / target),
};

type TwoByTwo = Exclude<Filter, 'antialiased'>;

/** Two source samples of a target sample, and the share of the second. */
interface Pair {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** Resample to float32 (height, width, channels): columns of pixels first, then rows. */
export function resampled(image: Image, [height, width]: Size, filter: TwoByTwo): Float32Array {
  const { data, channels } = image;
  const length = image.width * channels;
  const row = new Float32Array(length);
  const across = pairs(image.width, width, filter);
  const out = new Float32Array(height * width * channels);
  let at = 0;
  for (const line of pairs(image.height, height, filter)) {
    const [above, below] = [line.low * length, line.high * length];
    for (let x = 0; x < length; x++) {
      row[x] = between(data[above + x] as number, data[below + x] as number, line.share);
    }
    for (const { low, high, share } of across) {
      for (let channel = 0; channel < channels; channel++) {
        const [one, other] = [row[low * channels + channel], row[high * channels + channel]];
        out[at++] = between(one as number, other as number, share);
      }
    }
  }
  return out;
}

function pairs(source: number, target: number, filter: TwoByTwo): Pair[] {
  return Array.from({ length: target }, (_, at) => {
    const place = Math.min(Math.max(PLACES[filter](at, source, target), 0), source - 1);
    const low = Math.floor(place);
    return { low, high: Math.min(low + 1, source - 1), share: Math.fround(place - low) };
  });
}

function between(first: number, second: number, share: number): number {
  return first + Math.fround(Math.fround(second - first) * share); // rounded where it is stored
}
