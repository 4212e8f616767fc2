// A list of targets in our own YAML (content/collect/, and what users write). Wrong lists are told with line and reason: a list that
// is half understood would leave evidence behind.

import { type Document, LineCounter, parseDocument } from 'yaml'
import * as z from 'zod/mini'

import { AppError, messageOf } from '../../base/app-error.ts'
import { profiles } from '../step.ts'
import { readPlaces } from './place.ts'
import { type Target, targetContents, type TargetList } from './target.ts'

const maxTextLength = 4 * 1024 * 1024
const maxTold = 20

const sizeUnits: Readonly<Record<string, number>> = {
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

const id = z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is of a-z, 0-9 and hyphens'))
const text = z.string().check(z.minLength(1))
const size = z.union([
  z.int().check(z.minimum(0)),
  z.string().check(z.regex(/^\d{1,9} ?(KiB|MiB|GiB|TiB)$/, 'a size is a number of bytes, or such as 64 MiB')),
])

const targetSchema = z.strictObject({
  id,
  about: text,
  attack: z.optional(
    z.array(z.string().check(z.regex(/^T\d{4}(\.\d{3})?$/, 'a technique is such as T1053.005'))),
  ),
  profiles: z.optional(z.array(z.enum(profiles)).check(z.minLength(1))),
  paths: z.array(text).check(z.minLength(1)),
  content: z.optional(z.enum(targetContents)),
  maxBytes: z.optional(size),
  minBytes: z.optional(size),
})

const listSchema = z.strictObject({
  system: z.enum(['windows', 'linux']),
  id,
  title: text,
  order: z.optional(z.int()),
  targets: z.array(targetSchema).check(z.minLength(1)),
})

type Path = readonly PropertyKey[]

/** `file` is named in messages. Throws AppError `usage` with every fault and its line. */
export function readTargets(content: string, file: string): TargetList {
  if (content.length > maxTextLength) throw invalid(file, ['1: the list is larger than 4 MiB'])
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined) throw invalid(file, [`${lines.linePos(error.pos[0]).line}: ${error.message}`])
  const lineOf = (path: Path): number => lineIn(document, lines, path)
  const read = listSchema.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (!read.success)
    throw invalid(
      file,
      read.error.issues.map(
        ({ path, message }) => `${lineOf(path)}: ${path.map(String).join('.')}: ${message}`,
      ),
    )
  const faults: string[] = []
  const seen = new Set<string>()
  const { system, targets, order = 100, ...head } = read.data
  const list = targets.map((target, at): Target => {
    if (seen.has(target.id)) faults.push(`${lineOf(['targets', at, 'id'])}: ${target.id} is there twice`)
    seen.add(target.id)
    const places = target.paths.flatMap((path, index) => {
      try {
        return readPlaces(path, system)
      } catch (thrown) {
        faults.push(`${lineOf(['targets', at, 'paths', index])}: ${path}: ${messageOf(thrown)}`)
        return []
      }
    })
    const { maxBytes, minBytes } = target
    return {
      id: target.id,
      about: target.about,
      attack: target.attack ?? [],
      profiles: target.profiles ?? ['full'],
      content: target.content ?? 'whole',
      places,
      ...(maxBytes === undefined ? {} : { maxBytes: bytesOf(maxBytes) }),
      ...(minBytes === undefined ? {} : { minBytes: bytesOf(minBytes) }),
    }
  })
  if (faults.length > 0) throw invalid(file, faults)
  return { ...head, system, order, targets: list }
}

function bytesOf(given: number | string): number {
  if (typeof given === 'number') return given
  const [, count, unit = ''] = /^(\d+) ?(\w+)$/.exec(given) ?? []
  return Number(count) * (sizeUnits[unit] ?? 1)
}

function lineIn(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    const range: unknown =
      typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
    const start: unknown = Array.isArray(range) ? range[0] : undefined
    if (typeof start === 'number') return lines.linePos(start).line
  }
  return 1
}

function invalid(file: string, faults: readonly string[]): AppError {
  const told = faults.slice(0, maxTold).map((fault) => `${file}:${fault}`)
  if (faults.length > maxTold) told.push(`and ${faults.length - maxTold} more`)
  return new AppError('usage', told.join('\n'), {
    hint: 'docs/guide/collect.md says how a list is written',
  })
}
