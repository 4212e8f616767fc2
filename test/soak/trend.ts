// A straight line through samples (ordinary least squares), with the uncertainty of its slope: is the memory flat?

export interface Sample {
  readonly atMs: number
  readonly value: number
}

export interface Trend {
  /** A hour. */
  readonly slope: number
  /** The slope lies within ± this with 95 % probability, as far as the samples are independent. */
  readonly uncertainty: number
  readonly samples: number
}

const hourMs = 3_600_000
/** Student's t for 97.5 %, by degrees of freedom; beyond the table it is near 1.96. */
const student: readonly (readonly [number, number])[] = [
  [5, 2.571],
  [10, 2.228],
  [20, 2.086],
  [40, 2.021],
  [100, 1.984],
]

/** At least four samples, not all at one time; otherwise nothing can be said (NaN). */
export function trendOf(samples: readonly Sample[]): Trend {
  const count = samples.length
  const mean = (pick: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / count
  const meanAt = mean(({ atMs }) => atMs / hourMs)
  const meanValue = mean(({ value }) => value)
  let spread = 0
  let joint = 0
  for (const { atMs, value } of samples) {
    const at = atMs / hourMs - meanAt
    spread += at * at
    joint += at * (value - meanValue)
  }
  const slope = count < 4 || spread === 0 ? Number.NaN : joint / spread
  let rest = 0
  for (const { atMs, value } of samples) rest += (value - meanValue - slope * (atMs / hourMs - meanAt)) ** 2
  const deviation = Math.sqrt(rest / (count - 2) / spread)
  return { slope, uncertainty: tOf(count - 2) * deviation, samples: count }
}

function tOf(freedom: number): number {
  for (const [most, value] of student) if (freedom <= most) return value
  return 1.96
}

/** Medians of so many groups that follow each other: the jumps of a collector average out. */
export function grouped(samples: readonly Sample[], groups: number): Sample[] {
  const each = Math.max(1, Math.floor(samples.length / groups))
  const found: Sample[] = []
  for (let from = 0; from + each <= samples.length; from += each) {
    const part = samples.slice(from, from + each)
    const sorted = part.map(({ value }) => value).toSorted((a, b) => a - b)
    found.push({
      atMs: part.reduce((sum, { atMs }) => sum + atMs, 0) / each,
      value: sorted[Math.floor(each / 2)] ?? Number.NaN,
    })
  }
  return found
}
