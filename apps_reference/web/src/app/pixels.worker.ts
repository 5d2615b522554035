/** The worker in which `Pixels` lives. */

import { type PixelCalls, Pixels } from './pixels';
import { serve } from './remote';

const pixels = new Pixels();

serve({
  open: pixels.open.bind(pixels),
  tensor: pixels.tensor.bind(pixels),
  mark: pixels.mark.bind(pixels),
  paint: pixels.paint.bind(pixels),
  png: pixels.png.bind(pixels),
} satisfies PixelCalls);
