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
export interface Image {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The source samples from first[t] on that make target sample t, `count` weights each. */
interface Taps {
  readonly count: number;
  readonly first: Int32Array;
  readonly weight: Float64Array;
}

/** Resize to float32 (height, width, channels). */
export function resize(image: Image, height: number, width: number): Float32Array {
  const { height: rows, width: columns, channels } = image;
  const isMap = image.data instanceof Float32Array;
  const data = isMap ? stepsOf(image.data) : image.data;
  const one = ONE * ONE * (isMap ? STEPS : 1); // the sum that stands for 1
  const down = taps(rows, height);
  const across = taps(columns, width);
  const row = new Float64Array(columns * channels);
  const out = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    row.fill(0);
    for (let tap = 0; tap < down.count; tap++) {
      const weight = down.weight[y * down.count + tap] as number;
      if (weight > 0) add(data, ((down.first[y] as number) + tap) * row.length, weight, row);
    }
    alongRow(row, channels, across, one, out.subarray(y * width * channels));
  }
  return out;
}

/** The filter that takes an axis of `source` samples to `target` samples. */
export function taps(source: number, target: number): Taps {
  const support = 2 * Math.max(source, target); // in units of 1 / (2 · target) source samples
  const count = Math.min(Math.floor(support / target) + 1, source);
  const first = new Int32Array(target);
  const weight = new Float64Array(target * count);
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

function stepsOf(probability: Float32Array): Float64Array {
  return Float64Array.from(probability, (value) => {
    return value > 0 ? Math.floor(Math.min(value, 1) * STEPS + 0.5) : 0; // NaN, too
  });
}

function add(data: ArrayLike<number>, from: number, weight: number, row: Float64Array): void {
  for (let x = 0; x < row.length; x++) {
    row[x] = (row[x] as number) + (data[from + x] as number) * weight;
  }
}

function alongRow(
  row: Float64Array,
  channels: number,
  axis: Taps,
  one: number,
  out: Float32Array,
): void {
  let to = 0;
  for (let sample = 0; sample < axis.first.length; sample++) {
    const from = (axis.first[sample] as number) * channels;
    const count = Math.min(axis.count, row.length / channels - (axis.first[sample] as number));
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let tap = 0, at = from + channel; tap < count; tap++, at += channels) {
        sum += (row[at] as number) * (axis.weight[sample * axis.count + tap] as number);
      }
      out[to++] = sum / one;
    }
  }
}
