// Path algebra: how far a path goes up, and whether it leaves its own start. Segments that only filters or lenient file systems
// read as '..' ('....', '..;', '..' with a control byte inside) count as such.

/** Segments looked at; longer climbs are climbs already. */
const maxSegments = 128

export interface Climb {
  /** Segments that go up. */
  readonly ups: number
  /** Levels above the place where the path starts. */
  readonly above: number
  /** Segments '.', which change nothing and only deceive filters. */
  readonly stays: number
  /** Segments of three and more dots. */
  readonly dots: number
}

type Step = 'up' | 'stay' | 'dots' | 'down' | 'none'

// Bytes that stand inside or around the dots of a segment and that some decoder drops: NUL, control bytes, '%', ';'.
const padding = /[\0-\x20%;"'?\ufffd]+/g

function stepOf(segment: string): Step {
  if (segment.length === 0) return 'none'
  if (segment.length > 16) return 'down'
  if (segment === '..') return 'up'
  if (segment === '.') return 'stay'
  if (!segment.includes('.')) return 'down'
  const bare = segment.replace(padding, '')
  if (bare === '..') return 'up'
  if (bare === '.') return segment.includes('\0') ? 'up' : 'stay'
  return /^\.{3,}$/.test(bare) ? 'dots' : 'down'
}

/** Reads a path with / and \ as separators. */
export function climbOf(path: string): Climb {
  let [ups, above, stays, dots, level] = [0, 0, 0, 0, 0]
  let start = 0
  for (let count = 0; count < maxSegments && start <= path.length; count++) {
    let end = start
    while (end < path.length && path[end] !== '/' && path[end] !== '\\') end++
    const step = stepOf(path.slice(start, end))
    if (step === 'up') {
      ups++
      level--
      above = Math.max(above, -level)
    } else if (step === 'dots') dots++
    else if (step === 'stay') stays++
    else if (step === 'down') level++
    start = end + 1
  }
  return { ups, above, stays, dots }
}
