// Compressing with 7-Zip's own `a`: one object into one stream.

import type { Budget } from '../limits.ts'
import type { ByteSource } from '../source/byte-source.ts'
import { Output } from './output.ts'
import { startRun } from './run.ts'

export type StreamType = 'bzip2' | 'xz'

/** More than this is compressed by the fastest level: the decoder gains nothing by the others. */
const slowBytes = 8 * 1024 * 1024

/** The compressed stream, or why there is none, in a few words. A LimitReached of the budget passes through. */
export function compressWith7z(source: ByteSource, type: StreamType, budget: Budget): Uint8Array | string {
  const level = source.size > slowBytes ? 1 : 5
  const options = [`-t${type}`, `-mx=${level}`, ...(type === 'xz' ? ['-md=16m'] : [])]
  const args = ['a', '-y', '-bd', '-bse1', ...options, '--', '/out/packed', '/in/content']
  using run = startRun(source, { args, name: 'content', isUpdate: true }, budget)
  if (run === undefined) return 'too many archives inside each other'
  const output = new Output()
  for (let message; (message = run.peek()) !== undefined; run.take()) {
    budget.checkTime()
    output.take(message)
  }
  if (output.isTooLarge) return 'it is too large'
  if (run.ending?.code === 0 && run.ending.failure === '') return output.bytes
  return output.said.find((line) => line !== '') ?? 'the compressor failed'
}
