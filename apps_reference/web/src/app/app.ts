/** What every view is given: the state, and the three that act on it. */

import type { Analysis } from './analysis';
import type { Live } from './live';
import type { PixelCalls } from './pixels';
import type { State } from './state';
import type { Store } from './store';

export interface App {
  readonly store: Store<State>;
  readonly analysis: Analysis;
  readonly live: Live;
  readonly pixels: PixelCalls;
  /** Open the model of `state.choice`, and compute what is on the screen anew. */
  readonly load: () => Promise<void>;
}
