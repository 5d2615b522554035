/** public/icons/icon.svg -> its PNG files, drawn by Chromium: node scripts/icons.mjs */

import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const FOLDER = new URL('../public/icons/', import.meta.url);
const drawing = readFileSync(new URL('icon.svg', FOLDER), 'utf8');
// Systems cut icons to their own shape: those get the ground to the very edge.
const uncut = drawing.replace('rx="112"', '');
const ICONS = {
  'icon-180': uncut,
  'icon-192': drawing,
  'icon-512': drawing,
  'icon-maskable-512': uncut,
};

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const [name, svg] of Object.entries(ICONS)) {
  const side = Number(name.match(/\d+$/)[0]);
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  await page.setContent(
    `<style>body { margin: 0 } svg { display: block; width: ${side}px }</style>${svg}`,
  );
  writeFileSync(new URL(`${name}.png`, FOLDER), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
