// Records of logins: utmp, wtmp and btmp with their rotated ones, and lastlog.

import { gunzipSync } from 'node:zlib'

import { messageOf } from '../../base/app-error.ts'
import {
  btmpFact,
  lastlogRecordBytes,
  type LoginFact,
  parseLastlogRecord,
  parseUtmpRecord,
  utmpRecordBytes,
  utmpTypes,
  wtmpFact,
} from '../../evidence/logins/index.ts'
import { type ArtefactFile, type ArtefactKind, wholeOf } from './artefact.ts'

const maxBytes = 512 * 1024 * 1024
const maxUsers = 1_000_000
/** A hole of a sparse file is passed over so many records at once. */
const recordsAtOnce = 4096
const names = new Map<number, string>(Object.entries(utmpTypes).map(([name, type]) => [type, name]))

export const loginRecords: ArtefactKind = {
  id: 'login',
  title: 'records of logins',
  lies: (path, name) => /^[uwb]tmp(?:[.-]\d{1,8})?(?:\.gz)?$/.test(name) && /^\/(?:var\/|run\/)/.test(path),
  begins: (_head, name) => /^[uwb]tmp/.test(name),
  *read(file) {
    const bytes = unpacked(file)
    const isFailed = /\/?btmp[^/]*$/i.test(file.path)
    if (bytes.length % utmpRecordBytes !== 0)
      file.notes.add('its size is no multiple of the size of a record')
    for (let at = 0; at + utmpRecordBytes <= bytes.length; at += utmpRecordBytes) {
      const record = parseUtmpRecord(bytes, at)
      if (record === undefined || record.type === utmpTypes.empty) continue
      const fact = isFailed ? btmpFact(record) : wtmpFact(record)
      const time = record.timeMs > 0 ? new Date(Math.floor(record.timeMs)).toISOString() : undefined
      const what = isFailed ? 'login failed' : (names.get(record.type) ?? `type ${record.type}`)
      const from = record.ip ?? record.host
      yield {
        kind: 'login',
        source: file.label,
        times: time === undefined ? [] : [{ time, is: fact?.action.replaceAll('-', ' ') ?? 'recorded' }],
        title: `${what}: ${record.user || '-'}${record.line === '' ? '' : ` on ${record.line}`}${from === '' ? '' : ` from ${from}`}`,
        data: { ...record, typeName: names.get(record.type) ?? '' },
        ...(fact === undefined ? {} : { login: fact satisfies LoginFact }),
      }
    }
  },
}

function unpacked(file: ArtefactFile): Buffer {
  const bytes = wholeOf(file, maxBytes)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return buffer
  try {
    return gunzipSync(buffer, { maxOutputLength: maxBytes })
  } catch (thrown) {
    file.notes.add(`it cannot be unpacked: ${messageOf(thrown)}`)
    return Buffer.alloc(0)
  }
}

export const lastLogins: ArtefactKind = {
  id: 'last-login',
  title: 'last logins',
  lies: (path) => path === '/var/log/lastlog',
  begins: (_head, name) => name === 'lastlog',
  *read({ source, label }) {
    const step = recordsAtOnce * lastlogRecordBytes
    const end = Math.min(source.size, maxUsers * lastlogRecordBytes)
    for (let from = 0; from < end; from += step) {
      const read = source.read(from, step)
      const bytes = Buffer.from(read.buffer, read.byteOffset, read.length)
      if (bytes.every((byte) => byte === 0)) continue
      for (let at = 0; at + lastlogRecordBytes <= bytes.length; at += lastlogRecordBytes) {
        const data = parseLastlogRecord(bytes.subarray(at, at + lastlogRecordBytes))
        if (data === undefined || data.timeMs === 0) continue
        const uid = (from + at) / lastlogRecordBytes
        yield {
          kind: 'last-login',
          source: label,
          times: [{ time: new Date(data.timeMs).toISOString(), is: 'last login' }],
          title: `user ${uid} on ${data.tty}${data.host === '' ? '' : ` from ${data.host}`}`,
          data: { uid, ...data },
        }
      }
    }
  },
}
