/**
 * The one resize of the project: antialiased bilinear, bit-equal to `runtime_py/images/resize.py`.
 *
 * Triangle filter of support max(1, scale), half-pixel centres, taps beyond the edge dropped and
 * the rest normalised, float64 sums in tap order, horizontal then vertical without rounding in
 * between, float32 out. Canvas `drawImage` is another filter: never use it here.
 */

export interface Image {
  readonly data: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The source samples first[t] … first[t + 1] weigh into target sample t. */
interface Taps {
  readonly first: Int32Array;
  /** Where the weights of each target sample begin; one entry more than samples. */
  readonly offset: Int32Array;
  readonly weight: Float64Array;
}

/** Resize to float32 (height, width, channels). */
export function resize(image: Image, height: number, width: number): Float32Array {
  const rows = alongRows(image, taps(image.width, width));
  const row = width * image.channels;
  return alongColumns(rows, row, taps(image.height, height));
}

/** The filter that takes an axis of `source` samples to `target` samples. */
export function taps(source: number, target: number): Taps {
  const scale = source / target;
  const support = Math.max(1, scale);
  const first = new Int32Array(target);
  const offset = new Int32Array(target + 1);
  const weight: number[] = [];
  for (let sample = 0; sample < target; sample++) {
    const centre = (sample + 0.5) * scale;
    const start = Math.floor(centre - support);
    const all = triangle(start, centre, support, source);
    const sum = all.reduce((total, value) => total + value, 0);
    const skipped = all.findIndex((value) => value > 0);
    const used = all.slice(skipped, all.findLastIndex((value) => value > 0) + 1);
    first[sample] = start + skipped;
    weight.push(...used.map((value) => value / sum));
    offset[sample + 1] = weight.length;
  }
  return { first, offset, weight: Float64Array.from(weight) };
}

function triangle(start: number, centre: number, support: number, source: number): number[] {
  return Array.from({ length: Math.ceil(2 * support) + 1 }, (_, tap) => {
    const index = start + tap;
    const inside = index >= 0 && index < source;
    return inside ? Math.max(0, 1 - Math.abs((index + 0.5 - centre) / support)) : 0;
  });
}

function alongRows(image: Image, axis: Taps): Float64Array {
  const { data, channels } = image;
  const target = axis.first.length;
  const out = new Float64Array(image.height * target * channels);
  let to = 0;
  for (let y = 0; y < image.height; y++) {
    const top = y * image.width;
    for (let sample = 0; sample < target; sample++) {
      const begin = axis.offset[sample] as number;
      const end = axis.offset[sample + 1] as number;
      const from = (top + (axis.first[sample] as number)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = begin, at = from + channel; tap < end; tap++, at += channels) {
          sum += (data[at] as number) * (axis.weight[tap] as number);
        }
        out[to++] = sum;
      }
    }
  }
  return out;
}

function alongColumns(rows: Float64Array, row: number, axis: Taps): Float32Array {
  const target = axis.first.length;
  const out = new Float32Array(target * row);
  const sums = new Float64Array(row);
  for (let sample = 0; sample < target; sample++) {
    const begin = axis.offset[sample] as number;
    const end = axis.offset[sample + 1] as number;
    sums.fill(0);
    for (let tap = begin; tap < end; tap++) {
      const weight = axis.weight[tap] as number;
      const from = ((axis.first[sample] as number) + tap - begin) * row;
      for (let x = 0; x < row; x++) {
        sums[x] = (sums[x] as number) + (rows[from + x] as number) * weight;
      }
    }
    out.set(sums, sample * row);
  }
  return out;
}
