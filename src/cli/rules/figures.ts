// How figures are written for people.

export function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 rule`, `1,234 rules`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

/** Milliseconds with as many digits as matter. */
export function duration(ms: number): string {
  if (ms >= 100) return `${number(Math.round(ms))} ms`
  return `${ms.toFixed(ms >= 1 ? 1 : 3)} ms`
}
