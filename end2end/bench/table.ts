// A Playwright reporter that prints the figures of all measurements as one table.
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { KIND, type Figure } from './figure';

export default class Table implements Reporter {
  private readonly figures: Figure[] = [];

  onTestEnd(_test: TestCase, result: TestResult): void {
    for (const { type, description } of result.annotations) {
      if (type === KIND && description) this.figures.push(JSON.parse(description) as Figure);
    }
  }

  onEnd(): void {
    if (this.figures.length === 0) return;
    console.log(`\n${row('figure', 'measured', 'at most')}`);
    for (const { name, value, unit, atMost } of this.figures) {
      const limit = atMost === undefined ? '' : `${atMost} ${unit}`;
      const verdict = atMost !== undefined && value > atMost ? '  above' : '';
      console.log(row(name, `${shown(value)} ${unit}`, limit) + verdict);
    }
  }

  printsToStdio(): boolean {
    return false;
  }
}

function row(name: string, measured: string, limit: string): string {
  return `${name.padEnd(56)} ${measured.padStart(16)} ${limit.padStart(16)}`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
