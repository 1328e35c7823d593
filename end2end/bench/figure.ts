// A measured figure and its limit. The table at the end of a run lists all figures.
import { expect, test } from '@playwright/test';

export const KIND = 'figure';

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The limit, if there is one. */
  atMost?: number;
}

/** Records a figure for the table, and fails the measurement softly if it exceeds its limit. */
export function figure(found: Figure): void {
  test.info().annotations.push({ type: KIND, description: JSON.stringify(found) });
  if (found.atMost !== undefined) {
    expect.soft(found.value, `${found.name} in ${found.unit}`).toBeLessThanOrEqual(found.atMost);
  }
}

/** The median of the samples. */
export function median(samples: number[]): number {
  return percentile(samples, 50);
}

/** The given percentile of the samples. */
export function percentile(samples: number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(Math.ceil((sorted.length * percent) / 100), 1);
  const found = sorted[rank - 1];
  if (found === undefined) throw new Error('no sample was taken');
  return found;
}
