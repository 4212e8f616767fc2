// What the quarantine knows of an item, and how that is written in the item's header.

import * as z from 'zod/mini'

import { AppError } from '../../base/app-error.ts'
import { decodeName } from '../../base/text.ts'
import type { Detection, Reason, VerdictStatus } from '../../model/index.ts'
import { detectionSchema, reasonSchema } from '../../model/output.ts'

export interface Item {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly time: string
  /** Absolute, without symbolic links in its folders. Bytes: a name need not be text. */
  readonly path: Uint8Array
  readonly size: number
  readonly sha256: string
  readonly verdict: VerdictStatus
  readonly detections: readonly Detection[]
  readonly reasons: readonly Reason[]
  readonly uid: number
  readonly gid: number
  /** Permission bits, set-user-id and its like included. */
  readonly mode: number
  readonly atimeNs: bigint
  readonly mtimeNs: bigint
  readonly xattrs: readonly { readonly name: string; readonly value: Uint8Array }[]
  readonly by: string
}

/** The header adds the key; size and hash stand in the preamble, because they are known only at the end. */
export type Header = Omit<Item, 'size' | 'sha256'> & { readonly key: Uint8Array }

// Ids become file names: nothing but what `newId` makes is taken from anybody.
const idPattern = /^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{12}$/

/** Sorts by time. */
export function newId(now: Date, random: Uint8Array): string {
  return `${now.toISOString().replace(/[-:]/g, '')}-${Buffer.from(random).toString('hex').slice(0, 12)}`
}

export function isId(text: string): boolean {
  return idPattern.test(text)
}

const base64 = z.string().check(z.regex(/^[A-Za-z0-9+/]*={0,2}$/))
const whole = z.int().check(z.minimum(0))
const nanoseconds = z.string().check(z.regex(/^-?\d{1,20}$/))

const headerSchema = z.strictObject({
  id: z.string().check(z.regex(idPattern)),
  time: z.iso.datetime(),
  path_base64: base64,
  verdict: z.enum(['clean', 'found', 'partial', 'failed']),
  detections: z.array(detectionSchema),
  reasons: z.array(reasonSchema),
  uid: whole,
  gid: whole,
  mode: z.int().check(z.minimum(0), z.maximum(0o7777)),
  atime_ns: nanoseconds,
  mtime_ns: nanoseconds,
  xattrs: z.array(z.strictObject({ name: z.string(), value_base64: base64 })),
  by: z.string(),
  key_base64: base64,
})

export function encodeHeader(header: Header): Uint8Array {
  const written: z.infer<typeof headerSchema> = {
    id: header.id,
    time: header.time,
    path_base64: toBase64(header.path),
    verdict: header.verdict,
    detections: header.detections.map((detection) => ({ ...detection, chain: [...detection.chain] })),
    reasons: header.reasons.map((reason) => ({ ...reason, chain: [...reason.chain] })),
    uid: header.uid,
    gid: header.gid,
    mode: header.mode,
    atime_ns: String(header.atimeNs),
    mtime_ns: String(header.mtimeNs),
    xattrs: header.xattrs.map(({ name, value }) => ({ name, value_base64: toBase64(value) })),
    by: header.by,
    key_base64: toBase64(header.key),
  }
  return Buffer.from(JSON.stringify(written))
}

/** Throws AppError `quarantine` for anything that we did not write. */
export function decodeHeader(bytes: Uint8Array): Header {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (thrown) {
    throw new AppError('quarantine', 'its header is not JSON', { cause: thrown })
  }
  const checked = headerSchema.safeParse(json)
  if (!checked.success) {
    const where = checked.error.issues[0]?.path.map(String).join('.') ?? ''
    throw new AppError('quarantine', `its header is wrong at ${where === '' ? 'the top' : where}`)
  }
  const {
    path_base64: path,
    key_base64: key,
    atime_ns: atime,
    mtime_ns: mtime,
    xattrs,
    ...rest
  } = checked.data
  return {
    ...rest,
    path: fromBase64(path),
    key: fromBase64(key),
    atimeNs: BigInt(atime),
    mtimeNs: BigInt(mtime),
    xattrs: xattrs.map(({ name, value_base64: value }) => ({ name, value: fromBase64(value) })),
  }
}

/** The path for people; `exact` is false when it is not valid UTF-8. */
export function itemPath(item: Pick<Item, 'path'>): { text: string; exact: boolean } {
  return decodeName(item.path)
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}
