/** A live camera as a sequence of frames, each asked for when the one before is done with. */

import { type ProblemCode, ProblemError } from './problem';

const WIDTH = 1280;
const HEIGHT = 720;

/** What browsers throw, by name, and what a person can do about it. */
const CODES: Readonly<Record<string, ProblemCode>> = {
  NotAllowedError: 'camera-refused',
  SecurityError: 'camera-refused',
  NotFoundError: 'camera-missing',
  OverconstrainedError: 'camera-missing',
  NotReadableError: 'camera-busy',
  AbortError: 'camera-busy',
};

export type Facing = 'environment' | 'user';

export class Camera {
  readonly #video: HTMLVideoElement;
  readonly #stream: MediaStream;
  readonly #over: Promise<'stopped'>;
  #end: () => void = () => undefined;

  private constructor(video: HTMLVideoElement, stream: MediaStream) {
    this.#video = video;
    this.#stream = stream;
    this.#over = new Promise((resolve, reject) => {
      this.#end = () => resolve('stopped');
      for (const track of stream.getTracks()) {
        track.addEventListener('ended', () => reject(lost()));
      }
    });
    this.#over.catch(() => undefined); // also where no frame waits for it
  }

  /** @throws ProblemError refused, missing, busy, or the page may not ask. */
  static async start(video: HTMLVideoElement, facing: Facing): Promise<Camera> {
    if (!navigator.mediaDevices) throw new ProblemError({ code: 'page-insecure', details: {} });
    const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT } };
    const stream = await navigator.mediaDevices
      .getUserMedia({ video: { facingMode: facing, ...size }, audio: false })
      .catch((error: DOMException) => {
        throw new ProblemError({ code: CODES[error.name] ?? 'camera-missing', details: {} });
      });
    const camera = new Camera(video, stream);
    video.srcObject = stream;
    await video.play();
    return camera;
  }

  /**
   * The newest frame whenever one is asked for. Frames that come meanwhile are dropped, so none
   * ever waits and the overlay is never late by more than one.
   *
   * @throws ProblemError the camera was unplugged.
   */
  async *frames(): AsyncGenerator<ImageBitmap> {
    while ((await Promise.race([nextFrame(this.#video), this.#over])) !== 'stopped') {
      const frame = await bitmap(this.#video);
      if (frame) yield frame;
    }
  }

  stop(): void {
    this.#end();
    for (const track of this.#stream.getTracks()) track.stop();
    this.#video.srcObject = null;
  }
}

function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => video.requestVideoFrameCallback(() => resolve()));
}

/** Null where the camera went away in between. */
function bitmap(video: HTMLVideoElement): Promise<ImageBitmap | null> {
  return createImageBitmap(video, { colorSpaceConversion: 'none' }).catch(() => null);
}

function lost(): ProblemError {
  return new ProblemError({ code: 'camera-lost', details: {} });
}
