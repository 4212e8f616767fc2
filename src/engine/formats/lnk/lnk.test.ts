import assert from 'node:assert/strict'
import { test } from 'node:test'

import { checkFormat } from '../../../../test/support/format-contract.ts'
import { eicar, samples } from '../../../../test/support/samples.ts'
import { unpack } from '../../../../test/support/unpack.ts'
import { linkInfoBlock, writeLnk } from '../../parsers/lnk/lnk-writer.ts'
import { lnk } from './lnk.ts'

const flat = { formats: [lnk], isFlat: true } as const

function shortcut(path: string, given: string | undefined, overlay = ''): Buffer {
  return writeLnk({
    flags: 0x80,
    linkInfo: linkInfoBlock({ label: 'C', path, suffix: '' }),
    strings: [undefined, undefined, undefined, given, undefined],
    overlay,
  })
}

checkFormat(lnk, { files: [shortcut('C:\\cmd.exe', '/c x', eicar)], contains: eicar, others: samples })

test('the command has the language of the program that reads it', () => {
  for (const [path, given, expected] of [
    [String.raw`C:\Windows\System32\cmd.exe`, '/c echo x', 'batch'],
    [String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`, '-c x', 'powershell'],
    [String.raw`C:\Windows\System32\mshta.exe`, 'vbscript:x', 'vbscript'],
    [String.raw`C:\Windows\System32\mshta.exe`, 'javascript:x', 'javascript'],
    [String.raw`C:\Windows\System32\wscript.exe`, 'a.vbs', 'vbscript'],
    [String.raw`C:\My Programs\x.exe`, 'a', 'batch'],
  ] as const) {
    const found: string[] = []
    const result = unpack(shortcut(path, given), {
      ...flat,
      visit: ({ language }) => found.push(language ?? '-'),
    })
    const command = path.includes(' ') ? `"${path}" ${given}` : `${path} ${given}`
    assert.deepEqual([found, result.members[0]?.text], [[expected], command])
  }
})

test('a shortcut without arguments has no members; zeros behind the end are padding', () => {
  for (const overlay of ['', '\0\0\0\0']) {
    const { members, faults } = unpack(shortcut('C:\\x.exe', undefined, overlay), flat)
    assert.deepEqual([members, faults], [[], []])
  }
})
