// What a measurement found, and what was asked for. The table at the end of a run shows every figure.
import { expect, test } from '@playwright/test';

export const KIND = 'figure';

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The highest value that is good enough, if one was asked for. */
  atMost?: number;
}

/** Notes a figure for the table, and fails the measurement if it is above its limit; the rest is still measured. */
export function figure(found: Figure): void {
  test.info().annotations.push({ type: KIND, description: JSON.stringify(found) });
  if (found.atMost !== undefined) {
    expect.soft(found.value, `${found.name} in ${found.unit}`).toBeLessThanOrEqual(found.atMost);
  }
}

/** The middle one of several samples. */
export function median(samples: number[]): number {
  return percentile(samples, 50);
}

/** The sample that so many percent of the samples do not exceed. */
export function percentile(samples: number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(Math.ceil((sorted.length * percent) / 100), 1);
  const found = sorted[rank - 1];
  if (found === undefined) throw new Error('no sample was taken');
  return found;
}
