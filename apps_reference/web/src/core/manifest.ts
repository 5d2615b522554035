/** Turns `manifest.json` into what an app needs to run the model, and refuses what it cannot run. */

import { COLOUR, RESIZE_RULE, type Size } from './contract';
import { AppError } from './errors';
import { COLOURS, FILTERS, FITS, OURS, OUTPUTS, type Rules, type Three } from './rules';

export const FORMAT = 2;
/** What `resize` says of a file that came from elsewhere: its rules stand in `contract`. */
const OWN_CONTRACT = 'contract';
export const MODEL_FILE = { tflite: 'model.tflite', onnx: 'model.onnx' } as const;
const DTYPES = ['float32', 'int8', 'uint8'] as const;

export type Target = keyof typeof MODEL_FILE;

/** One input or result of the model file; real = scale · (stored − zero_point). */
export interface TensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: (typeof DTYPES)[number];
  readonly layout: 'NHWC' | 'NCHW';
  readonly scale: number;
  readonly zero_point: number;
}

/** The fields of `manifest.json` that an app uses, under their own names. */
export interface Manifest {
  readonly name: string;
  readonly task: string;
  readonly target: Target;
  readonly precision: string;
  readonly licence: string;
  readonly model_sha256: string;
  readonly model_bytes: number;
  readonly golden_sha256: string;
  readonly input: TensorInfo;
  readonly output: TensorInfo;
  /** Those of `contract`, or this project's. */
  readonly rules: Rules;
  /** A pixel is positive where its probability is at least this. */
  readonly threshold: number;
}

/** [height, width] of the model's input or output. */
export function sideOf({ shape, layout }: TensorInfo): Size {
  const start = layout === 'NHWC' ? 1 : 2;
  return [shape[start] as number, shape[start + 1] as number];
}

export function channelsOf({ shape, layout }: TensorInfo): number {
  return shape[layout === 'NHWC' ? 3 : 1] as number;
}

/**
 * Read a manifest.
 *
 * @throws AppError of another format, damaged, or of a model that this app cannot run.
 */
export function parseManifest(json: unknown): Manifest {
  const fields = record(json, 'it');
  if (fields.format !== FORMAT) {
    throw new AppError('artefact-format', { found: `${fields.format}`, known: `${FORMAT}` });
  }
  require(typeof fields.target === 'string' && fields.target in MODEL_FILE, () => {
    return `a browser runs TFLite and ONNX files, it is ${fields.target}`;
  });
  const own = fields.resize === OWN_CONTRACT;
  const [colour, rule] = own ? [OWN_CONTRACT, OWN_CONTRACT] : [COLOUR, RESIZE_RULE];
  require(fields.colour === colour && fields.resize === rule, () => {
    return `colour and resize must be '${colour}' and '${rule}'`;
  });
  const manifest: Manifest = {
    name: text(fields, 'name'),
    task: text(fields, 'task'),
    target: fields.target as Target,
    precision: text(fields, 'precision'),
    licence: text(fields, 'licence'),
    model_sha256: hash(fields, 'model_sha256'),
    model_bytes: whole(fields, 'model_bytes'),
    golden_sha256: hash(fields, 'golden_sha256'),
    input: tensor(fields, 'input'),
    output: tensor(fields, 'output'),
    rules: own ? rulesOf(record(fields.contract, 'contract')) : OURS,
    threshold: number(fields, 'threshold'),
  };
  if (!(manifest.threshold > 0 && manifest.threshold < 1)) throw damaged('threshold');
  requireMap(manifest, own);
  return manifest;
}

type Fields = Readonly<Record<string, unknown>>;

function requireMap({ input, output, rules }: Manifest, own: boolean): void {
  const found = channelsOf(output);
  require(channelsOf(input) === 3, () => `input must have 3 channels, it is ${input.shape}`);
  require(own || found === 1, () => `output must be one map, it is ${output.shape}`);
  require(own || `${sideOf(input)}` === `${sideOf(output)}`, () => {
    return 'its result must have the size of its input';
  });
  const least = Math.max(rules.output === 'softmax' ? 2 : 1, rules.channel + 1);
  require(found >= least, () => `output must have ${least} channels, it is ${output.shape}`);
}

function rulesOf(fields: Fields): Rules {
  const unknown = Object.keys(fields).find((name) => !(name in OURS));
  require(unknown === undefined, () => `contract has ${unknown}, which this app does not know`);
  if (typeof fields.inverted !== 'boolean') throw damaged('contract.inverted');
  const rules: Rules = {
    fit: oneOf(FITS, fields, 'fit'),
    filter: oneOf(FILTERS, fields, 'filter'),
    pad: whole(fields, 'pad'),
    colour: oneOf(COLOURS, fields, 'colour'),
    mean: three(fields, 'mean'),
    deviation: three(fields, 'deviation'),
    output: oneOf(OUTPUTS, fields, 'output'),
    channel: whole(fields, 'channel'),
    inverted: fields.inverted,
  };
  if (rules.pad < 0 || rules.pad > 255) throw damaged('contract.pad');
  if (rules.channel < 0) throw damaged('contract.channel');
  if (rules.deviation.includes(0)) throw damaged('contract.deviation');
  return rules;
}

function oneOf<Word extends string>(words: readonly Word[], fields: Fields, key: string): Word {
  const word = words.find((known) => known === fields[key]);
  if (!word) throw unsupported(`contract.${key} must be ${words.join(', ')}, it is ${fields[key]}`);
  return word;
}

function three(fields: Fields, key: string): Three {
  const found = fields[key];
  if (!Array.isArray(found) || found.length !== 3 || !found.every(Number.isFinite)) {
    throw damaged(`contract.${key}`);
  }
  return found as unknown as Three;
}

function tensor(fields: Fields, key: string): TensorInfo {
  const found = record(fields[key], key);
  const shape = found.shape;
  const layout = found.layout;
  if (
    !Array.isArray(shape) ||
    shape.length !== 4 ||
    !shape.every((n) => Number.isInteger(n) && n > 0)
  )
    throw damaged(`${key}.shape`);
  if (layout !== 'NHWC' && layout !== 'NCHW') throw damaged(`${key}.layout`);
  require(shape[0] === 1, () => `${key} must be one image, it is ${shape}`);
  const dtype = DTYPES.find((known) => known === found.dtype);
  if (!dtype) {
    throw unsupported(`${key} must be ${DTYPES.join(', ')}, it is ${found.dtype}`);
  }
  const scale = number(found, 'scale');
  if (!(scale > 0)) throw damaged(`${key}.scale`);
  return {
    name: text(found, 'name'),
    shape,
    dtype,
    layout,
    scale,
    zero_point: whole(found, 'zero_point'),
  };
}

function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(what);
  return value as Fields;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value === '') throw damaged(key);
  return value;
}

function hash(fields: Fields, key: string): string {
  const value = text(fields, key);
  if (!/^[0-9a-f]{64}$/.test(value)) throw damaged(key);
  return value;
}

function number(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw damaged(key);
  return value;
}

function whole(fields: Fields, key: string): number {
  const value = number(fields, key);
  if (!Number.isInteger(value)) throw damaged(key);
  return value;
}

function require(holds: boolean, reason: () => string): void {
  if (!holds) throw unsupported(reason());
}

function damaged(what: string): AppError {
  return new AppError('artefact-damaged', {
    file: 'manifest.json',
    reason: `${what} is not valid`,
  });
}

function unsupported(reason: string): AppError {
  return new AppError('artefact-unsupported', { reason });
}
