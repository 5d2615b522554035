/**
 * The one resize of the project: antialiased bilinear in whole numbers, bit-equal to
 * `runtime_py/images/resize.py`.
 *
 * A target sample's weights are whole numbers of 65,536ths that sum to 65,536, a probability is a
 * multiple of 2^-20: every sum is a whole number up to 2^52, exact in any order. Canvas `drawImage`
 * is another filter: never use it here.
 */

const ONE = 65536;
/** Steps of a probability between 0 and 1. */
const STEPS = 2 ** 20;

/** Bytes in [0, 255], or probabilities in [0, 1] as float32. */
export interface Image<Data = Uint8Array | Float32Array> {
  readonly data: Data;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

type Row = Int32Array | Float64Array;
type Four = readonly [number, number, number, number];

/** The source samples from first[t] on that make target sample t, `count` weights each. */
interface Taps {
  readonly count: number;
  readonly first: Int32Array;
  readonly weight: Int32Array;
}

/** Resize to float32 (height, width, channels). */
export function resize(image: Image, height: number, width: number): Float32Array {
  const { data, channels } = image;
  const across = taps(image.width, width);
  const one = ONE * ONE * (data instanceof Float32Array ? STEPS : 1); // the sum that stands for 1
  const out = new Float32Array(height * width * channels);
  const made = width * channels;
  const write = (y: number, row: Row) => {
    alongRow(row, channels, across, one, out.subarray(y * made, (y + 1) * made));
  };
  if (data instanceof Float32Array) eachMapRow(data, image, height, write);
  else eachByteRow(data, image, height, write);
  return out;
}

/**
 * 1 where `resize` of a map reaches `level`, else 0, without its floats.
 *
 * Target samples of the same source samples are a run. Where all of these reach the level, or none
 * does, so does the whole run, or none of it: only the outline is computed pixel by pixel.
 */
export function reaches(
  image: Image<Float32Array>,
  height: number,
  width: number,
  level: number,
): Uint8Array {
  const across = taps(image.width, width);
  const runs = runsOf(across.first);
  const out = new Uint8Array(height * width);
  const isIn = (sum: number) => Math.fround(sum / (ONE * ONE * STEPS)) >= level;
  eachMapRow(image.data, image, height, (y, row) => {
    for (let run = 0; run + 1 < runs.length; run++) {
      const [from, to] = [runs[run] as number, runs[run + 1] as number];
      const start = across.first[from] as number;
      let low = row[start] as number;
      let high = low;
      for (let at = start + 1; at < start + across.count && at < row.length; at++) {
        low = Math.min(low, row[at] as number);
        high = Math.max(high, row[at] as number);
      }
      if (isIn(low * ONE)) out.fill(1, y * width + from, y * width + to);
      else if (isIn(high * ONE)) {
        for (let x = from; x < to; x++)
          out[y * width + x] = isIn(weighed(row, 0, 1, across, x)) ? 1 : 0;
      }
    }
  });
  return out;
}

/** Where each run of equal numbers starts, and the end of the last one. */
function runsOf(first: Int32Array): number[] {
  const starts = Array.from(first.keys()).filter((at) => first[at] !== first[at - 1]);
  return [...starts, first.length];
}

/** The filter that takes an axis of `source` samples to `target` samples. */
export function taps(source: number, target: number): Taps {
  const support = 2 * Math.max(source, target); // in units of 1 / (2 · target) source samples
  const count = Math.min(Math.floor(support / target) + 1, source);
  const first = new Int32Array(target);
  const weight = new Int32Array(target * count);
  for (let sample = 0; sample < target; sample++) {
    const centre = (2 * sample + 1) * source;
    const start = Math.max(Math.floor((centre - support + target) / (2 * target)), 0);
    const until: number[] = [0];
    for (let tap = 0; tap < count; tap++) {
      const height = support - Math.abs((2 * (start + tap) + 1) * target - centre);
      until.push((until[tap] as number) + (start + tap < source ? Math.max(height, 0) : 0));
    }
    first[sample] = start;
    const share = until.map((sum) => roundedShare(sum, until[count] as number));
    for (let tap = 0; tap < count; tap++) {
      weight[sample * count + tap] = (share[tap + 1] as number) - (share[tap] as number);
    }
  }
  return { count, first, weight };
}

/** 65,536 · sum / total, half to even: mirrored axes have mirrored weights. */
function roundedShare(sum: number, total: number): number {
  const whole = Math.floor((sum * ONE) / total);
  const twice = 2 * (sum * ONE - whole * total);
  return whole + (twice > total || (twice === total && whole % 2 === 1) ? 1 : 0);
}

/** Sum bytes along columns, row by row of the target: below 2^24. */
function eachByteRow(
  data: Uint8Array,
  { height: rows, width, channels }: Image,
  height: number,
  write: (y: number, row: Int32Array) => void,
): void {
  const { count, first, weight } = taps(rows, height);
  const length = width * channels;
  const row = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let tap = 0; tap < count; tap += 4) {
      const from = (next: number) => Math.min((first[y] as number) + tap + next, rows - 1) * length;
      const share = (next: number) =>
        tap + next < count ? (weight[y * count + tap + next] as number) : 0;
      addFour(
        data,
        [from(0), from(1), from(2), from(3)],
        [share(0), share(1), share(2), share(3)],
        row,
      );
    }
    write(y, row);
  }
}

/** Four source rows at once: the sums are read and written a quarter as often. */
function addFour(data: Uint8Array, from: Four, share: Four, row: Int32Array): void {
  const [a, b, c, d] = from;
  const [e, f, g, h] = share;
  for (let x = 0; x < row.length; x++) {
    row[x] =
      (row[x] as number) +
      Math.imul(data[a + x] as number, e) +
      Math.imul(data[b + x] as number, f) +
      Math.imul(data[c + x] as number, g) +
      Math.imul(data[d + x] as number, h);
  }
}

/** Sum probabilities along columns, row by row of the target, as steps: below 2^36. */
function eachMapRow(
  data: Float32Array,
  { height: rows, width }: Image,
  height: number,
  write: (y: number, row: Float64Array) => void,
): void {
  const { count, first, weight } = taps(rows, height);
  const steps = data.map((value) => (value > 0 ? Math.floor(Math.min(value, 1) * STEPS + 0.5) : 0)); // NaN, too
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let tap = 0; tap < count; tap++) {
      const share = weight[y * count + tap] as number;
      const from = ((first[y] as number) + tap) * width;
      for (let x = 0; share > 0 && x < width; x++)
        row[x] = (row[x] as number) + (steps[from + x] as number) * share;
    }
    write(y, row);
  }
}

function alongRow(row: Row, channels: number, across: Taps, one: number, out: Float32Array): void {
  for (let at = 0; at < out.length; at++) {
    const sample = Math.floor(at / channels);
    out[at] = weighed(row, at % channels, channels, across, sample) / one;
  }
}

/** Sum the source samples of one channel of a target sample. */
function weighed(row: Row, channel: number, channels: number, axis: Taps, sample: number): number {
  const { count, first, weight } = axis;
  let at = (first[sample] as number) * channels + channel;
  let sum = 0;
  for (let tap = 0; tap < count && at < row.length; tap++, at += channels) {
    sum += (row[at] as number) * (weight[sample * count + tap] as number);
  }
  return sum;
}
