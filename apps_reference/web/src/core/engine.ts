/** What runs one model, and the step between real values and the model's own tensors. */

import type { TensorInfo } from './manifest';

export type EngineName = 'litert-web' | 'onnxruntime-web';
export type Stored = Float32Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

export interface Engine {
  readonly name: EngineName;
  /** Library and version: "LiteRT.js 2.5.3". */
  readonly runtime: string;
  /** Where it runs: "CPU, XNNPACK, 1 thread". */
  readonly delegate: string;
  /** (h, w, 3) float32 RGB in [0, 255] -> probability (h, w) float32 in [0, 1]. */
  run(tensor: Float32Array): Promise<Float32Array>;
  /** Free the model's memory; the engine must not be used afterwards. */
  close(): void;
}

/** Take (h, w, c) real values to the model's own layout, dtype and quantization. */
export function store(real: Float32Array, info: TensorInfo): Stored {
  const ordered = info.layout === 'NHWC' ? Float32Array.from(real) : planes(real, channelsOf(info));
  switch (info.dtype) {
    case 'float32':
      return ordered;
    case 'int8':
      return Int8Array.from(ordered.map((value) => clamp(level(value, info), -128, 127)));
    case 'uint8':
      return Uint8Array.from(ordered.map((value) => clamp(level(value, info), 0, 255)));
  }
}

/** round(value / scale + zero_point) in float32, half to even. */
function level(value: number, { scale, zero_point }: TensorInfo): number {
  const exact = Math.fround(Math.fround(value / Math.fround(scale)) + zero_point);
  const rounded = Math.round(exact);
  return Math.abs(exact % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Take the model's own values of one channel to real (h, w) values. */
export function restore(stored: Stored, info: TensorInfo): Float32Array {
  if (stored instanceof Float32Array) return stored;
  const scale = Math.fround(info.scale);
  return Float32Array.from(stored, (value) => (value - info.zero_point) * scale);
}

export function channelsOf({ shape, layout }: TensorInfo): number {
  return shape[layout === 'NHWC' ? 3 : 1] as number;
}

/** Pixel by pixel to channel by channel. */
function planes(values: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const pixels = values.length / channels;
  return Float32Array.from(values, (_, at) => {
    return values[(at % pixels) * channels + Math.floor(at / pixels)] as number;
  });
}
