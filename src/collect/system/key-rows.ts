// Keys of SSH: which open the accounts of this host, and which of its users' own there are. Of a private key only what tells it
// apart: its fingerprint (from the public half that OpenSSH's format keeps in clear), never the key.

import { createHash } from 'node:crypto'

import { keyFilesOf, parseAuthorizedKeys } from '../../sensors/login/authorized-keys.ts'
import type { Host } from './host.ts'
import { readPasswd } from './owners.ts'
import { found, sshKeys } from './places.ts'
import { linkEnd } from './link-end.ts'
import { isPrivateKey } from './secrets.ts'

const maxKeyBytes = 1024 * 1024
const maxFiles = 100_000

export interface AuthorizedKeyRow {
  readonly user: string
  readonly path: string
  readonly line: number
  readonly type: string
  readonly fingerprint: string
  readonly comment: string
  readonly options: string
}

/** The keys that may log in to the accounts of the host. */
export function* keyRows(host: Host): Generator<AuthorizedKeyRow> {
  const patterns = keyFilePatterns(host)
  for (const account of readPasswd(host).slice(0, maxFiles)) {
    if (host.context.leftMs() <= 0) return
    for (const named of keyFilesOf(account, patterns)) {
      const path = linkEnd(host, named)
      if (path === undefined) continue
      for (const key of parseAuthorizedKeys(host.text(path, maxKeyBytes) ?? '')) {
        const { line, type, fingerprint, comment, options } = key
        yield { user: account.name, path: named, line, type, fingerprint, comment, options }
      }
    }
  }
}

const usualPatterns = ['.ssh/authorized_keys', '.ssh/authorized_keys2']
const maxPatterns = 64

/** AuthorizedKeysFile of sshd_config(5), wherever it stands: one in a Match block lets somebody in as well. */
function keyFilePatterns(host: Host): string[] {
  const folder = '/etc/ssh/sshd_config.d'
  const files = [
    '/etc/ssh/sshd_config',
    ...[...host.tree.list(folder)].map(({ name }) => `${folder}/${name}`),
  ]
  const patterns = new Set(usualPatterns)
  for (const file of files.slice(0, maxPatterns)) {
    const text = host.text(file, maxKeyBytes) ?? ''
    for (const [, value = ''] of text.matchAll(/^[ \t]*AuthorizedKeysFile[ \t=]+(\S.{0,1024})$/gim))
      for (const part of value.trim().split(/\s+/)) patterns.add(part.replaceAll('"', ''))
  }
  patterns.delete('none')
  return [...patterns].slice(0, maxPatterns)
}

export interface SshKeyRow {
  readonly path: string
  readonly kind: 'private' | 'public'
  readonly format: string
  readonly type: string | null
  readonly fingerprint: string | null
  readonly comment: string | null
  /** Null when nobody can tell. */
  readonly encrypted: boolean | null
  readonly mode: string
  readonly uid: number | null
  readonly changed: string | null
}

/** Key files of users and of the host. */
export function* sshKeyRows(host: Host): Generator<SshKeyRow> {
  for (const { path, kind } of found(host, sshKeys)) {
    const file = host.tree.stat(path)
    if (kind !== 'file' || file === undefined || file.size === 0 || file.size > maxKeyBytes) continue
    // The tree gives no private key away: here it is looked at, and only what is not secret is told.
    const bytes = host.secretBytes(path, maxKeyBytes)
    if (bytes === undefined) continue
    const facts = isPrivateKey(bytes) ? privateFacts(bytes) : publicFacts(path, bytes)
    if (facts === undefined) continue
    yield {
      path,
      ...facts,
      mode: ((file.mode ?? 0) & 0o7777).toString(8).padStart(4, '0'),
      uid: file.uid ?? null,
      changed: file.times.changed ?? null,
    }
  }
}

type KeyFacts = Pick<SshKeyRow, 'kind' | 'format' | 'type' | 'fingerprint' | 'comment' | 'encrypted'>

function publicFacts(path: string, bytes: Uint8Array): KeyFacts | undefined {
  if (!path.endsWith('.pub')) return undefined
  const [key] = parseAuthorizedKeys(Buffer.from(bytes).toString('utf8'))
  if (key === undefined) return undefined
  const { type, fingerprint, comment } = key
  return { kind: 'public', format: 'openssh', type, fingerprint, comment, encrypted: false }
}

function privateFacts(bytes: Uint8Array): KeyFacts {
  const text = Buffer.from(bytes).toString('latin1').trimStart()
  const header = /^-{4,5} ?BEGIN ([A-Z0-9 ]{0,40}?) ?-{4,5}/.exec(text)?.[1]
  const unknown = { kind: 'private', type: null, fingerprint: null, comment: null } as const
  if (header === 'OPENSSH PRIVATE KEY')
    return { ...unknown, format: 'openssh', encrypted: null, ...opensshFacts(text) }
  if (header === undefined)
    return { ...unknown, format: text.startsWith('PuTTY') ? 'putty' : 'dropbear', ...puttyFacts(text) }
  const isEncrypted = header.startsWith('ENCRYPTED') || /^Proc-Type: 4,ENCRYPTED/m.test(text.slice(0, 500))
  return { ...unknown, format: `pem ${header.toLowerCase()}`, encrypted: isEncrypted }
}

function puttyFacts(text: string): Pick<KeyFacts, 'encrypted' | 'comment' | 'type'> {
  if (!text.startsWith('PuTTY')) return { encrypted: false, comment: null, type: null }
  return {
    encrypted: !/^Encryption: none/m.test(text),
    comment: /^Comment: (.{0,200})/m.exec(text)?.[1]?.trim() ?? null,
    type: /^PuTTY-User-Key-File-\d: (\S{1,64})/.exec(text)?.[1] ?? null,
  }
}

const opensshMagic = 'openssh-key-v1\0'

/** PROTOCOL.key of OpenSSH: cipher, key derivation, number of keys, and the first public key, all in clear. */
function opensshFacts(text: string): Partial<KeyFacts> {
  const body = /-----\r?\n([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1] ?? ''
  const bytes = Buffer.from(body, 'base64')
  if (bytes.toString('latin1', 0, opensshMagic.length) !== opensshMagic) return {}
  let at = opensshMagic.length
  const next = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined
    const length = bytes.readUInt32BE(at)
    if (length > bytes.length - at - 4) return undefined
    at += 4 + length
    return bytes.subarray(at - length, at)
  }
  const cipher = next()?.toString('latin1')
  next()
  next()
  at += 4
  const key = next()
  if (cipher === undefined || key === undefined || key.length < 4) return {}
  const typeBytes = Math.min(key.readUInt32BE(0), 64)
  const digest = createHash('sha256').update(key).digest('base64').replace(/=+$/, '')
  return {
    encrypted: cipher !== 'none',
    type: key.toString('latin1', 4, 4 + typeBytes),
    fingerprint: `SHA256:${digest}`,
  }
}
