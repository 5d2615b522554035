/** The weights of `resize` along one axis: whole numbers that sum to `ONE`. */

export const ONE = 65536;

/** The source samples from first[t] on that make target sample t, `count` weights each. */
export interface Taps {
  readonly count: number;
  readonly first: Int32Array;
  readonly weight: Int32Array;
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
