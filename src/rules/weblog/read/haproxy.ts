// HAProxy's HTTP log format, with or without the head that syslog puts before it.
// https://docs.haproxy.org/dev/configuration.html#8.2.3

import { isAddressList } from '../address.ts'
import { requestOf } from './format-fields.ts'
import type { LineReader } from './line-reader.ts'
import { clfTimeMs, localMs } from './log-time.ts'
import { splitRequestLine } from './request-line.ts'

const head =
  /(?:^|[ :])([\da-fA-F.:]{2,45}|unix):(\d{1,5}) \[(\d{2}\/\w{3}\/\d{4}:\d{2}:\d{2}:\d{2}\.\d{3})\] /
/** frontend backend/server Tq/Tw/Tc/Tr/Tt status bytes cookie cookie flags counts queues. */
const middle =
  /^\S{1,256} \S{1,256} (-?\d{1,10})\/(-?\d{1,10})\/(-?\d{1,10})\/(-?\d{1,10})\/\+?(-?\d{1,10}) (-?\d{1,3}) \+?(\d{1,15}) \S{1,256} \S{1,256} [\w-]{4} \S{1,80} \S{1,40} /

export const haproxyReader: LineReader = {
  id: 'haproxy',
  read(line) {
    const start = head.exec(line.slice(0, 400))
    if (start === null) return undefined
    const rest = line.slice(start.index + start[0].length)
    const fields = middle.exec(rest)
    const quoteAt = rest.indexOf('"')
    if (fields === null || quoteAt === -1) return undefined
    const end = rest.endsWith('"') ? rest.length - 1 : rest.length
    // `#XX` stands for bytes that are no text, `<BADREQ>` for what was no request.
    const asked = rest
      .slice(quoteAt + 1, Math.max(quoteAt + 1, end))
      .replaceAll(/#([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    const status = Number(fields[6])
    return {
      kind: 'request',
      request: requestOf({
        timeMs: localMs(clfTimeMs(start[3] ?? '', 0)),
        client: start[1],
        ...splitRequestLine(asked),
        status: Math.max(status, 0),
        bytes: Number(fields[7]),
        durationMs: Number(fields[5]),
        ...captures(rest.slice(fields[0].length, quoteAt)),
      }),
    }
  },
}

/** `{www.example.org|Mozilla/5.0 …}`: captured headers have no names; an agent and a host are known by their shape. */
function captures(text: string): { userAgent?: string; host?: string; forwarded?: string } {
  const inner = /^\{([^}]{0,4096})\}/.exec(text)?.[1]
  if (inner === undefined) return {}
  const parts = inner.split('|', 16)
  const userAgent = parts.find((part) => /^[\w.-]{2,40}\/\d/.test(part))
  const host = parts.find((part) => !isAddressList(part) && /^[\w.-]{3,253}(?::\d{1,5})?$/.test(part))
  const forwarded = parts.find((part) => isAddressList(part))
  return {
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(host === undefined ? {} : { host }),
    ...(forwarded === undefined ? {} : { forwarded }),
  }
}
