// A folder for the files of one test, which goes with it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export interface Folder {
  readonly path: string
  /** Writes a file into it and gives its path. */
  file(name: string, data: Uint8Array | string): string
}

export function withFolder(t: Pick<TestContext, 'after'>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'haechi-test-'))
  t.after(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return {
    path,
    file(name, data) {
      writeFileSync(join(path, name), data)
      return join(path, name)
    },
  }
}
