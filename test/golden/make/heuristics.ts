// Golden samples of what the heuristics of scripts, disguises and programs must tell. Nothing in them works: addresses are those
// of documentation, programs have no code.

import { suspiciousScripts } from '../../../src/engine/detectors/script/fixture.ts'
import { addImports, PeWriter } from '../../../src/engine/parsers/pe/pe-writer.ts'
import type { Language } from '../../../src/engine/scan-object.ts'
import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { zipOf } from '../../support/zip-writer.ts'

const whole = (text: string): string => text.replaceAll('¦', '')
const nothing = { made: 'by hand', covers: [], finds: [] } as const

// ── Scripts ──

const extensions: Readonly<Partial<Record<Language, string>>> = {
  batch: 'bat',
  javascript: 'js',
  powershell: 'ps1',
  shell: 'sh',
  vbscript: 'vbs',
}

function scriptSample({ title, language, name, text }: (typeof suspiciousScripts)[number]): GoldenSample {
  const extension = language === undefined ? undefined : extensions[language]
  if (extension === undefined)
    return { ...nothing, title, suspects: [name], bytes: Buffer.from(text, 'latin1') }
  const member = `a.${extension}`
  const bytes = zipOf([{ name: member, data: text }])
  return { ...nothing, title: `${title}, in a zip archive`, suspects: [`${name} ${member}`], bytes }
}

writeGoldenSamples('script', [
  ...suspiciousScripts.map(scriptSample),
  {
    ...nothing,
    title: 'an ordinary shell script',
    bytes: Buffer.from('#!/bin/sh\nset -e\nmake clean all\n'),
  },
])

// ── Programs ──

function program(calls: Readonly<Record<string, readonly string[]>>, texts: readonly string[] = []): Buffer {
  const writer = new PeWriter()
  writer.add(Buffer.alloc(64, 0x90))
  for (const text of texts) writer.add(whole(text))
  return addImports(writer, calls).build()
}

const usual = { 'kernel32.dll': ['CreateFileW', 'ReadFile', 'WriteFile'] }
const hollow = {
  'ntdll.dll': ['NtUnmapViewOfSection'],
  'kernel32.dll': ['WriteProcessMemory', 'SetThreadContext', 'ResumeThread'],
}
const note = ['vssadmin del¦ete shadows', 'http://example.on¦ion/', 'Your fi¦les', 'bit¦coin', 'dec¦rypt']

writeGoldenSamples('program', [
  {
    ...nothing,
    title: 'another program hollowed out',
    suspects: ['Heuristic.Program.PE'],
    bytes: program(hollow),
  },
  { ...nothing, title: 'ransomware', suspects: ['Heuristic.Program.PE'], bytes: program(usual, note) },
  { ...nothing, title: 'an ordinary program', bytes: program(usual) },
])

// ── Disguises ──

const inside = program(usual)
const names: readonly (readonly [title: string, member: string, data: Uint8Array | string, kind: string])[] =
  [
    ['a name shown backwards', 'invoice\u202efdp.exe', inside, 'Direction'],
    ['two extensions', 'invoice.pdf.exe', inside, 'DoubleExtension'],
    ['two extensions of a script', 'order.docx.vbs', 'Dim a\n', 'DoubleExtension'],
    ['a gap', `order.pdf${' '.repeat(40)}.exe`, inside, 'Gap'],
    ['a program as a picture', 'photo.jpg', inside, 'FalseExtension'],
    ['a picture that is a script', 'a.gif', 'GIF89a/*......*/=1;alert(1)', 'Polyglot'],
  ]

writeGoldenSamples('disguise', [
  ...names.map(([title, member, data, kind]): GoldenSample => ({
    ...nothing,
    title,
    suspects: [`Heuristic.Disguise.${kind} ${member}`],
    bytes: zipOf([{ name: member, data }]),
  })),
  { ...nothing, title: 'an ordinary name', bytes: zipOf([{ name: 'setup.exe', data: inside }]) },
])
