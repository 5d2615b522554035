import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const page = await browser.newPage({
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
});
page.on('console', (m) => console.log('console', m.type(), m.text()));
page.on('pageerror', (e) => console.log('pageerror', e.message));
await page.goto('http://localhost:8471/');
await page.waitForTimeout(3000);
await page.screenshot({ path: '/tmp/s1.png' });
await page.click('#sample').catch((e) => console.log(e.message));
await page.waitForTimeout(1500);
await page.screenshot({ path: '/tmp/s2.png', fullPage: true });
console.log(
  await page.textContent('#share'),
  await page.textContent('#result-note'),
  await page.textContent('#problem-text'),
);
await page.goto('http://localhost:8471/#settings');
await page.waitForTimeout(500);
await page.screenshot({ path: '/tmp/s3.png', fullPage: true });
await browser.close();
