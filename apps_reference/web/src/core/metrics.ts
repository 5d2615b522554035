/** Numbers of masks whose values are 0 and 1. */

/** Share of the pixels inside the mask, 0 to 1. */
export function area(mask: Uint8Array): number {
  return inside(mask) / mask.length;
}

/** Intersection over union with the truth; 1 where both are empty. */
export function jaccard(mask: Uint8Array, truth: Uint8Array): number {
  let both = 0;
  for (let at = 0; at < mask.length; at++) both += (mask[at] as number) & (truth[at] as number);
  const either = inside(mask) + inside(truth) - both;
  return either === 0 ? 1 : both / either;
}

function inside(mask: Uint8Array): number {
  let count = 0;
  for (const value of mask) count += value;
  return count;
}
