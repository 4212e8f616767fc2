// The open descriptors of a process: where each points, as the kernel tells it. The files themselves are not touched.

import { readdirSync } from 'node:fs'

import { readLink, readText } from './proc-files.ts'

export interface Descriptor {
  readonly pid: number
  readonly fd: number
  readonly kind: 'file' | 'memfd' | 'socket' | 'pipe' | 'anonymous' | 'other'
  readonly target: string
  /** Its name is gone. */
  readonly deleted: boolean
  /** Access mode and flags of open(2) as a number; null when not looked at. */
  readonly flags: number | null
  readonly position: number | null
  /** Id of the mount that it lies on. */
  readonly mount: number | null
}

export interface Descriptors {
  /** All there are. */
  readonly count: number
  readonly listed: readonly Descriptor[]
}

/** Undefined when they may not be read, or the process is gone. At most `max` are looked at. */
export function readDescriptors(folder: string, pid: number, max: number): Descriptors | undefined {
  let names: string[]
  try {
    names = readdirSync(`${folder}/fd`)
  } catch {
    return undefined
  }
  const listed: Descriptor[] = []
  for (const name of names.slice(0, max)) {
    const target = readLink(`${folder}/fd/${name}`)
    // Closed meanwhile.
    if (target !== undefined) listed.push(descriptorOf(folder, { pid, name, target }))
  }
  return { count: names.length, listed }
}

interface Found {
  readonly pid: number
  readonly name: string
  readonly target: string
}

function descriptorOf(folder: string, { pid, name, target }: Found): Descriptor {
  const kind = kindOf(target)
  const information =
    kind === 'file' || kind === 'memfd' ? (readText(`${folder}/fdinfo/${name}`, 4096) ?? '') : ''
  return {
    pid,
    fd: Number(name),
    kind,
    target,
    deleted: kind === 'file' && target.endsWith(' (deleted)'),
    flags: numberOf(/^flags:\t(\d+)$/m.exec(information)?.[1], 8),
    position: numberOf(/^pos:\t(\d+)$/m.exec(information)?.[1], 10),
    mount: numberOf(/^mnt_id:\t(\d+)$/m.exec(information)?.[1], 10),
  }
}

function kindOf(target: string): Descriptor['kind'] {
  if (target.startsWith('/memfd:')) return 'memfd'
  if (target.startsWith('/')) return 'file'
  if (target.startsWith('socket:')) return 'socket'
  if (target.startsWith('pipe:')) return 'pipe'
  return target.startsWith('anon_inode:') ? 'anonymous' : 'other'
}

function numberOf(text: string | undefined, base: number): number | null {
  return text === undefined ? null : Number.parseInt(text, base)
}
