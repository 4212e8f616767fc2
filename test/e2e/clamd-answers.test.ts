// What clamd's protocol answers when a scan is not simply clean or found, and how the configuration changes it.

import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'

import { type ClamdGuard, instream, pass, startClamdGuard, talk } from '../support/clamd.ts'
import { withFolder } from '../support/folder.ts'
import { makeLocked } from '../support/infected.ts'
import { eicar, eventually } from '../support/opener.ts'
import { tarOf } from '../support/tar-writer.ts'
import { trouble, troublemaker } from '../support/troublemaker.ts'

const found = 'Eicar-Test-Signature FOUND'

/** Files that nobody can read completely: encrypted, and nested deeper than the limit of 2. */
async function makePartial({ folder }: ClamdGuard): Promise<{ locked: string; deep: string }> {
  const locked = `${folder.path}/locked.zip`
  await makeLocked(locked)
  let inner: Uint8Array = Buffer.from(eicar)
  for (let depth = 0; depth < 4; depth++) inner = tarOf([{ name: 'inner', data: inner }])
  return { locked, deep: folder.file('deep.tar', inner) }
}

const limited = { config: ['[scan]', 'max_depth = 2'] }

test('what could not be read completely is an ERROR with the reason, and its directory is not OK', async (t) => {
  await using served = await startClamdGuard(t, limited)
  const { locked, deep } = await makePartial(served)
  assert.equal(
    await talk(served.socket, `zSCAN ${locked}\0`),
    `${locked}: Not scanned completely, needs a password. ERROR\0`,
  )
  assert.match(
    await talk(served.socket, `zSCAN ${deep}\0`),
    /deep\.tar: Not scanned completely, .*deeper than 2\. ERROR\0$/,
  )
  assert.match(
    await pass(served.socket, [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: [locked] }]),
    /^fd\[\d+\]: Not scanned completely, .* ERROR/,
  )
  for (const command of ['SCAN', 'CONTSCAN', 'MULTISCAN', 'ALLMATCHSCAN']) {
    const answer = await talk(served.socket, `z${command} ${served.folder.path}\0`)
    assert.match(answer, /locked\.zip: .* ERROR\0/, command)
    assert.match(answer, /deep\.tar: .* ERROR\0/, command)
    assert.doesNotMatch(answer, /OK\0/, command)
  }
})

test('on_partial = "found" gives it a name by which mail filters know such things', async (t) => {
  await using served = await startClamdGuard(t, { ...limited, clamd: ['on_partial = "found"'] })
  const { locked, deep } = await makePartial(served)
  assert.equal(
    await talk(served.socket, `zSCAN ${locked}\0`),
    `${locked}: Heuristics.Encrypted.Member FOUND\0`,
  )
  assert.equal(
    await talk(served.socket, `zSCAN ${deep}\0`),
    `${deep}: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0`,
  )
})

test('on_partial = "ok" lets it pass, but not what was found, nor what could not be read at all', async (t) => {
  await using served = await startClamdGuard(t, { ...limited, clamd: ['on_partial = "ok"'] })
  const { locked } = await makePartial(served)
  const { folder, socket } = served
  assert.equal(await talk(socket, `zSCAN ${locked}\0`), `${locked}: OK\0`)
  const path = folder.file(
    'both.tar',
    tarOf([
      { name: 'x', data: tarOf([{ name: 'y', data: tarOf([{ name: 'z', data: 'z' }]) }]) },
      { name: 'e', data: eicar },
    ]),
  )
  assert.equal(await talk(socket, `zSCAN ${path}\0`), `${path}: ${found}\0`)
  const clean = folder.file('clean', 'clean')
  const steps = [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: [clean], flags: 'write' as const }]
  assert.match(await pass(socket, steps), / ERROR/)
})

test('all matches of a file are told by ALLMATCHSCAN, each once; the others end at the first', async (t) => {
  await using served = await startClamdGuard(t, {
    args: ['--hash-list', listOf(t, `44d88612fea8a8f36de82e1278abb02f:68:Test.Listed`)],
  })
  const { folder, socket } = served
  const path = folder.file(
    'two.tar',
    tarOf([
      { name: 'a', data: eicar },
      { name: 'b', data: eicar },
    ]),
  )
  const lines = (await talk(socket, `zALLMATCHSCAN ${path}\0`)).split('\0').slice(0, -1)
  assert.deepEqual(lines.toSorted(), [`${path}: ${found}`, `${path}: Test.Listed FOUND`])
  const [first, ...rest] = (await talk(socket, `zSCAN ${path}\0`)).split('\0').slice(0, -1)
  assert.ok(lines.includes(first ?? ''))
  assert.deepEqual(rest, [])
})

test(
  'a scan that hangs, fails, dies or eats its memory is an ERROR for its client alone',
  { timeout: 90_000 },
  async (t) => {
    await using served = await startClamdGuard(t, {
      args: ['--plugin', troublemaker(t), '--max-time', '1s'],
      clamd: ['threads = 2'],
    })
    const { folder, socket } = served
    const cases = {
      hang: [trouble.hang(), /its scan did not end in time\. ERROR\0$/],
      exit: [trouble.exits(), /its scan ended with a fault, .* ERROR\0$/],
      // Whichever comes first.
      hungry: [
        trouble.hungry(),
        /its scan (?:ended with a fault, .*memory.*|did not end in time)\. ERROR\0$/,
      ],
      throws: [trouble.throws(), /Not scanned completely, .*thrown on purpose.* ERROR\0$/],
      slow: [trouble.slow(3000), /Not scanned completely, .*longer than 1000 ms\. ERROR\0$/],
    } as const
    const others = Array.from({ length: 20 }, () => talk(socket, instream('z', eicar)))
    await Promise.all(
      Object.entries(cases).map(async ([name, [content, expected]]) => {
        const path = folder.file(name, content)
        assert.match(await talk(socket, `zSCAN ${path}\0`), expected, name)
        assert.match(await talk(socket, instream('z', content)), expected, name)
      }),
    )
    for (const answer of await Promise.all(others)) assert.equal(answer, `stream: ${found}\0`)
    assert.match(served.guard.stderr, /a scanning thread hangs and is ended: SCAN /)
    assert.equal(await talk(socket, instream('z', eicar)), `stream: ${found}\0`)
  },
)

test('STATS shows what runs and what waits', async (t) => {
  await using served = await startClamdGuard(t, {
    args: ['--plugin', troublemaker(t)],
    clamd: ['threads = 1'],
  })
  const paths = [1, 2, 3].map((index) => served.folder.file(`slow ${index}`, trouble.slow(1000, `${index}`)))
  const answers = paths.map((path) => talk(served.socket, `zSCAN ${path}\0`))
  const expected =
    /THREADS: live 1 {2}idle 0 max 1 .*\nQUEUE: 2 items min_wait: \d\.\d{6} max_wait: \d\.\d{6} avg_wait: \d\.\d{6}\n\tSTATS \d\.\d{6} \n\tSCAN \d\.\d{6} .*\/slow \d\n\n/
  assert.ok(await eventually(async () => expected.test(await talk(served.socket, 'nSTATS\n')), 3000))
  assert.deepEqual(
    await Promise.all(answers),
    paths.map((path) => `${path}: OK\0`),
  )
})

test('a name cannot make a line of its own: in replies that end with a line feed it is escaped', async (t) => {
  await using served = await startClamdGuard(t)
  const folder = `${served.folder.path}/names`
  mkdirSync(folder)
  writeFileSync(`${folder}/x\nevil: OK`, eicar)
  assert.equal(await talk(served.socket, `nCONTSCAN ${folder}\n`), `${folder}/x\\nevil: OK: ${found}\n`)
  assert.equal(await talk(served.socket, `zCONTSCAN ${folder}\0`), `${folder}/x\nevil: OK: ${found}\0`)
  await served.guard.waitForStderr(
    /CONTSCAN .*x\\n.*evil: OK: Eicar-Test-Signature \(asked by pid \d+, uid \d+\)/,
  )
})

test('names that are not UTF-8 come back byte for byte', async (t) => {
  await using served = await startClamdGuard(t)
  const folder = Buffer.from(`${served.folder.path}/`)
  const name = Buffer.concat([folder, Buffer.from('fffe806e616d65', 'hex')])
  writeFileSync(name, eicar)
  assert.equal(
    await talk(served.socket, `zSCAN ${name.toString('latin1')}\0`),
    `${name.toString('latin1')}: ${found}\0`,
  )
  assert.equal(
    await talk(served.socket, `zCONTSCAN ${served.folder.path}\0`),
    `${name.toString('latin1')}: ${found}\0`,
  )
})

test('with follow_symlinks a link that is named is followed, one in a directory never', async (t) => {
  await using served = await startClamdGuard(t, { clamd: ['follow_symlinks = true'] })
  const { folder, socket } = served
  const at = (name: string): string => `${folder.path}/${name}`
  mkdirSync(at('target'))
  mkdirSync(at('links'))
  writeFileSync(at('target/e.com'), eicar)
  symlinkSync(at('target/e.com'), at('links/file'))
  symlinkSync(at('target'), at('links/folder'))
  assert.equal(await talk(socket, `zSCAN ${at('links/file')}\0`), `${at('links/file')}: ${found}\0`)
  assert.equal(await talk(socket, `zSCAN ${at('links/folder')}\0`), `${at('links/folder/e.com')}: ${found}\0`)
  assert.equal(await talk(socket, `zSCAN ${at('links')}\0`), `${at('links')}: OK\0`)
})

test('directories below the limit are told, not passed over', async (t) => {
  await using served = await startClamdGuard(t, { clamd: ['max_directory_recursion = 2'] })
  const { folder, socket } = served
  mkdirSync(`${folder.path}/d/1/2/3`, { recursive: true })
  writeFileSync(`${folder.path}/d/1/2/3/e.com`, eicar)
  const tooDeep = `${folder.path}/d/1/2/3: Directory recursion limit reached. ERROR\0`
  assert.equal(await talk(socket, `zSCAN ${folder.path}/d\0`), tooDeep)
  assert.equal(await talk(socket, `zMULTISCAN ${folder.path}/d\0`), tooDeep)
})

test('RELOAD takes a changed list; scans that run end with the old one', { timeout: 30_000 }, async (t) => {
  const list = listOf(t, '# nothing yet')
  await using served = await startClamdGuard(t, {
    args: ['--hash-list', list, '--plugin', troublemaker(t)],
    clamd: ['threads = 1'],
  })
  const { folder, socket } = served
  // `printf 'hello' | md5sum`
  const line = '5d41402abc4b2a76b9719d911017c592:5:Test.Hello'
  const path = folder.file('hello', 'hello')
  const version = await talk(socket, 'nVERSION\n')
  assert.equal(await talk(socket, `zSCAN ${path}\0`), `${path}: OK\0`)
  const slow = talk(socket, `zSCAN ${folder.file('slow', trouble.slow(1000))}\0`)
  writeFileSync(list, `${line}\n`)
  assert.equal(await talk(socket, 'nRELOAD\n'), 'RELOADING\n')
  assert.equal(await talk(socket, 'nRELOAD\n'), 'RELOADING\n')
  assert.match(await slow, /slow: OK/)
  const isNew = async (): Promise<boolean> =>
    (await talk(socket, `zSCAN ${path}\0`)) === `${path}: Test.Hello FOUND\0`
  assert.ok(await eventually(isNew, 10_000))
  assert.notEqual((await talk(socket, 'nVERSION\n')).split('/')[1], version.split('/')[1])
})

test('RELOAD and SHUTDOWN can be refused; a client may end the guard only when that is allowed', async (t) => {
  {
    await using served = await startClamdGuard(t, { clamd: ['allow_reload = false'] })
    for (const command of ['RELOAD', 'SHUTDOWN', 'QUIT']) {
      assert.equal(await talk(served.socket, `z${command}\0`), 'COMMAND UNAVAILABLE\0')
    }
    assert.equal(await talk(served.socket, 'SHUTDOWN\n'), 'COMMAND UNAVAILABLE\n')
    assert.equal(await talk(served.socket, 'zPING\0'), 'PONG\0')
  }
  const served = await startClamdGuard(t, { clamd: ['allow_shutdown = true'] })
  const { ended } = served.guard
  assert.equal(await talk(served.socket, 'zSHUTDOWN\0'), '')
  assert.equal(await ended, 0)
})

function listOf(t: TestContext, line: string): string {
  return withFolder(t).file('list.txt', `${line}\n`)
}
