/** All that the screens show. Views are functions of it, and nothing else keeps what is shown. */

import type { DeviceReport } from '../core/report';
import type { CoinName } from './coins';
import type { Language } from './language';
import type { Point } from './measure';
import type { Choice, Listed, Model } from './model';
import type { Painted } from './pixels';
import type { Problem } from './problem';

export const SCREENS = ['photo', 'selftest', 'model', 'settings'] as const;
export type Screen = (typeof SCREENS)[number];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** A photograph on the stage, at its own size and as a picture of the stage's. */
export interface Shown {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly picture: ImageBitmap;
}

/** Its mask, and how long the net alone took. */
export interface Marked extends Painted {
  readonly milliseconds: number;
}

/** An earlier photograph with its result. */
export interface Before {
  readonly shown: Shown;
  readonly marked: Marked;
  readonly squareMillimetres: number | null;
}

/** What is measured with: two marks of a ruler, or three points on the rim of a coin. */
export interface Scale {
  readonly tool: 'ruler' | 'coin';
  readonly length: number;
  readonly coin: CoinName;
  readonly points: readonly Point[];
  /** Where the next point would come to lie. */
  readonly aim: Point | null;
}

export interface State {
  readonly screen: Screen;
  readonly language: Language;
  readonly theme: Theme;
  readonly artefacts: readonly Listed[];
  readonly choice: Choice;
  readonly model: Model | null;
  readonly busy: 'model' | 'photo' | 'camera' | null;
  readonly problem: Problem | null;
  readonly live: boolean;
  readonly rate: number;
  readonly shown: Shown | null;
  readonly marked: Marked | null;
  readonly threshold: number;
  readonly opacity: number;
  readonly panel: 'scale' | 'compare' | null;
  readonly scale: Scale;
  readonly left: 'plain' | 'before';
  readonly divider: number;
  readonly before: Before | null;
  /** What the self-test computed last. */
  readonly report: DeviceReport | null;
  /** Requests that went to another address, and such that the browser did not let go. */
  readonly strayed: number;
  readonly blocked: number;
  readonly offline: 'waiting' | 'ready' | 'none';
}

/** What no new photograph may inherit from the one before it. */
export const NOTHING_SHOWN = { live: false, shown: null, marked: null, problem: null } as const;

export const START: State = {
  ...NOTHING_SHOWN,
  screen: 'photo',
  language: 'en',
  theme: 'system',
  artefacts: [],
  choice: { base: null, threads: 1, webgpu: false },
  model: null,
  busy: 'model',
  rate: 0,
  threshold: 0.5,
  opacity: 0.28,
  panel: null,
  scale: { tool: 'ruler', length: 10, coin: '€1', points: [], aim: null },
  left: 'plain',
  divider: 0.5,
  before: null,
  report: null,
  strayed: 0,
  blocked: 0,
  offline: 'waiting',
};
