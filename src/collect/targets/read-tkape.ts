// Targets of KAPE (.tkape): YAML with a list `Targets`, whose entries are folders with a mask of names, or names of other targets.
// https://ericzimmerman.github.io/KapeDocs/#!Pages%5C2.1-Targets.md. Read as their authors mean them, so that a team's own lists
// go on working; nothing of KAPE is needed.

import { parseDocument } from 'yaml'
import * as z from 'zod/mini'

import { AppError, messageOf } from '../../base/app-error.ts'
import { readPlaces } from './place.ts'
import type { Place, Target, TargetList } from './target.ts'

const maxTextLength = 4 * 1024 * 1024
/** Targets that name targets that name targets. */
const maxDepth = 16
const maxEntries = 20_000

// Numbers and booleans appear with and without quotes in the wild.
const flag = z.union([z.boolean(), z.string()])
const count = z.union([z.int(), z.string().check(z.regex(/^\d{1,15}$/, 'is no number of bytes'))])
const word = z.union([z.string(), z.number(), z.boolean(), z.null()])

const entrySchema = z.object({
  Name: word,
  Category: z.optional(word),
  Path: z.string().check(z.minLength(1)),
  FileMask: z.optional(z.nullable(word)),
  Recursive: z.optional(z.nullable(flag)),
  IsDirectory: z.optional(z.nullable(flag)),
  AlwaysAddToQueue: z.optional(z.nullable(flag)),
  SaveAsFileName: z.optional(z.nullable(word)),
  MinSize: z.optional(z.nullable(count)),
  MaxSize: z.optional(z.nullable(count)),
  Comment: z.optional(z.nullable(word)),
})

const fileSchema = z.object({
  Description: z.optional(z.nullable(word)),
  Author: z.optional(z.nullable(word)),
  Version: z.optional(z.nullable(word)),
  Id: z.optional(z.nullable(word)),
  RecreateDirectories: z.optional(z.nullable(flag)),
  Targets: z.array(entrySchema).check(z.minLength(1)),
})

type Entry = z.infer<typeof entrySchema>

export interface TkapeFile {
  /** Named in messages. */
  readonly path: string
  readonly text: string
}

/** Files for the name of a target, e.g. `Chrome.tkape` or a folder of them `Browsers\*`; undefined where there is none. */
export type FindTkape = (name: string) => readonly TkapeFile[] | undefined

/**
 * All that a file names, through the targets that it names; each of those once.
 * Throws AppError `list-invalid` with the place and the reason.
 */
export function readTkape(file: TkapeFile, find: FindTkape): TargetList {
  const targets: Target[] = []
  const done = new Set<string>()
  const title = readInto(file, { targets, done, find }, 0)
  return { system: 'windows', id: idOf(nameOf(file.path)), title, order: 50, targets }
}

interface Reading {
  readonly targets: Target[]
  readonly done: Set<string>
  readonly find: FindTkape
}

/** Returns what the file says that it is. */
function readInto(file: TkapeFile, reading: Reading, depth: number): string {
  reading.done.add(file.path.toLowerCase())
  const { Description: about, Targets: entries } = parse(file)
  for (const [index, entry] of entries.entries()) {
    const where = `${file.path}: target ${index + 1} (${String(entry.Name)})`
    if (reading.targets.length >= maxEntries) throw fault(where, `there are more than ${maxEntries} targets`)
    if (isReference(entry.Path)) follow(entry.Path, { where, depth }, reading)
    else reading.targets.push(targetOf(entry, where, `${idOf(nameOf(file.path))}-${index + 1}`))
  }
  return String(about ?? nameOf(file.path))
}

function parse(file: TkapeFile): z.infer<typeof fileSchema> {
  if (file.text.length > maxTextLength) throw fault(file.path, 'the file is larger than 4 MiB')
  const document = parseDocument(file.text, { prettyErrors: true, logLevel: 'silent', uniqueKeys: false })
  const [error] = document.errors
  if (error !== undefined)
    throw fault(`${file.path}:${error.linePos?.[0].line ?? 1}`, error.message.split('\n')[0] ?? '')
  const read = fileSchema.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw fault(file.path, `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'it is no target'}`)
}

/** A path without a drive names other targets. */
function isReference(path: string): boolean {
  return /\.tkape$/i.test(path) || (!/^[a-z*]:|^[\\/%]/i.test(path) && /^[^:]*[\\/]\*$|^\*$/.test(path))
}

function follow(name: string, { where, depth }: { where: string; depth: number }, reading: Reading): void {
  if (depth >= maxDepth) throw fault(where, `targets name targets more than ${maxDepth} times`)
  const files = reading.find(name)
  if (files === undefined) throw fault(where, `there is no target ${name}`)
  for (const file of files) if (!reading.done.has(file.path.toLowerCase())) readInto(file, reading, depth + 1)
}

function targetOf(entry: Entry, where: string, id: string): Target {
  const { Name: name, Comment: comment, Category: category, MinSize: min, MaxSize: max } = entry
  return {
    id,
    about: [String(name), comment === null || comment === undefined ? '' : String(comment)]
      .filter((part) => part !== '')
      .join(': '),
    attack: [],
    profiles: ['quick', 'full'],
    content: 'whole',
    places: placesOf(entry, `${where}${category === undefined ? '' : ` [${String(category)}]`}`),
    ...(isGiven(max) ? { maxBytes: Number(max) } : {}),
    ...(isGiven(min) ? { minBytes: Number(min) } : {}),
  }
}

/** 0 stands for no limit. */
function isGiven(size: number | string | null | undefined): size is number | string {
  return size !== null && size !== undefined && Number(size) > 0
}

function placesOf(entry: Entry, where: string): Place[] {
  const folder = folderOf(entry.Path)
  const middle = isTrue(entry.Recursive) ? '/**' : ''
  return masksOf(entry.FileMask).flatMap((mask) => {
    const regex = /^regex:(.*)$/is.exec(mask)?.[1]
    try {
      const tail = regex === undefined && mask !== '*' && mask !== '*.*' ? mask : '*'
      const places = readPlaces(`${folder}${middle}/${tail}`, 'windows')
      // As .NET: anywhere in the name, letters alike.
      return regex === undefined
        ? places
        : places.map((place) => ({ ...place, name: new RegExp(regex, 'i') }))
    } catch (thrown) {
      throw fault(where, messageOf(thrown))
    }
  })
}

// Whatever the drive is called on the examined host; %user% is any.
function folderOf(path: string): string {
  const plain = path
    .replace(/^\\\\[.?]\\/, '')
    .replace(/^[a-z*]:/i, '')
    .replaceAll('\\', '/')
    .replace(/^\/?%systemdrive%/i, '')
    .replace(/^\/?%(?:systemroot|windir)%/i, '/Windows')
    .replace(/^\/?%programdata%/i, '/ProgramData')
    .replaceAll(/%users?(?:name)?%/gi, '*')
    .replaceAll(/\/{2,}/g, '/')
    .replace(/\/$/, '')
  return plain === '' || plain.startsWith('/') ? plain : `/${plain}`
}

/** Several masks stand between `|`; a regular expression may hold that itself. */
function masksOf(mask: Entry['FileMask']): string[] {
  const text = mask === null || mask === undefined ? '' : String(mask).trim()
  if (text === '') return ['*']
  return /^regex:/i.test(text) ? [text] : text.split('|').map((one) => one.trim())
}

function isTrue(given: boolean | string | null | undefined): boolean {
  return given === true || (typeof given === 'string' && given.toLowerCase() === 'true')
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.tkape$/i, '')
}

function idOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return plain === '' ? 'targets' : plain
}

function fault(where: string, reason: string): AppError {
  return new AppError('list-invalid', `${where}: ${reason}`)
}
