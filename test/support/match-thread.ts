// A thread with a matcher of its own on a shared image: `workerData` is a MatchTask, one MatchAnswer comes back.

import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'

import { Image, type SharedImage } from '../../src/engine/image.ts'
import { Matcher } from '../../src/engine/matcher/matcher.ts'
import { placesOf, run } from './pattern-search.ts'

export interface MatchTask {
  readonly shared: SharedImage
  readonly patterns: number
  readonly objects: readonly Uint8Array[]
  readonly rounds: number
  /** Counted up by each thread that is ready. */
  readonly start: Int32Array
  readonly threads: number
}

export interface MatchAnswer {
  /** One for each object and way of searching, the same in every round. */
  readonly digests: readonly string[]
  readonly matches: number
}

/** All matches of every pattern in each object, for both ways of searching. */
export function digestsOf(
  matcher: Matcher,
  { objects, patterns }: Pick<MatchTask, 'objects' | 'patterns'>,
): MatchAnswer {
  let matches = 0
  const digests = objects.flatMap((bytes) =>
    [true, false].map((all) => {
      const hits = run(matcher, bytes, { all })
      const digest = createHash('sha256')
      for (let pattern = 0; pattern < patterns; pattern++) {
        const places = placesOf(hits, pattern)
        matches += places.length
        digest.update(`${pattern}: ${places.join()};`)
      }
      return digest.digest('hex')
    }),
  )
  return { digests, matches }
}

if (parentPort !== null) {
  const task = workerData as MatchTask
  const { shared, rounds, start, threads } = task
  const matcher = new Matcher(new Image(shared))
  Atomics.add(start, 0, 1)
  Atomics.notify(start, 0)
  for (let ready = Atomics.load(start, 0); ready < threads; ready = Atomics.load(start, 0)) {
    Atomics.wait(start, 0, ready, 1000)
  }
  const answers = Array.from({ length: rounds }, () => digestsOf(matcher, task))
  const [first] = answers
  for (const answer of answers) {
    if (answer.digests.join() !== first?.digests.join()) throw new Error('a round gave another answer')
  }
  parentPort.postMessage(first)
}
