// What the host's own files say about a request: a script that was asked for, is there and is malicious is a web shell in use, whatever
// its name and its parameters; one that came while the log was written makes an attack that ran it likely.

import { pathOf } from './decode/parts.ts'
import { valuesOf } from './decode/values.ts'
import type { AttackClass } from './detector.ts'
import type { WebFinding } from './finding.ts'
import type { WebRequest } from './request.ts'

/** A file below the document root. */
export interface HostFile {
  /** Absolute, as text for people. */
  readonly path: string
  /** What was found in it, as names and reasons; '' when nothing was. */
  readonly malice: string
  /** Milliseconds since 1970 of the last change of its content or its inode. */
  readonly changedMs: number
}

/** Asked with the decoded path of an address, which begins with a slash; undefined where no such file is. */
export type FileAt = (path: string) => HostFile | undefined

const script =
  /^[^\0]{1,1024}?\.(?:php[3-8s]?|phtml|phar|pht|phps|asp|aspx|ashx|asmx|asa|cer|jspx?|jspf|cfm|cgi|pl|py)(?=\/|$)/i

/** Attacks that leave a script behind or run one. */
const leaving: ReadonlySet<AttackClass> = new Set([
  'webshell',
  'double-extension',
  'rce',
  'php-injection',
  'rfi',
])

/** The script that a request was answered by, as far as its path and its status say; undefined for others. */
export function scriptOf({ target, status }: WebRequest): string | undefined {
  if (status < 200 || status >= 300) return undefined
  const raw = pathOf(target)
  if (raw.length > 2048 || !raw.includes('.')) return undefined
  const path = valuesOf(raw, 'path').at(-1) ?? ''
  return script.exec(path)?.[0]
}

/** @param sinceMs when the log begins: what was changed before was there before */
export function withHostFile(
  findings: readonly WebFinding[],
  file: HostFile,
  sinceMs: number,
): readonly WebFinding[] {
  if (file.malice !== '') {
    // What is sent to a web shell is what it does.
    const sent = findings.filter((one) => one.class !== 'webshell')
    return [
      maliceFinding(file),
      ...sent.map((one): WebFinding => (leaving.has(one.class) ? { ...one, outcome: 'likely' } : one)),
    ]
  }
  if (file.changedMs <= sinceMs) return findings
  const changed = timeText(file.changedMs)
  return findings.map((finding) =>
    leaving.has(finding.class) && finding.outcome !== 'likely'
      ? {
          ...finding,
          outcome: 'likely',
          why: `${finding.why} The file ${file.path} was written or changed at ${changed}, after the log began.`,
        }
      : finding,
  )
}

function maliceFinding({ path, malice, changedMs }: HostFile): WebFinding {
  return {
    class: 'webshell',
    detector: 'host-file',
    why: `The script that answered is a web shell: ${path}, last changed at ${timeText(changedMs)} (${malice}).`,
    confidence: 95,
    techniques: ['T1505.003', 'T1190'],
    cwe: 'CWE-553',
    place: 'path',
    name: '',
    value: path.slice(0, 512),
    outcome: 'likely',
  }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
