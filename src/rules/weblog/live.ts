// The engine beside what follows logs and stores events: which logs are a web server's, how a line of theirs gets in, and what was
// found in the words of the model.

import type { WebAttackInfo, WebRequestSeen } from '../../model/index.ts'
import type { WebFinding } from './finding.ts'
import { requestOfEntry } from './entry-request.ts'
import type { FoundResult } from './line-result.ts'

const webKinds: ReadonlySet<string> = new Set([
  'apache-access',
  'apache-error',
  'nginx-access',
  'nginx-error',
])
/** They log through syslog or to the journal, in formats of their own. */
const webPrograms: ReadonlySet<string> = new Set(['haproxy', 'caddy', 'traefik'])

/** `kind`: hx.log.kind of a line; `program`: log.syslog.appname, where it has one. */
export function isWebLog(kind: string, program = ''): boolean {
  return webKinds.has(kind) || webPrograms.has(program)
}

/** A line that was decoded as UTF-8, as the bytes that `Weblog.line` takes. */
export function latin1Line(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** Requests with longer targets are shown cut. */
const maxTarget = 8192

/** The request of a line as rules and incidents see it; of an error log what the entry tells of it. */
export function webRequestSeen(result: FoundResult): WebRequestSeen {
  const request = result.kind === 'request' ? result.request : requestOfEntry(result.entry)
  return {
    timeMs: request.timeMs,
    client: textOf(request.client),
    method: textOf(request.method),
    target: textOf(request.target.slice(0, maxTarget)),
    status: request.status,
    bytes: request.bytes,
    referer: textOf(request.referer.slice(0, maxTarget)),
    userAgent: textOf(request.userAgent.slice(0, maxTarget)),
    host: textOf(request.host),
    user: textOf(request.user),
    durationMs: request.durationMs,
  }
}

/** A finding as `hx.web` of a detection. */
export function webAttackInfo(finding: WebFinding, result: FoundResult): WebAttackInfo {
  const { method, target, status, bytes, userAgent, host } = webRequestSeen(result)
  return {
    class: finding.class,
    detector: finding.detector,
    place: finding.place,
    name: finding.name,
    value: finding.value,
    why: finding.why,
    confidence: finding.confidence,
    cwe: finding.cwe,
    outcome: finding.outcome,
    method,
    target,
    status,
    bytes,
    user_agent: userAgent,
    host,
    count: result.incident?.attacks ?? 0,
  }
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- ASCII as a whole
  return !/[^\u0000-\u007f]/.test(text)
}

/** Bytes in a latin1 string as text. */
function textOf(latin1: string): string {
  return isAscii(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8')
}
