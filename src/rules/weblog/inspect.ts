// A request through all detectors. Targets, parameters, agents and referers that were found clean before are not looked at
// again: that is what makes a log of a million lines a matter of a second or two.

import { CleanCache, CleanTexts } from './clean-cache.ts'
import {
  parameterParts,
  pathOf,
  pathPart,
  agentPart,
  queryParameters,
  rareParts,
  refererPart,
} from './decode/parts.ts'
import type { AttackFinding, Part, PartDetector } from './detector.ts'
import type { WebRequest } from './request.ts'

/** A detector's finding and the part it was found in. */
export interface PartFinding {
  readonly finding: AttackFinding
  readonly part: Part
  readonly value: string
}

/** Findings of one request; a request with more has said enough. */
const maxFindings = 16

export type Inspect = (request: WebRequest) => readonly PartFinding[]

const nothing: readonly PartFinding[] = []

/** The returned function keeps caches of some megabytes. */
export function createInspector(detectors: readonly PartDetector[]): Inspect {
  const byPlace = detectorsByPlace(detectors)
  const caches = {
    target: new CleanCache(),
    path: new CleanCache(),
    query: new CleanCache(),
    agent: new CleanTexts(),
    referer: new CleanTexts(),
  }

  function judge(part: Part, found: PartFinding[]): void {
    for (const detector of byPlace.get(part.place) ?? []) {
      for (const value of part.values) {
        const finding = detector.detect(value, part)
        if (finding !== undefined && found.length < maxFindings * 2) found.push({ finding, part, value })
      }
    }
  }

  /** True when all parts are clean. */
  function judgeAll(parts: readonly Part[], found: PartFinding[]): boolean {
    const before = found.length
    for (const part of parts) judge(part, found)
    return found.length === before
  }

  function judgeTarget(target: string, found: PartFinding[]): void {
    if (!caches.path.has(pathOf(target)) && judgeAll([pathPart(target)], found)) caches.path.add()
    for (const parameter of queryParameters(target)) {
      if (isNumber(parameter.raw) && isHarmlessName(parameter.name)) continue
      if (caches.query.has(parameter.name, parameter.raw)) continue
      if (judgeAll(parameterParts('query', parameter), found)) caches.query.add()
    }
  }

  return (request) => {
    const found: PartFinding[] = []
    if (!caches.target.has(request.target)) {
      judgeTarget(request.target, found)
      if (found.length === 0) caches.target.add()
    }
    const { userAgent, referer } = request
    if (userAgent !== '' && !caches.agent.has(userAgent) && judgeAll([agentPart(userAgent)], found))
      caches.agent.add(userAgent)
    if (referer !== '' && !caches.referer.has(referer) && judgeAll([refererPart(referer)], found))
      caches.referer.add(referer)
    for (const part of rareParts(request)) judge(part, found)
    return found.length === 0 ? nothing : distinct(found)
  }
}

function detectorsByPlace(
  detectors: readonly PartDetector[],
): ReadonlyMap<Part['place'], readonly PartDetector[]> {
  const byPlace = new Map<Part['place'], PartDetector[]>()
  for (const detector of detectors) {
    for (const place of detector.places) {
      const list = byPlace.get(place)
      if (list === undefined) byPlace.set(place, [detector])
      else list.push(detector)
    }
  }
  return byPlace
}

/** Names reach objects too: `__proto__.admin=1`, `constructor.prototype.x=1`, `class.classLoader.x=1`. */
function isHarmlessName(name: string): boolean {
  return /^[\w.-]*$/.test(name) && !/proto|class/i.test(name)
}

function isNumber(text: string): boolean {
  if (text.length > 19) return false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 48 || code > 57) return false
  }
  return true
}

/** One finding a class and place: the surest one. */
function distinct(found: readonly PartFinding[]): readonly PartFinding[] {
  if (found.length === 1) return found
  const best = new Map<string, PartFinding>()
  for (const one of found) {
    const key = `${one.finding.class} ${one.part.place} ${one.part.name}`
    const other = best.get(key)
    if (other === undefined || other.finding.confidence < one.finding.confidence) best.set(key, one)
  }
  return [...best.values()]
    .toSorted((a, b) => b.finding.confidence - a.finding.confidence)
    .slice(0, maxFindings)
}
