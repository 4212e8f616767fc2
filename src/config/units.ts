// Sizes and durations as people write them. Loads nothing, because the command line parses with it too.

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
}

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Bytes, from `2 GiB`, `64k`, `1000`; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  return parseQuantity(text, sizeUnits)
}

/** Milliseconds, from `500ms`, `5 s`, `2 min`; a unit is required, because 5 could be either. */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, durationUnits)
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,9})?) ?([a-z]{0,3})$/i.exec(text.trim())
  const unit = (match?.[2] ?? '').toLowerCase()
  if (match === null || !Object.hasOwn(units, unit)) return undefined
  const value = Math.round(Number(match[1]) * (units[unit] ?? 1))
  return Number.isSafeInteger(value) ? value : undefined
}

const steps = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const

/** `2 GiB`, `1.5 MiB`, `17 B`. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of steps) {
    if (bytes >= factor) return `${trimZero(bytes / factor)} ${unit}`
  }
  return `${Math.round(bytes)} B`
}

/** `500 ms`, `5 s`, `2 min 5 s`, `1 h 30 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${trimZero(ms / 1000)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  return joined(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min')
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

function trimZero(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}
