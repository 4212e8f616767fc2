// Figures of the rounds by name, and their medians as text.

import { loadavg } from 'node:os'

import { median } from '../samples.ts'

export class Figures {
  readonly #values = new Map<string, number[]>()

  add(name: string, value: number): void {
    const values = this.#values.get(name) ?? []
    values.push(value)
    this.#values.set(name, values)
  }

  median(name: string): number | undefined {
    return median(this.#values.get(name) ?? [])
  }

  /** Median with so many digits behind the point; empty when it was not measured. */
  text(name: string, digits = 1): string {
    return this.median(name)?.toFixed(digits) ?? ''
  }

  toJSON(): Record<string, readonly number[]> {
    return Object.fromEntries(this.#values)
  }
}

/** The value that so much of the values (0 to 1) does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function loadText(): string {
  return `load ${loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')}`
}
