// Lines of a web server's log, and what was found in them in a few words.

import type { LineResult } from '../../src/rules/weblog/index.ts'

interface Sent {
  readonly client?: string
  readonly second?: number
  readonly method?: string
  readonly target: string
  readonly status?: number
  readonly bytes?: number
  readonly referer?: string
  readonly user?: string
}

/** In the combined format; `second`: after 08:00 on 22 November 2026, UTC. */
export function lineOf(sent: Sent): string {
  const clock = new Date(Date.UTC(2026, 10, 22, 8) + (sent.second ?? 0) * 1000).toISOString()
  const time = `${clock.slice(8, 10)}/Nov/2026:${clock.slice(11, 19)} +0000`
  const {
    client = '192.0.2.7',
    user = '-',
    method = 'GET',
    target,
    status = 200,
    bytes = 100,
    referer = '-',
  } = sent
  return `${client} - ${user} [${time}] "${method} ${target} HTTP/1.1" ${status} ${bytes} "${referer}" "Mozilla/5.0"`
}

/** `class place name outcome` of each finding; the kind of a line that has none by nature. */
export function findingsIn(result: LineResult): string[] {
  return 'findings' in result
    ? result.findings.map((finding) => `${finding.class} ${finding.place} ${finding.name} ${finding.outcome}`)
    : [result.kind]
}
