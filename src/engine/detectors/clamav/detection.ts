// What was found, in the order in which clamscan would find it: it prints the first.

export interface Detection {
  readonly name: string
  /** Where in the object; 0 where that has no meaning. */
  readonly offset: number
}

/** The stages of one pass of ClamAV over an object. Body signatures come window by window. */
export const stage = { body: 0, hash: 1, targetLogical: 2, logical: 3 } as const

/** Bytes that ClamAV looks at in one piece. */
const windowBytes = 131_072

export interface PlacedDetection extends Detection {
  readonly stage: number
  readonly target: number
  /** See StoredBodySignature. */
  readonly plain: boolean
  /** Where in the object ClamAV notices it, by how many bytes, and how many parts the signature has. */
  readonly noticed: number
  readonly depth: number
  readonly parts: number
}

/**
 * Within a window the signatures of the file's own target come first, and in each of both the plain ones; at one place
 * those of the others that were loaded last. `found` is in the order of loading.
 */
export function inOrder(found: readonly PlacedDetection[]): PlacedDetection[] {
  const isLate = (one: PlacedDetection): boolean => one.stage === stage.body && !one.plain
  return [...found.filter(isLate).toReversed(), ...found.filter((one) => !isLate(one))].toSorted(
    (left, right) => {
      if (left.stage !== right.stage) return left.stage - right.stage
      if (left.stage !== stage.body) return 0
      return (
        windowOf(left) - windowOf(right) ||
        Number(left.target === 0) - Number(right.target === 0) ||
        Number(right.plain) - Number(left.plain) ||
        left.noticed - right.noticed ||
        right.depth - left.depth ||
        left.parts - right.parts
      )
    },
  )
}

function windowOf({ noticed }: PlacedDetection): number {
  return Math.floor(noticed / windowBytes)
}

const unwanted = 'PUA.'

/** Each name once; those of unwanted applications only count when there is nothing else, so they come last. */
export function named(detections: readonly Detection[]): Detection[] {
  const first = new Map<string, Detection>()
  for (const detection of detections) if (!first.has(detection.name)) first.set(detection.name, detection)
  const all = [...first.values()]
  return [
    ...all.filter(({ name }) => !name.startsWith(unwanted)),
    ...all.filter(({ name }) => name.startsWith(unwanted)),
  ]
}

/** For what has no place among body signatures. */
export const unplaced = { target: 0, plain: false, noticed: 0, depth: 0, parts: 0 } as const
