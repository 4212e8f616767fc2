// The evidence corpus, unpacked for one run of an agreement measurement, and the oracles' output.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evalData } from '../../support/eval-data.ts'

const archive = join(evalData(), 'windows/evidence-tuning.tar.xz')

export interface EvidenceFiles extends Disposable {
  /** Absolute paths that match. */
  files(pattern: RegExp): string[]
}

/** Undefined: the corpus is not here. */
export function evidenceFiles(): EvidenceFiles | undefined {
  if (!existsSync(archive)) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'haechi-agree-'))
  execFileSync('tar', ['xf', archive, '-C', folder])
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  return {
    files: (pattern) => paths.filter((path) => pattern.test(path)),
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true })
    },
  }
}

/** Standard output of an oracle; undefined when it fails. */
export function oracle(program: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 120_000,
  })
  return status === 0 ? stdout : undefined
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Jan 13, 2016 18:06:55.334457700 UTC` as the libyal tools print times, as `2016-01-13T18:06:55.3344577Z`. */
export function libyalTime(text: string): string {
  const [, month = '', day = '', year = '', clock = ''] =
    /^(\w{3}) (\d\d), (\d{4}) (\d\d:\d\d:\d\d\.\d{7})/.exec(text) ?? []
  return `${year}-${String(months.indexOf(month) + 1).padStart(2, '0')}-${day}T${clock}Z`
}
