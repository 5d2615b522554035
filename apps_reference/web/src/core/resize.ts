/**
 * The one resize of the project: antialiased bilinear in whole numbers, bit-equal to
 * `runtime_py/images/resize.py`.
 *
 * A target sample's weights are whole numbers of 65,536ths that sum to 65,536, a probability is a
 * multiple of 2^-20: every sum is a whole number up to 2^52, exact in any order. Canvas `drawImage`
 * is another filter: never use it here.
 */

import { eachColumnsRow, fitsColumns } from './columns';
import { hasSimd } from './simd';
import { ONE, type Taps, taps } from './taps';

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
  const least = leastSum(level);
  eachMapRow(image.data, image, height, (y, row) => {
    let open = -1; // where the runs that are whole in it begin
    const close = (at: number) => {
      if (open >= 0) out.fill(1, y * width + open, y * width + at);
      open = -1;
    };
    for (let run = 0; run + 1 < runs.length; run++) {
      const from = runs[run] as number;
      const start = across.first[from] as number;
      let low = row[start] as number;
      let high = low;
      for (let at = start + 1; at < start + across.count && at < row.length; at++) {
        low = Math.min(low, row[at] as number);
        high = Math.max(high, row[at] as number);
      }
      if (low * ONE >= least) {
        if (open < 0) open = from;
        continue;
      }
      close(from);
      for (let x = from; high * ONE >= least && x < (runs[run + 1] as number); x++)
        out[y * width + x] = weighed(row, 0, 1, across, x) >= least ? 1 : 0;
    }
    close(width);
  });
  return out;
}

/** The least of the sums, 0 to 2^52, that is `level` or more as float32; 2^52 + 1 where none is. */
function leastSum(level: number): number {
  const whole = ONE * ONE * STEPS;
  let [least, beyond] = [0, whole + 1];
  while (least < beyond) {
    const middle = Math.floor((least + beyond) / 2);
    if (Math.fround(middle / whole) >= level) beyond = middle;
    else least = middle + 1;
  }
  return least;
}

/** Where each run of equal numbers starts, and the end of the last one. */
function runsOf(first: Int32Array): number[] {
  const starts = Array.from(first.keys()).filter((at) => first[at] !== first[at - 1]);
  return [...starts, first.length];
}

/** Sum bytes along columns, row by row of the target: below 2^24. */
function eachByteRow(
  data: Uint8Array,
  { height: rows, width, channels }: Image,
  height: number,
  write: (y: number, row: Row) => void,
): void {
  const along = taps(rows, height);
  const length = width * channels;
  if (hasSimd() && fitsColumns(along)) eachColumnsRow(data, length, along, write);
  else eachRow(data, length, along, write);
}

/** Sum probabilities along columns, row by row of the target, as steps: below 2^36. */
function eachMapRow(
  data: Float32Array,
  { height: rows, width }: Image,
  height: number,
  write: (y: number, row: Row) => void,
): void {
  const steps = data.map((value) => (value > 0 ? Math.floor(Math.min(value, 1) * STEPS + 0.5) : 0)); // NaN, too
  eachRow(steps, width, taps(rows, height), write);
}

function eachRow(
  data: Uint8Array | Float32Array,
  length: number,
  { count, first, weight }: Taps,
  write: (y: number, row: Row) => void,
): void {
  const row = new Float64Array(length);
  for (let y = 0; y < first.length; y++) {
    row.fill(0);
    for (let tap = 0; tap < count; tap++) {
      const share = weight[y * count + tap] as number;
      const from = ((first[y] as number) + tap) * length;
      for (let x = 0; share > 0 && x < length; x++)
        row[x] = (row[x] as number) + (data[from + x] as number) * share;
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
