/** Turns `manifest.json` into what an app needs to run the model, and refuses what it cannot run. */

import { COLOUR, RESIZE_RULE, type Size } from './contract';
import { AppError } from './errors';

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
  /** A pixel is positive where its probability is at least this. */
  readonly threshold: number;
}

/** [height, width] of the model's input and output. */
export function sideOf({ shape, layout }: TensorInfo): Size {
  const start = layout === 'NHWC' ? 1 : 2;
  return [shape[start] as number, shape[start + 1] as number];
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
  require(fields.resize !== OWN_CONTRACT, () => {
    const own = Object.entries(record(fields.contract, 'contract'));
    const listed = own.map(([name, value]) => `${name} ${value}`.slice(0, 40)).join(', ');
    return `it has a contract of its own (${listed}), and this app follows docs/contract.md alone`;
  });
  require(fields.colour === COLOUR && fields.resize === RESIZE_RULE, () => {
    return `colour and resize must be '${COLOUR}' and '${RESIZE_RULE}'`;
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
    input: tensor(fields, 'input', 3),
    output: tensor(fields, 'output', 1),
    threshold: number(fields, 'threshold'),
  };
  if (!(manifest.threshold > 0 && manifest.threshold < 1)) throw damaged('threshold');
  require(`${sideOf(manifest.input)}` === `${sideOf(manifest.output)}`, () => {
    return 'its result must have the size of its input';
  });
  return manifest;
}

type Fields = Readonly<Record<string, unknown>>;

function tensor(fields: Fields, key: string, channels: number): TensorInfo {
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
  const wanted = shape[0] === 1 && shape[layout === 'NHWC' ? 3 : 1] === channels;
  require(wanted, () => `${key} must be one image of ${channels} channels, it is ${shape}`);
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
