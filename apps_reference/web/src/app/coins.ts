/** Round coins and their diameters in millimetres, as their mints publish them. */

import type { Key } from './messages/en';

export const COINS = {
  '1 c': 16.25,
  '2 c': 18.75,
  '5 c': 21.25,
  '10 c': 19.75,
  '20 c': 22.25,
  '50 c': 24.25,
  '€1': 23.25,
  '€2': 25.75,
  '1 ¢': 19.05,
  '5 ¢': 21.21,
  '10 ¢': 17.91,
  '25 ¢': 24.26,
  '1 p': 20.3,
  '2 p': 25.9,
  '5 p': 18,
  '10 p': 24.5,
  '£2': 28.4,
  '5 Rp': 17.15,
  '10 Rp': 19.15,
  '20 Rp': 21.05,
  '½ Fr': 18.2,
  '1 Fr': 23.2,
  '2 Fr': 27.4,
  '5 Fr': 31.45,
} as const;

export type CoinName = keyof typeof COINS;

export const CURRENCIES: readonly { readonly name: Key; readonly coins: readonly CoinName[] }[] = [
  { name: 'scale.euro', coins: ['1 c', '2 c', '5 c', '10 c', '20 c', '50 c', '€1', '€2'] },
  { name: 'scale.dollar', coins: ['1 ¢', '5 ¢', '10 ¢', '25 ¢'] },
  { name: 'scale.pound', coins: ['1 p', '2 p', '5 p', '10 p', '£2'] },
  { name: 'scale.franc', coins: ['5 Rp', '10 Rp', '20 Rp', '½ Fr', '1 Fr', '2 Fr', '5 Fr'] },
];
