// Opens containers as the scan does, without detectors: everything that can be reached, flat, with its chain.

import type { Format, Member, UnpackContext } from '../../src/engine/formats/format.ts'
import { formats as allFormats } from '../../src/engine/formats/index.ts'
import { Budget, defaultLimits, LimitReached, type Limits } from '../../src/engine/limits.ts'
import { headBytes } from '../../src/engine/scan-object.ts'
import { type ByteSource, bytesSource, chunksOf } from '../../src/engine/source/byte-source.ts'

export interface Unpacked {
  /** Chain joined with ` → ` and the bytes as Latin-1 (the first `keepBytes`). */
  readonly members: { chain: string; text: string; size: number }[]
  /** `code chain`. */
  readonly faults: string[]
  readonly limit: string | undefined
  readonly budget: Budget
}

export interface UnpackOptions {
  readonly formats?: readonly Format[]
  readonly limits?: Partial<Limits>
  readonly passwords?: readonly string[]
  readonly name?: string
  readonly isFlat?: boolean
  readonly keepBytes?: number
  readonly visit?: (member: Member) => void
}

export function unpack(bytes: Uint8Array | ByteSource, options: UnpackOptions = {}): Unpacked {
  const budget = new Budget({ ...defaultLimits, ...options.limits })
  const members: Unpacked['members'] = []
  const faults: string[] = []
  const keepBytes = options.keepBytes ?? 1 << 20
  const visit = (chain: readonly string[], source: ByteSource): void => {
    if (chain.length > budget.limits.maxDepth + 1) throw new LimitReached('depth', 'too deep')
    const object = { chain, depth: chain.length - 1, source, head: source.read(0, headBytes).slice() }
    const opened: string[] = []
    for (const format of options.formats ?? allFormats) {
      if (!format.matches(object, opened)) continue
      opened.push(format.id)
      const context: UnpackContext = {
        budget,
        passwords: options.passwords ?? [],
        fault: (name, code) => faults.push(`${code} ${[...chain.slice(1), name].join(' → ')}`),
      }
      for (const member of format.members(object, context)) {
        budget.countMember()
        const inner = [...chain, member.name]
        try {
          members.push({ chain: inner.slice(1).join(' → '), ...contentOf(member.source, keepBytes, budget) })
          options.visit?.(member)
          if (options.isFlat !== true) visit(inner, member.source)
        } catch (thrown) {
          if (!(thrown instanceof LimitReached) || thrown.code !== 'ratio') throw thrown
          faults.push(`ratio ${inner.slice(1).join(' → ')}`)
        } finally {
          member.source.release?.()
        }
      }
    }
  }
  let limit: string | undefined
  try {
    visit([options.name ?? 'object'], bytes instanceof Uint8Array ? bytesSource(bytes) : bytes)
  } catch (thrown) {
    if (!(thrown instanceof LimitReached)) throw thrown
    limit = thrown.code
  }
  return { members, faults, limit, budget }
}

function contentOf(source: ByteSource, keepBytes: number, budget: Budget): { text: string; size: number } {
  let text = ''
  let size = 0
  for (const chunk of chunksOf(source)) {
    budget.checkTime()
    if (text.length < keepBytes) text += Buffer.from(chunk).toString('latin1', 0, keepBytes - text.length)
    size += chunk.length
  }
  return { text, size }
}

/** `name=content` of each member, for short ones. */
export function listed({ members }: Unpacked): string[] {
  return members.map(({ chain, text }) => `${chain}=${text}`)
}
