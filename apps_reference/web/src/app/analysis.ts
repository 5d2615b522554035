/**
 * From an input to what the screen shows: picture, mask, area.
 *
 * Every input takes a new turn, which first clears all of the former one; what arrives for an
 * older turn is dropped. So no mask is ever seen beside a photograph that it does not belong to.
 */

import { frameOf } from '../core/frame';
import { type Manifest, sideOf } from '../core/manifest';
import type { Model } from './model';
import type { Opened, PixelCalls } from './pixels';
import { ProblemError, problemOf } from './problem';
import { type Marked, NOTHING_SHOWN, type State } from './state';
import type { Store } from './store';

export class Analysis {
  readonly #store: Store<State>;
  readonly #pixels: PixelCalls;
  #turn = 0;
  #painting = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(store: Store<State>, pixels: PixelCalls) {
    this.#store = store;
    this.#pixels = pixels;
  }

  /** Begin a new turn: nothing of the former one stays. */
  begin(busy: State['busy']): number {
    const { before, scale } = this.#store.state;
    this.#store.set({
      ...NOTHING_SHOWN,
      busy,
      scale: { ...scale, points: [], aim: null },
      panel: before ? 'compare' : null,
    });
    return ++this.#turn;
  }

  /** Whether nothing newer has begun. */
  holds(turn: number): boolean {
    return turn === this.#turn;
  }

  /** Show a problem, unless something newer has begun. */
  fail(turn: number, error: unknown): void {
    if (!this.holds(turn)) return;
    this.#turn++;
    this.#store.set({ ...NOTHING_SHOWN, busy: null, problem: problemOf(error) });
  }

  /** Show why there is no model; nothing that another one computed stays. */
  refuse(error: unknown): void {
    this.fail(this.begin(null), error);
  }

  /** A photograph: its picture at once, its mask when the net is done. */
  async show(file: Blob): Promise<void> {
    const turn = this.begin('photo');
    try {
      const { tensor, ...shown } = await this.#open(file);
      if (!this.holds(turn)) return shown.picture.close();
      this.#store.set({ shown });
      await this.#mark(turn, shown.number, tensor);
    } catch (error) {
      this.fail(turn, error);
    }
  }

  /** A frame of the camera: picture and mask appear together, or not at all. */
  async frame(turn: number, frame: ImageBitmap): Promise<void> {
    const { tensor, ...shown } = await this.#open(frame);
    if (!this.holds(turn)) return;
    const marked = await this.#segment(shown.number, tensor);
    if (!this.holds(turn)) return;
    this.#store.set({ shown, marked, busy: null });
  }

  /** The same photograph with another model or engine. */
  async again(): Promise<void> {
    const { shown, live } = this.#store.state;
    if (!shown || live) return;
    const turn = ++this.#turn;
    this.#store.set({ marked: null, problem: null, busy: 'photo' });
    try {
      const { tensor } = await this.#pixels.tensor(shown.number, frameOf(this.#manifest()));
      await this.#mark(turn, shown.number, tensor);
    } catch (error) {
      this.fail(turn, error);
    }
  }

  /** Bring the mask to the threshold of now; whatever came in between is skipped. */
  async repaint(): Promise<void> {
    if (this.#painting) return;
    this.#painting = true;
    while (this.#outdated()) await this.#paint();
    this.#painting = false;
  }

  /** Drop what is on its way and the mask, and wait until no engine runs; the photograph stays. */
  async halt(): Promise<void> {
    this.#turn++;
    this.#store.set({ marked: null });
    await this.idle();
  }

  /** When no engine runs any more. */
  async idle(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  #outdated(): boolean {
    const { marked, live, threshold } = this.#store.state;
    return marked !== null && !live && marked.threshold !== threshold;
  }

  async #paint(): Promise<void> {
    const { shown, marked, threshold } = this.#store.state;
    if (!shown || !marked) return;
    const turn = this.#turn;
    try {
      const painted = await this.#pixels.paint(shown.number, threshold);
      if (this.holds(turn)) this.#store.set({ marked: { ...marked, ...painted } });
    } catch (error) {
      this.fail(turn, error);
    }
  }

  async #open(source: Blob | ImageBitmap): Promise<Opened> {
    return await this.#pixels.open(source, frameOf(this.#manifest()));
  }

  async #mark(turn: number, number: number, tensor: Float32Array): Promise<void> {
    const marked = await this.#segment(number, tensor);
    if (!this.holds(turn)) return;
    this.#store.set({ marked, busy: null });
    await this.repaint(); // the slider may have moved meanwhile
  }

  /** Run the net on photograph `number`; one run after another. */
  async #segment(number: number, tensor: Float32Array): Promise<Marked> {
    const run = this.#running.catch(() => undefined).then(() => this.#run(tensor));
    this.#running = run;
    const { map, milliseconds } = await run;
    const { threshold } = this.#store.state;
    const manifest = this.#manifest();
    const size = sideOf(manifest.output);
    const painted = await this.#pixels.mark(number, map, size, frameOf(manifest), threshold);
    return { ...painted, milliseconds };
  }

  async #run(tensor: Float32Array): Promise<{ map: Float32Array; milliseconds: number }> {
    const started = performance.now();
    const map = await this.#model().engine.run(tensor);
    return { map, milliseconds: performance.now() - started };
  }

  #manifest(): Manifest {
    return this.#model().artefact.manifest;
  }

  #model(): Model {
    const { model } = this.#store.state;
    if (!model) throw new ProblemError({ code: 'no-artefact', details: {} });
    return model;
  }
}
