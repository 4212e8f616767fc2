// Tasks of Windows XP and earlier in .job files ([MS-TSCH] 2.4); later systems still read them.

import { u16, u32, utf16 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { Task, TaskTrigger } from './task.ts'

const fixedBytes = 68
const triggerBytes = 48
const maxTriggers = 1000
const isDisabled = 0x4
const isHidden = 0x200

const triggerTypes = [
  'once',
  'daily',
  'weekly',
  'monthly-date',
  'monthly-day-of-week',
  'on-idle',
  'at-system-start',
  'at-logon',
] as const

/** Undefined: this is no .job file. */
export function readJob(bytes: Uint8Array, notes: Notes): Task | undefined {
  if (bytes.length < fixedBytes + 2 || u16(bytes, 2) !== 1 || u16(bytes, 20) !== fixedBytes + 2)
    return undefined
  const flags = u32(bytes, 48)
  let at = u16(bytes, 20)
  const next = (): string => {
    const units = u16(bytes, at)
    const text = utf16(bytes, at + 2, units)
    at += 2 + 2 * units
    return text
  }
  const [command, parameters, workingDirectory, author, description] = [
    next(),
    next(),
    next(),
    next(),
    next(),
  ]
  if (at > bytes.length) notes.add('the job is cut off', bytes.length)
  const lastRun = systemTime(bytes, 52)
  return {
    format: 'job',
    ...(author === '' ? {} : { author }),
    ...(description === '' ? {} : { description }),
    enabled: (flags & isDisabled) === 0,
    hidden: (flags & isHidden) !== 0,
    triggers: readTriggers(bytes, notes),
    principals: author === '' ? [] : [{ userId: author }],
    actions: [
      {
        type: 'exec',
        command,
        ...(parameters === '' ? {} : { arguments: parameters }),
        ...(workingDirectory === '' ? {} : { workingDirectory }),
      },
    ],
    settings: {
      Priority: String(u32(bytes, 32)),
      MaxRunTimeMs: String(u32(bytes, 36)),
      IdleWaitMinutes: String(u16(bytes, 30)),
      IdleDeadlineMinutes: String(u16(bytes, 28)),
      Flags: `0x${flags.toString(16)}`,
    },
    ...(lastRun === undefined ? {} : { lastRun }),
    exitCode: u32(bytes, 40),
    status: u32(bytes, 44),
  }
}

function readTriggers(bytes: Uint8Array, notes: Notes): TaskTrigger[] {
  const start = u16(bytes, 22)
  const count = Math.min(u16(bytes, start), maxTriggers)
  const triggers: TaskTrigger[] = []
  if (start + 2 > bytes.length) notes.add('the list of triggers is cut off', bytes.length)
  for (let at = start + 2; triggers.length < count; at += triggerBytes) {
    if (at + triggerBytes > bytes.length) {
      notes.add('the list of triggers is cut off', at)
      break
    }
    triggers.push(readTrigger(bytes, at))
  }
  return triggers
}

function readTrigger(bytes: Uint8Array, at: number): TaskTrigger {
  const flags = u32(bytes, at + 28)
  const type = u32(bytes, at + 32)
  const startBoundary = `${date(bytes, at + 4)}T${two(u16(bytes, at + 16))}:${two(u16(bytes, at + 18))}:00`
  return {
    type: triggerTypes[type] ?? `type-${type}`,
    enabled: (flags & isDisabled) === 0,
    startBoundary,
    ...((flags & 1) === 0 ? {} : { endBoundary: date(bytes, at + 10) }),
    fields: {
      DurationMinutes: String(u32(bytes, at + 20)),
      IntervalMinutes: String(u32(bytes, at + 24)),
      Specific: [36, 38, 40].map((offset) => u16(bytes, at + offset)).join(' '),
    },
  }
}

function date(bytes: Uint8Array, at: number): string {
  return `${String(u16(bytes, at)).padStart(4, '0')}-${two(u16(bytes, at + 2))}-${two(u16(bytes, at + 4))}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** A SYSTEMTIME in the computer's local time; undefined where it never ran. */
function systemTime(bytes: Uint8Array, at: number): string | undefined {
  if (u16(bytes, at) === 0) return undefined
  const clock = [8, 10, 12].map((offset) => two(u16(bytes, at + offset))).join(':')
  const day = `${String(u16(bytes, at)).padStart(4, '0')}-${two(u16(bytes, at + 2))}-${two(u16(bytes, at + 6))}`
  return `${day}T${clock}.${String(u16(bytes, at + 14)).padStart(3, '0')}`
}
