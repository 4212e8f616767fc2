// The orchestrator: identify → detect → unpack → recurse → verdict. Reads from top to bottom as a scan runs.

import { messageOf } from '../base/app-error.ts'
import {
  type Detection,
  type Heuristic,
  isDecisive,
  type Reason,
  type ReasonCode,
  type Verdict,
} from '../model/index.ts'
import type { Detector, FileFacts } from './detectors/detector.ts'
import type { Format, UnpackContext } from './formats/format.ts'
import { type Budget, LimitReached } from './limits.ts'
import { headBytes, type Language, type ScanObject } from './scan-object.ts'
import type { ByteSource } from './source/byte-source.ts'
import { sha256Of } from './source/digest.ts'
import { SourceUnreadable } from './source/fd-source.ts'

/** What the scans of one instance work with. */
export interface Parts {
  readonly detectors: readonly Detector[]
  readonly formats: readonly Format[]
  readonly passwords: readonly string[]
  readonly heads: Heads
  /** Heuristics below this score are not told. */
  readonly reportScore: number
}

/** One buffer a depth: an object's head lasts as long as its visit, and no scan allocates for it. */
export class Heads {
  readonly #buffers: Uint8Array[] = []

  copy(depth: number, bytes: Uint8Array): Uint8Array {
    const buffer = this.#buffers[depth] ?? new Uint8Array(headBytes)
    this.#buffers[depth] = buffer
    buffer.set(bytes)
    return buffer.subarray(0, bytes.length)
  }
}

export interface ScanRequest {
  readonly source: ByteSource
  /** The scanned file's base name: the first link of every chain. */
  readonly name: string
  readonly size: number
  readonly budget: Budget
  /** Ends at the first decisive detection: enough for somebody who only asks whether to open the file. */
  readonly firstOnly: boolean
  /** The score from which on a heuristic is decisive. */
  readonly decisiveScore: number
  /** Told what every part did with every object. */
  readonly trace?: ((step: TraceStep) => void) | undefined
  readonly file: FileFacts
  /** Of the object itself, where its container said it. */
  readonly language?: Language
}

/** One part's work on one object. */
export interface TraceStep {
  readonly kind: 'format' | 'detector'
  readonly id: string
  readonly chain: readonly string[]
  readonly outcome: string
  readonly us: number
}

/** Judges one object and everything inside it. Never throws because of what the object contains. */
export function scan(parts: Parts, request: ScanRequest): Verdict {
  const findings = new Findings()
  let failed = false
  try {
    visit(parts, request, findings, {
      chain: [request.name],
      containerChain: [request.name],
      depth: 0,
      source: request.source,
      language: request.language,
    })
  } catch (thrown) {
    if (thrown instanceof LimitReached) findings.note(thrown.code, [request.name], thrown.message)
    else if (thrown instanceof SourceUnreadable) {
      failed = true
      findings.note('unreadable', [request.name], thrown.message)
    } else if (!(thrown instanceof EnoughFound)) throw thrown
  }
  return findings.verdict(failed, request.size, request.budget.elapsedMs)
}

interface Visit {
  readonly chain: readonly string[]
  /** What the chains of this object's members begin with: a stream format adds no link (formats/format.ts). */
  readonly containerChain: readonly string[]
  readonly depth: number
  readonly source: ByteSource
  readonly language?: Language | undefined
  readonly isDisk?: boolean | undefined
  /** It came from a search (formats/format.ts). */
  readonly isFound?: boolean
}

/** What formats call the bytes behind their end. */
const restNames: ReadonlySet<string> = new Set(['trailing-data', 'overlay'])

function visit(parts: Parts, request: ScanRequest, findings: Findings, place: Visit): void {
  request.budget.checkTime()
  const object: ScanObject = {
    chain: place.chain,
    depth: place.depth,
    source: place.source,
    head: parts.heads.copy(place.depth, place.source.read(0, headBytes)),
    ...(place.language === undefined ? {} : { language: place.language }),
  }
  const isSearched = place.isDisk !== true || place.source.size <= request.budget.limits.maxMatchedBytes
  if (isSearched)
    for (const detector of parts.detectors) runDetector(detector, object, { parts, request, findings })
  const opened: string[] = []
  for (const format of parts.formats) {
    const started = request.trace === undefined ? 0 : performance.now()
    const matches = guarded(findings, object, format.id, () => format.matches(object, opened)) === true
    if (request.trace !== undefined) {
      const outcome = matches ? 'is one: opened' : 'is none'
      request.trace({
        kind: 'format',
        id: format.id,
        chain: object.chain,
        outcome,
        us: (performance.now() - started) * 1000,
      })
    }
    if (!matches) continue
    opened.push(format.id)
    if (object.depth >= request.budget.limits.maxDepth) {
      findings.note('depth', object.chain, `containers nested deeper than ${request.budget.limits.maxDepth}`)
      return
    }
    unpack({ parts, request, findings }, format, object, place)
  }
}

function runDetector(detector: Detector, object: ScanObject, scanning: Scanning): void {
  const { parts, request, findings } = scanning
  const { budget } = request
  const started = request.trace === undefined ? 0 : performance.now()
  let names = ''
  let isEnough = false
  const add = (name: string, offset: number, heuristic?: Heuristic): void => {
    names = names === '' ? name : `${names}, ${name}`
    const sha256 = findings.digestOf(object, budget)
    const traits = heuristic === undefined ? {} : { heuristic }
    const detection = { name, detector: detector.id, chain: object.chain, offset, sha256, ...traits }
    findings.add(detection)
    isEnough ||= isDecisive(detection, request.decisiveScore)
  }
  guarded(findings, object, detector.id, () =>
    detector.detect(object, {
      budget,
      file: request.file,
      incomplete: (code, message) => findings.note(code, object.chain, message),
      report: (name, offset) => add(name, offset),
      suspect: ({ name, offset, score, reasons, techniques }) => {
        if (score >= parts.reportScore) add(name, offset, { score, reasons, techniques })
      },
    }),
  )
  if (request.trace !== undefined) {
    const outcome = names === '' ? 'nothing' : `found ${names}`
    request.trace({
      kind: 'detector',
      id: detector.id,
      chain: object.chain,
      outcome,
      us: (performance.now() - started) * 1000,
    })
  }
  if (request.firstOnly && isEnough) throw new EnoughFound()
}

interface Scanning {
  readonly parts: Parts
  readonly request: ScanRequest
  readonly findings: Findings
}

function unpack(scanning: Scanning, format: Format, object: ScanObject, place: Visit): void {
  const { parts, request, findings } = scanning
  const context: UnpackContext = {
    budget: request.budget,
    passwords: parts.passwords,
    fault: (memberName, code, message) => findings.note(code, [...place.containerChain, memberName], message),
  }
  guarded(findings, object, format.id, () => {
    for (const member of format.members(object, context)) {
      if (place.isFound === true && restNames.has(member.name)) continue
      request.budget.countMember()
      const chain = [...place.containerChain, member.name]
      try {
        visit(parts, request, findings, {
          chain,
          containerChain: format.kind === 'stream' ? place.containerChain : chain,
          depth: object.depth + 1,
          source: member.source,
          language: member.language,
          isDisk: member.isDisk,
          isFound: format.kind === 'search',
        })
      } catch (thrown) {
        // A member that unpacks to too much ends alone; every other limit ends the scan.
        if (!(thrown instanceof LimitReached) || thrown.code !== 'ratio') throw thrown
        findings.note('ratio', chain, thrown.message)
      } finally {
        member.source.release?.()
      }
    }
  })
}

/** Runs code of a format or detector: what it throws by mistake becomes a reason, never an exception. */
function guarded<T>(findings: Findings, object: ScanObject, id: string, run: () => T): T | undefined {
  try {
    return run()
  } catch (thrown) {
    if (thrown instanceof LimitReached || thrown instanceof SourceUnreadable) throw thrown
    if (thrown instanceof EnoughFound) throw thrown
    findings.note('fault', object.chain, `${id}: ${messageOf(thrown)}`)
    return undefined
  }
}

function digest(object: ScanObject, budget: Budget): string {
  try {
    return sha256Of(object.source, budget)
  } catch (thrown) {
    if (thrown instanceof LimitReached) return ''
    throw thrown
  }
}

/** Ends a `firstOnly` scan; never leaves this file. */
class EnoughFound extends Error {}

/** Reasons kept per scan: an archive of a million encrypted members needs no million sentences. */
const maxReasons = 100
const maxDetections = 1000

class Findings {
  readonly #detections: Detection[] = []
  readonly #reasons: Reason[] = []
  #digested: { readonly object: ScanObject; readonly sha256: string } | undefined

  get any(): boolean {
    return this.#detections.length > 0
  }

  /** Computed once for an object, however much is found in it. */
  digestOf(object: ScanObject, budget: Budget): string {
    if (this.#digested?.object !== object) this.#digested = { object, sha256: digest(object, budget) }
    return this.#digested.sha256
  }

  add(detection: Detection): void {
    if (this.#detections.length < maxDetections) this.#detections.push(detection)
  }

  note(code: ReasonCode, chain: readonly string[], message: string): void {
    if (this.#reasons.length < maxReasons) this.#reasons.push({ code, chain, message })
  }

  #status(failed: boolean): Verdict['status'] {
    if (this.any) return 'found'
    if (failed) return 'failed'
    return this.#reasons.length > 0 ? 'partial' : 'clean'
  }

  verdict(failed: boolean, size: number, ms: number): Verdict {
    return {
      status: this.#status(failed),
      detections: this.#detections,
      reasons: this.#reasons,
      size,
      ms,
    }
  }
}
