/** The camera on the screen: started, outlined frame by frame, stopped or taken as a photograph. */

import type { Analysis } from './analysis';
import { Camera, type Facing } from './camera';
import type { State } from './state';
import type { Store } from './store';

/** Weight of the newest frame in the mean time between frames. */
const NEWEST = 0.2;

export class Live {
  readonly #store: Store<State>;
  readonly #analysis: Analysis;
  readonly #video: HTMLVideoElement;
  #camera: Camera | null = null;
  #facing: Facing = 'environment';

  constructor(store: Store<State>, analysis: Analysis, video: HTMLVideoElement) {
    this.#store = store;
    this.#analysis = analysis;
    this.#video = video;
  }

  /** Show the camera until it is stopped, its frame taken, or something newer begins. */
  async start(): Promise<void> {
    this.#camera?.stop();
    const turn = this.#analysis.begin('camera');
    try {
      const camera = await Camera.start(this.#video, this.#facing);
      this.#camera = camera;
      if (this.#analysis.holds(turn)) this.#store.set({ live: true, rate: 0 });
      await this.#follow(camera, turn);
      if (this.#analysis.holds(turn)) this.#store.set({ live: false });
    } catch (error) {
      this.#analysis.fail(turn, error);
    }
  }

  async turn(): Promise<void> {
    this.#facing = this.#facing === 'environment' ? 'user' : 'environment';
    await this.start();
  }

  /** Keep the newest frame as the photograph. */
  take(): void {
    this.#camera?.stop();
  }

  /** Switch the camera off and clear the screen. */
  stop(): void {
    this.#camera?.stop();
    this.#analysis.begin(null);
  }

  async #follow(camera: Camera, turn: number): Promise<void> {
    let mean = 0;
    let last = performance.now();
    try {
      for await (const frame of camera.frames()) {
        if (!this.#analysis.holds(turn)) break;
        await this.#analysis.frame(turn, frame);
        frame.close(); // the worker has a copy
        const now = performance.now();
        mean += (mean === 0 ? 1 : NEWEST) * (now - last - mean);
        last = now;
        this.#store.set({ rate: 1000 / mean });
      }
    } finally {
      camera.stop();
    }
  }
}
