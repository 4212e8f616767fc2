// Curing documents and mail in place: LibreOffice opens the cured ones and shows the same, without their macros.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { readCfb } from '../../src/engine/parsers/cfb/index.ts'
import { bytesSource } from '../../src/engine/source/byte-source.ts'
import { verdictLine } from '../../src/model/output.ts'
import { type CfbNode, cfbOf } from '../support/cfb-writer.ts'
import { payload, payloadRule } from '../support/golden.ts'
import { eicar, must, python, run } from '../support/opener.ts'
import { type Scratch, withScratch } from '../support/scratch.ts'
import { vbaStorage } from '../support/vba-writer.ts'

const launcher = join(import.meta.dirname, '../../bin/haechi')
const shown = 'Hello, cured world'
const officeMs = 60_000

/** Scans with the payload's rule and cures; the responses by base name. */
async function cureAll(scratch: Scratch, folder: string): Promise<Map<string, string | undefined>> {
  const config = scratch.at('haechi.toml')
  const rules = scratch.at('payload.yar')
  writeFileSync(config, `[quarantine]\ndirectory = "${scratch.at('quarantine')}"\n[engine]\nlocal = ""\n`)
  writeFileSync(rules, payloadRule)
  const args = ['scan', '--config', config, '--rules', rules, '--json', '--verbose']
  const done = await run(launcher, [...args, '--on-found', 'cure', folder], { timeoutMs: officeMs })
  const lines = done.stdout.trim().split('\n').slice(0, -1)
  const verdicts = lines.map((line) => verdictLine.parse(JSON.parse(line)))
  const again = await run(launcher, ['scan', '--config', config, '--rules', rules, folder])
  assert.match(again.stdout, /0 found/)
  assert.doesNotMatch(again.stdout, /partial +\//)
  return new Map(verdicts.map(({ path, response }) => [basename(path), response]))
}

async function converted(scratch: Scratch, file: string, to: string): Promise<string> {
  const profile = `-env:UserInstallation=file://${scratch.at('profile')}`
  const out = scratch.at('out')
  await must('soffice', ['--headless', profile, '--convert-to', to, '--outdir', out, file], {
    timeoutMs: officeMs,
  })
  return join(out, basename(file).replace(/[^.]*$/, to.replace(/:.*$/, '')))
}

const project = [
  vbaStorage({
    modules: [
      { name: 'Module1', source: `Attribute VB_Name = "Module1"\r\nSub A()\r\n' ${payload}\r\nEnd Sub\r\n` },
    ],
  }),
  { name: 'PROJECT', data: 'ID="{A}"\r\nModule=Module1\r\n' },
]

/** The compound file with a VBA project in it. */
function withMacros(path: string, storage: string): Uint8Array {
  const cfb = readCfb(bytesSource(readFileSync(path)))
  const streams = (cfb?.entries ?? []).filter(({ kind }) => kind === 'stream')
  const nodes: CfbNode[] = streams.map(({ name, source }) => ({
    name,
    data: new Uint8Array(source.read(0, source.size)),
  }))
  return cfbOf([...nodes, { name: storage, children: project }])
}

const addProject = `
import sys, zipfile
source, target, project = sys.argv[1:]
part = '<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
relation = '<Relationship Id="rIdM" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>'
plain = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
macros = 'application/vnd.ms-word.document.macroEnabled.main+xml'
with zipfile.ZipFile(source) as a, zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as b:
  for info in a.infolist():
    data = a.read(info)
    if info.filename == '[Content_Types].xml': data = data.decode().replace('</Types>', part).replace(plain, macros).encode()
    if info.filename == 'word/_rels/document.xml.rels': data = data.decode().replace('</Relationships>', relation).encode()
    b.writestr(info, data)
  b.write(project, 'word/vbaProject.bin')`

function requireOffice(t: TestContext): boolean {
  const isThere = ['/usr/bin/soffice', '/usr/local/bin/soffice'].some((path) => existsSync(path))
  if (!isThere) t.skip('SKIPPED, NOT TESTED: LibreOffice (soffice) is not installed')
  return isThere
}

test('documents lose their macros, and LibreOffice shows them as before', async (t) => {
  if (!requireOffice(t)) return
  const scratch = withScratch(t)
  const folder = scratch.folder('documents')
  const text = scratch.at('text.txt')
  const table = scratch.at('table.csv')
  writeFileSync(text, `${shown}\nsecond line\n`)
  writeFileSync(table, `${shown},1\nb,2\n`)
  writeFileSync(join(folder, 'a.doc'), withMacros(await converted(scratch, text, 'doc'), 'Macros'))
  writeFileSync(join(folder, 'b.xls'), withMacros(await converted(scratch, table, 'xls'), '_VBA_PROJECT_CUR'))
  const bin = scratch.at('vbaProject.bin')
  writeFileSync(bin, cfbOf(project))
  const made = await python(addProject, [await converted(scratch, text, 'docx'), join(folder, 'c.docm'), bin])
  assert.ok(made.ok, made.stderr)

  const responses = await cureAll(scratch, folder)
  assert.deepEqual(Object.fromEntries(responses), {
    'a.doc': 'cured',
    'b.xls': 'cured',
    'c.docm': 'cured',
  })
  for (const name of ['a.doc', 'c.docm']) {
    const file = await converted(scratch, join(folder, name), 'txt:Text')
    assert.match(readFileSync(file, 'utf8'), new RegExp(`^\\ufeff?${shown}\\r?\\nsecond line`), name)
    const page = await converted(scratch, join(folder, name), 'pdf')
    assert.ok(readFileSync(page).subarray(0, 5).equals(Buffer.from('%PDF-')), name)
  }
  const cells = await converted(scratch, join(folder, 'b.xls'), 'csv')
  assert.equal(readFileSync(cells, 'utf8').trim(), `${shown},1\nb,2,`)
})

test('mail, pages and archives of every kind are cured in one run', async (t) => {
  const scratch = withScratch(t)
  const folder = scratch.folder('files')
  const inside = scratch.folder('inside')
  writeFileSync(join(inside, 'eicar.com'), eicar)
  writeFileSync(join(inside, 'kept.txt'), 'kept')
  const part = `Content-Type: application/octet-stream; name=a.com\n\n${eicar}`
  const type = 'Content-Type: multipart/mixed; boundary=edge'
  const mail = `From: a@example.org\nMIME-Version: 1.0\n${type}\n\n--edge\n\nkept\n--edge\n${part}\n--edge--\n`
  writeFileSync(join(folder, 'mail.eml'), mail)
  writeFileSync(join(folder, 'box'), `From a@b Mon Jan  1 00:00:00 2024\n${mail}\n`)
  writeFileSync(join(folder, 'page.html'), `<html><script>"${payload}"</script>kept</html>`)
  for (const [name, flag] of [
    ['a.tar.gz', '-z'],
    ['a.tar.bz2', '-j'],
    ['a.tar.xz', '-J'],
  ] as const) {
    await must('tar', [flag, '-cf', join(folder, name), '-C', inside, 'eicar.com', 'kept.txt'])
  }
  const responses = await cureAll(scratch, folder)
  assert.deepEqual([...new Set(responses.values())], ['cured'], JSON.stringify([...responses]))
  assert.equal(responses.size, 6)
  for (const name of ['mail.eml', 'box', 'page.html']) {
    assert.match(readFileSync(join(folder, name), 'utf8'), /kept/)
  }
  for (const name of ['a.tar.gz', 'a.tar.bz2', 'a.tar.xz']) {
    assert.equal((await must('tar', ['-tf', join(folder, name)])).stdout, 'kept.txt\n')
  }
})
