// A line of responses.jsonl: one phase of one response. What was begun and has no result was interrupted.

import * as z from 'zod/mini'

import { responseActions } from '../../model/index.ts'
import type { JsonObject } from '../action.ts'

const phases = [
  /** A dry run: nothing was done. */
  'planned',
  /** By policy: refused, or more than allowed in an hour; nothing was done. */
  'refused',
  'begun',
  'done',
  'failed',
  'undo-begun',
  'undone',
  'undo-failed',
  /** Put back into the kernel after a boot. */
  'restored',
] as const
export type ResponsePhase = (typeof phases)[number]

const text = z.string()
const whole = z.int().check(z.minimum(0))

const recordSchema = z.object({
  version: z.literal(1),
  id: z.string().check(z.regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/)),
  time: z.iso.datetime(),
  phase: z.enum(phases),
  action: z.enum(responseActions),
  target: text,
  by: z.object({
    kind: z.enum(['hand', 'policy']),
    uid: whole,
    loginUid: z.optional(whole),
    incident: z.optional(whole),
  }),
  why: text,
  steps: z.array(text),
  warnings: z.array(text),
  isReversible: z.boolean(),
  expires: z.optional(z.iso.datetime()),
  results: z.optional(z.array(z.object({ text, ok: z.boolean() }))),
  problem: z.optional(text),
  data: z.record(text, z.unknown()),
  process: z.object({ pid: whole, startTicks: whole, boot: text }),
})

export interface ResponseRecord extends Omit<z.infer<typeof recordSchema>, 'data'> {
  /** What undoing needs; no secrets. */
  readonly data: JsonObject
}

/** Undefined for anything that is no such line. */
export function parseRecord(line: string): ResponseRecord | undefined {
  try {
    const checked = recordSchema.safeParse(JSON.parse(line))
    return checked.success ? (checked.data as ResponseRecord) : undefined
  } catch {
    return undefined
  }
}
