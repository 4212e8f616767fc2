// Hooks of git repositories, and settings of repositories that run programs: they run with the rights of whoever works there.

import type { Host } from './host.ts'
import { found, gitHooks } from './places.ts'

export interface GitHookRow {
  readonly path: string
  /** Null for a hook; otherwise the setting. */
  readonly setting: string | null
  readonly executable: boolean
  readonly uid: number | null
  readonly changed: string | null
}

const maxRows = 20_000
/** Values of these name programs (git-config(1)). */
const running =
  /^[ \t]*((?:fsmonitor|sshCommand|pager|editor|hooksPath|askPass|gitProxy|textconv|clean|smudge|process|helper|command|external)[ \t]*=.{0,500})$/gim

export function* gitHookRows(host: Host): Generator<GitHookRow> {
  let count = 0
  for (const { path, kind } of found(host, gitHooks)) {
    if (path.endsWith('.sample')) continue
    const file = host.tree.stat(path)
    if (file === undefined) continue
    const base = {
      path,
      executable: kind === 'link' || ((file.mode ?? 0) & 0o111) !== 0,
      uid: file.uid ?? null,
      changed: file.times.changed ?? null,
    }
    const settings = path.endsWith('/config') ? settingsIn(host, path) : [null]
    for (const setting of settings) {
      count++
      if (count > maxRows) return
      yield { ...base, setting }
    }
  }
}

function settingsIn(host: Host, path: string): string[] {
  const text = host.text(path, 256 * 1024) ?? ''
  return [...text.matchAll(running)].map(([, setting = '']) => setting.trim())
}
