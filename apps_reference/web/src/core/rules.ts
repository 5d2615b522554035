/**
 * How one model file is fed and read (docs/contract.md): its fit, filter, colours, values and output.
 *
 * The files that this project exports follow `OURS`; one that came from elsewhere brings its own.
 */

export const FITS = ['squash', 'letterbox', 'centre-crop'] as const;
export const FILTERS = ['antialiased', 'bilinear', 'aligned-corners', 'asymmetric'] as const;
export const COLOURS = ['RGB', 'BGR'] as const;
export const OUTPUTS = ['probability', 'logits', 'softmax', 'bytes'] as const;

export type Fit = (typeof FITS)[number];
export type Filter = (typeof FILTERS)[number];
/** Of red, green and blue. */
export type Three = readonly [number, number, number];

/** A manifest's `contract`, under its own names. */
export interface Rules {
  readonly fit: Fit;
  readonly filter: Filter;
  /** Level of what is beside a letterboxed image. */
  readonly pad: number;
  readonly colour: (typeof COLOURS)[number];
  /** value = (level − mean) / deviation */
  readonly mean: Three;
  readonly deviation: Three;
  readonly output: (typeof OUTPUTS)[number];
  /** Of the output: the one whose probability is wanted. */
  readonly channel: number;
  /** Whether the channel is the background's. */
  readonly inverted: boolean;
}

export const OURS: Rules = {
  fit: 'squash',
  filter: 'antialiased',
  pad: 0,
  colour: 'RGB',
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
  output: 'probability',
  channel: 0,
  inverted: false,
};
