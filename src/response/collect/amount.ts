// Durations for people, in whole units.

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `5 min`, `90 min`, `0 s`. */
export function formatted(ms: number): string {
  const [unit, factor] = units.find(([, one]) => ms >= one && ms % one === 0) ??
    units.find(([, one]) => ms >= 2 * one) ?? ['s', 1000]
  return `${Math.floor(ms / factor)} ${unit}`
}
