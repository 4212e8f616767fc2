// Time that all threads of the process agree on (performance.now() counts from each thread's own start).

/** Monotonic milliseconds as a 32-bit integer; it wraps, so only differences (`since`) mean anything. */
export function monotonicMs(): number {
  const [seconds, ns] = process.hrtime()
  return (seconds * 1000 + Math.floor(ns / 1_000_000)) | 0
}

/** Milliseconds from an earlier `monotonicMs`. */
export function since(earlier: number): number {
  return (monotonicMs() - earlier) | 0
}
