import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const ctx = await browser.newContext({
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  serviceWorkers: process.argv[2] ?? 'block',
});
const page = await ctx.newPage();
page.on(
  'console',
  (m) =>
    (m.type() === 'error' && m.text().startsWith('INFO')) ||
    console.log('console', m.type(), m.text().slice(0, 200)),
);
page.on('pageerror', (e) => console.log('pageerror', e.message));
page.on('requestfailed', (r) => console.log('failed', r.url(), r.failure()?.errorText));
await page.goto('http://localhost:8471/');
await page.waitForTimeout(2500);
console.log(
  await page.locator('#choose').isDisabled(),
  await page.textContent('#loading'),
  await page.textContent('#problem-text'),
);
await page.setInputFiles('#file', '/work/webui/tests/vectors/photos/megapixel-900x1200.jpg');
await page.waitForTimeout(2500);
console.log(
  await page.textContent('#share'),
  await page.textContent('#busy'),
  await page.textContent('#problem-text'),
);
await browser.close();
