// Error logs of Apache 2.2 and 2.4 and of nginx, as what they are: level, module, process, client, message.
// https://httpd.apache.org/docs/2.4/logs.html#errorlog, https://nginx.org/en/docs/ngx_core_module.html#error_log

import type { LineReader } from './line-reader.ts'
import { asctimeMs, isoTimeMs, localMs } from './log-time.ts'
import { unescapeField } from './quoted.ts'

const apacheHead =
  /^\[(\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2}(?:\.\d{1,6})? \d{4})\] \[(?:([\w-]{0,40}):)?(\w{3,8})\] (?:\[pid (\d{1,10})(?::tid \d{1,20})?\] )?/
const apacheClient = /\[(?:client|remote) ([\da-fA-F.:]{2,45}?)(?::(\d{1,5}))?\] /

export const apacheErrorReader: LineReader = {
  id: 'apache-error',
  read(line) {
    if (!line.startsWith('[')) return undefined
    const head = apacheHead.exec(line.slice(0, 200))
    if (head === null) return undefined
    const rest = line.slice(head[0].length)
    // (70007)The timeout … : [client …] stands after the text of an error number.
    const client = apacheClient.exec(rest.slice(0, 300))
    const message =
      client === null ? rest : rest.slice(0, client.index) + rest.slice(client.index + client[0].length)
    const [said, referer] = cut(unescapeField(message), ', referer: ')
    return {
      kind: 'error',
      entry: {
        timeMs: localMs(asctimeMs(head[1] ?? '', 0)),
        module: head[2] ?? '',
        level: head[3] ?? '',
        pid: head[4] === undefined ? undefined : Number(head[4]),
        client: client?.[1] ?? '',
        message: said,
        request: '',
        host: '',
        referer,
      },
    }
  },
}

const nginxHead =
  /^(\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2}) \[(\w{3,8})\] (\d{1,10})#\d{1,20}: (?:\*\d{1,20} )?/

export const nginxErrorReader: LineReader = {
  id: 'nginx-error',
  read(line) {
    const head = nginxHead.exec(line.slice(0, 120))
    if (head === null) return undefined
    const rest = line.slice(head[0].length)
    const at = rest.lastIndexOf(', client: ')
    const context = at === -1 ? '' : rest.slice(at)
    return {
      kind: 'error',
      entry: {
        timeMs: localMs(isoTimeMs(head[1] ?? '')),
        level: head[2] ?? '',
        module: '',
        pid: Number(head[3]),
        client: /^, client: ([\da-fA-F.:]{2,45})/.exec(context)?.[1] ?? '',
        message: at === -1 ? rest : rest.slice(0, at),
        request: between(context, ', request: "'),
        host: between(context, ', host: "'),
        referer: between(context, ', referrer: "'),
      },
    }
  },
}

function between(text: string, start: string): string {
  const at = text.indexOf(start)
  if (at === -1) return ''
  const from = at + start.length
  let end = text.indexOf('"', from)
  while (end !== -1 && !endsField(text, end + 1)) end = text.indexOf('"', end + 1)
  return unescapeField(end === -1 ? text.slice(from) : text.slice(from, end))
}

/** A quote inside of the request is followed by something else than the end or the next field. */
function endsField(text: string, at: number): boolean {
  return (
    at === text.length ||
    /^, (?:host|referrer|upstream|subrequest|bytes|login): /.test(text.slice(at, at + 16))
  )
}

function cut(text: string, mark: string): [string, string] {
  const at = text.lastIndexOf(mark)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)]
}
