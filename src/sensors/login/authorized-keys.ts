// authorized_keys of every account (sshd(8), AUTHORIZED_KEYS FILE FORMAT): who may log in with which key.

import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'

import type { Account } from './accounts.ts'

export interface AuthorizedKey {
  /** Line of the file, from 1. */
  readonly line: number
  readonly type: string
  /** `SHA256:…` as ssh-keygen -l and sshd's log have it. */
  readonly fingerprint: string
  readonly comment: string
  readonly options: string
}

const maxFileBytes = 1024 * 1024
const maxLineChars = 16_384
const maxText = 1024
const keyTypes =
  /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com|[\w.@-]{1,64}-cert-v01@openssh\.com)$/

/** The keys of a file; comments, empty lines and what is no key are left out. */
export function parseAuthorizedKeys(text: string): AuthorizedKey[] {
  const keys: AuthorizedKey[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const key = line.length > maxLineChars ? undefined : parseKey(line.trim())
    if (key !== undefined) keys.push({ line: index + 1, ...key })
  }
  return keys
}

function parseKey(line: string): Omit<AuthorizedKey, 'line'> | undefined {
  if (line === '' || line.startsWith('#')) return undefined
  const plain = keyOf(line)
  if (plain !== undefined) return { ...plain, options: '' }
  const end = endOfOptions(line)
  const key = keyOf(line.slice(end).trimStart())
  return key === undefined ? undefined : { ...key, options: line.slice(0, Math.min(end, maxText)) }
}

function keyOf(text: string): { type: string; fingerprint: string; comment: string } | undefined {
  const [type = '', blob = ''] = text.split(/[ \t]+/, 2)
  if (!keyTypes.test(type) || !/^[A-Za-z\d+/]{16,}={0,2}$/.test(blob)) return undefined
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64')
  return {
    type,
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
    comment: text
      .slice(text.indexOf(blob) + blob.length)
      .trim()
      .slice(0, maxText),
  }
}

/** Options end at the first blank that stands in no quotes. */
function endOfOptions(line: string): number {
  let isQuoted = false
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at]
    if (character === '\\' && line[at + 1] === '"') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && (character === ' ' || character === '\t')) return at
  }
  return line.length
}

const usualPatterns: readonly string[] = ['.ssh/authorized_keys', '.ssh/authorized_keys2']
const maxPatterns = 16

/** AuthorizedKeysFile of sshd_config(5): its first value counts; the usual one where nothing is said. */
export function keyFilePatterns(root: string): readonly string[] {
  let text: string
  try {
    text = readFileSync(`${root}/etc/ssh/sshd_config`, 'utf8').slice(0, maxFileBytes)
  } catch {
    return usualPatterns
  }
  const value = /^[ \t]*AuthorizedKeysFile[ \t=]+(\S.{0,1024})$/im.exec(text)?.[1]
  if (value === undefined) return usualPatterns
  return value
    .trim()
    .split(/\s+/)
    .map((part) => part.replaceAll('"', ''))
    .filter((part) => part !== 'none')
    .slice(0, maxPatterns)
}

/** Where an account's keys are: %h, %u and %% are replaced; relative ones lie in its home. */
export function keyFilesOf(account: Account, patterns: readonly string[]): string[] {
  return patterns.map((pattern) => {
    const path = pattern.replaceAll(/%[hu%]/g, (token) => {
      if (token === '%h') return account.home
      return token === '%u' ? account.name : '%'
    })
    return path.startsWith('/') ? path : `${account.home}/${path}`
  })
}

/** Undefined when there is no such file. Throws what fs throws, and when it is no file or too large. */
export function readKeyFile(path: string): AuthorizedKey[] | undefined {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined) return undefined
  if (!there.isFile()) throw new Error(`${path} is no file`)
  if (there.size > maxFileBytes) throw new Error(`${path} is larger than ${maxFileBytes} bytes`)
  return parseAuthorizedKeys(readFileSync(path, 'utf8'))
}
