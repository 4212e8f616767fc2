// Interpreters that the kernel starts for files of other formats (binfmt_misc): a way to run code whenever a certain file is run.

import { readdirSync } from 'node:fs'

import { mountDetached } from '../../platform/linux/detached-mount.ts'
import { isUnloadedModule } from './loaded.ts'
import { type Part, rowsPart } from './parts.ts'
import { readText } from './proc-files.ts'

export function* binaryFormats(): Generator<Part, void> {
  if (isUnloadedModule('binfmt_misc')) return
  using own = mountDetached('binfmt_misc')
  const names = readdirSync(own.path).filter((name) => name !== 'register' && name !== 'status')
  yield rowsPart(
    'binary-formats',
    names.map((name) => {
      const lines = (readText(`${own.path}/${name}`) ?? '').split('\n')
      const field = (key: string): string | null =>
        lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? null
      return {
        name,
        enabled: lines[0] === 'enabled',
        interpreter: field('interpreter'),
        flags:
          lines
            .find((line) => line.startsWith('flags:'))
            ?.slice('flags:'.length)
            .trim() ?? null,
        magic: field('magic'),
        extension: field('extension'),
        offset: field('offset'),
        mask: field('mask'),
      }
    }),
  )
}
