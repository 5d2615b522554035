/** Numbers of masks whose values are 0 and 1. */

/** Share of the pixels inside the mask, 0 to 1. */
export function area(mask: Uint8Array): number {
  return inside(mask) / mask.length;
}

/** Intersection over union with the truth; 1 where both are empty. */
export function jaccard(mask: Uint8Array, truth: Uint8Array): number {
  const both = mask.reduce((count, value, at) => count + (value & (truth[at] as number)), 0);
  const either = inside(mask) + inside(truth) - both;
  return either === 0 ? 1 : both / either;
}

function inside(mask: Uint8Array): number {
  return mask.reduce((count, value) => count + value, 0);
}
