/** What runs one model, and the step between real values and the model's own tensors. */

import { channelsOf, type TensorInfo } from './manifest';
import { OURS, type Rules } from './rules';

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

/** Take (h, w, 3) RGB levels of 0 to 255 to the model's own values, layout, dtype and quantization. */
export function store(levels: Float32Array, info: TensorInfo, rules: Rules = OURS): Stored {
  const real = rules === OURS ? levels : normalised(levels, rules);
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

/** Take the model's own values to probabilities (h, w): the rules' channel. */
export function restore(stored: Stored, info: TensorInfo, rules: Rules = OURS): Float32Array {
  const real = realOf(stored, info);
  if (rules === OURS) return real;
  const channels = channelsOf(info);
  const pixels = real.length / channels;
  const [apart, next] = info.layout === 'NHWC' ? [channels, 1] : [1, pixels];
  return Float32Array.from({ length: pixels }, (_, pixel) => {
    const value = (channel: number) => real[pixel * apart + channel * next] as number;
    const found = Math.fround(probability(value, channels, rules));
    return rules.inverted ? 1 - found : found;
  });
}

/** (level − mean) / deviation in float32, then the file's order of colours. */
function normalised(levels: Float32Array, rules: Rules): Float32Array {
  const { colour } = rules;
  const [mean, deviation] = [Float32Array.from(rules.mean), Float32Array.from(rules.deviation)];
  return levels.map((_, at) => {
    const channel = at % 3;
    const from = colour === 'BGR' ? 2 - channel : channel;
    const level = levels[at - channel + from] as number;
    return Math.fround(level - (mean[from] as number)) / (deviation[from] as number);
  });
}

function realOf(stored: Stored, info: TensorInfo): Float32Array {
  if (stored instanceof Float32Array) return stored;
  const scale = Math.fround(info.scale);
  return Float32Array.from(stored, (value) => (value - info.zero_point) * scale);
}

/** What a pixel's channels say of the one that is wanted. */
function probability(
  read: (channel: number) => number,
  channels: number,
  { output, channel }: Rules,
): number {
  const value = read(channel);
  let sum = 0;
  switch (output) {
    case 'probability':
      return value;
    case 'bytes':
      return value / 255;
    case 'logits':
      return 1 / (1 + Math.exp(-clamp(value, -80, 80)));
    case 'softmax':
      for (let other = 0; other < channels; other++) sum += Math.exp(read(other) - value);
      return 1 / sum;
  }
}

/** Pixel by pixel to channel by channel. */
function planes(values: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const pixels = values.length / channels;
  return Float32Array.from(values, (_, at) => {
    return values[(at % pixels) * channels + Math.floor(at / pixels)] as number;
  });
}
