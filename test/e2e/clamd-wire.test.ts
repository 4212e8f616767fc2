// The wire protocol, byte for byte: every exchange was recorded with clamd 1.4.6 and is replayed against the real
// guard; only the name of the found malware, the version and the figures of STATS are our own.

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'

import { instream, pass, startClamdGuard, talk, type TalkOptions } from '../support/clamd.ts'
import { eicar, must } from '../support/opener.ts'

const halfClosed: TalkOptions = { halfClose: true }
const found = 'Eicar-Test-Signature FOUND'
const unknown = 'UNKNOWN COMMAND'
const inSession = 'Command invalid inside IDSESSION. ERROR'

const cleanUp: (() => void)[] = []
/** One guard for all: no exchange leaves anything behind. */
const served = await startClamdGuard(
  { after: (action) => void cleanUp.push(action as () => void) },
  { clamd: ['stream_max_length = "1 MiB"', 'command_read_timeout = "300 ms"', 'read_timeout = "400 ms"'] },
)
const at = (name: string): string => `${served.folder.path}/${name}`

after(async () => {
  await served[Symbol.asyncDispose]()
  for (const action of cleanUp) action()
})

served.folder.file('clean.txt', 'hello')
served.folder.file('empty', '')
served.folder.file('e.com', eicar)
served.folder.file('with space.txt', eicar)
for (const folder of ['none', 'good', 'bad/sub', 'odd']) mkdirSync(at(folder), { recursive: true })
writeFileSync(at('good/1'), 'one')
writeFileSync(at('good/2'), 'two')
writeFileSync(at('bad/clean'), 'x')
writeFileSync(at('bad/e1.com'), eicar)
writeFileSync(at('bad/sub/e2.com'), eicar)
symlinkSync(at('e.com'), at('link'))
symlinkSync(at('bad'), at('link-to-folder'))
symlinkSync('nowhere', at('dangling'))
for (const name of ['fifo', 'odd/fifo']) await must('mkfifo', [at(name)])
symlinkSync(at('e.com'), at('odd/link'))
symlinkSync(at('bad'), at('odd/link-to-folder'))

type Exchange = readonly [sent: string, expected: string, options?: TalkOptions]

const simple: readonly Exchange[] = [
  ['zPING\0', 'PONG\0'],
  ['nPING\n', 'PONG\n'],
  ['PING\n', 'PONG\n'],
  ['PING', 'PONG\n', halfClosed],
  ['PING\0', 'PONG\n'],
  ['PING\r\n', 'PONG\n'],
  ['PING\n\n', 'PONG\n'],
  ['nPING\r\n', 'PONG\n'],
  ['zPING\r\0', `${unknown}\0`],
  ['zping\0', `${unknown}\0`],
  ['zFOO\0', `${unknown}\0`],
  ['zPING extra\0', `${unknown}\0`],
  ['nPING \n', `${unknown}\n`],
  ['zSCAN\0', `${unknown}\0`],
  ['GET / HTTP/1.1\r\n\r\n', `${unknown}\n`],
  ['zEND\0', `${unknown}\0`],
  ['zRELOAD\0', 'RELOADING\0'],
  ['RELOAD\n', 'RELOADING\n'],
  ['\n', `${unknown}\n`],
  ['\0', `${unknown}\n`],
  ['z\0', `${unknown}\0`],
  ['n\n', `${unknown}\n`],
  ['zzPING\0', `${unknown}\0`],
  ['z\xff\xfe\x01\0', `${unknown}\0`],
  ['nSESSION\n', `${unknown}\n`],
  ['nSTREAM\n', `${unknown}\n`],
  ['zINSTREAM foo\0', `${unknown}\0`],
  // Of the old form clamd knows only what clamd 0.9 knew.
  ['INSTREAM\n\0\0\0\x05hello\0\0\0\0', `${unknown}\n`],
  ['IDSESSION\nPING\n', `${unknown}\n`],
  ['STATS\n', `${unknown}\n`],
  ['VERSIONCOMMANDS\n', `${unknown}\n`],
  ['ALLMATCHSCAN /x\n', `${unknown}\n`],
  ['END\n', `${unknown}\n`],
  ['nDETSTATS\n', ''],
  ['nDETSTATSCLEAR\n', ''],
  ['DETSTATS\n', ''],
  // One command a connection.
  ['nPING\nnVERSION\n', 'PONG\n'],
  ['zPING\0zVERSION\0', 'PONG\0'],
  ['PING\nVERSION\n', 'PONG\n'],
  // A command that was not finished is none.
  ['zPING', '', halfClosed],
  ['nPING', '', halfClosed],
  ['', '', halfClosed],
  // Only the terminator of its own form ends a command.
  ['nPING\0', 'COMMAND READ TIMED OUT\n'],
  ['zPING\n', 'COMMAND READ TIMED OUT\n'],
  [
    'zSCAN /relative/to/nothing\0',
    '/relative/to/nothing: File path check failure: No such file or directory. ERROR\0',
  ],
  ['zSCAN relative/path\0', 'relative/path: File path check failure: No such file or directory. ERROR\0'],
  ['zSCAN \0', ': File path check failure: No such file or directory. ERROR\0'],
  ['zSCAN /dev/null\0', '/dev/null: Not supported file type ERROR\0/dev/null: OK\0'],
]
for (const [sent, expected, options] of simple) {
  test(`${JSON.stringify(sent)} is answered ${JSON.stringify(expected)}`, async () => {
    assert.equal(await talk(served.socket, sent, options), expected)
    assert.equal(await talk({ host: '127.0.0.1', port: served.port }, sent, options), expected, 'over TCP')
  })
}

test('what comes in pieces is one command, except in the old form, where one packet is one', async () => {
  assert.equal(await talk(served.socket, ['nP', 'IN', 'G\n']), 'PONG\n')
  assert.equal(await talk(served.socket, ['z', 'PING', '\0']), 'PONG\0')
  assert.equal(await talk(served.socket, ['PI', 'NG\n']), `${unknown}\n`)
})

test('VERSION begins as clamd’s does, has a number and a date where it has them, and says who answers', async () => {
  const version = await talk(served.socket, 'zVERSION\0')
  assert.match(
    version,
    /^ClamAV 1\.4\.6-haechi-[\d.]+\/\d+\/[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\0$/,
  )
  assert.ok(!Number.isNaN(Date.parse(version.split('/')[2]?.slice(0, -1) ?? '')))
  const line = version.slice(0, -1)
  assert.equal(await talk(served.socket, 'VERSION\n'), `${line}\n`)
  assert.equal(
    await talk(served.socket, 'nVERSIONCOMMANDS\n'),
    `${line}| COMMANDS: SCAN QUIT RELOAD PING CONTSCAN VERSIONCOMMANDS VERSION END SHUTDOWN MULTISCAN FILDES STATS ` +
      'IDSESSION INSTREAM DETSTATSCLEAR DETSTATS ALLMATCHSCAN\n',
  )
})

const stats =
  /^POOLS: 1\n\nSTATE: VALID PRIMARY\nTHREADS: live \d+ {2}idle \d+ max \d+ idle-timeout \d+\nQUEUE: \d+ items\n\tSTATS \d\.\d{6} \n\nMEMSTATS: heap N\/A mmap N\/A used N\/A free N\/A releasable N\/A pools 1 pools_used \d+\.\d{3}M pools_total \d+\.\d{3}M\nEND([\0\n])$/

test('STATS has every line of clamd’s, with figures where it has them', async () => {
  assert.equal(stats.exec(await talk(served.socket, 'zSTATS\0'))?.[1], '\0')
  assert.equal(stats.exec(await talk(served.socket, 'nSTATS\n'))?.[1], '\n')
})

/** `§` stands for the folder of the files. */
const scans: readonly Exchange[] = [
  ['zSCAN §/clean.txt\0', '§/clean.txt: OK\0'],
  ['zCONTSCAN §/clean.txt\0', '§/clean.txt: OK\0'],
  ['zMULTISCAN §/clean.txt\0', '§/clean.txt: OK\0'],
  ['zALLMATCHSCAN §/clean.txt\0', '§/clean.txt: OK\0'],
  ['zSCAN §/e.com\0', `§/e.com: ${found}\0`],
  ['zCONTSCAN §/e.com\0', `§/e.com: ${found}\0`],
  ['zMULTISCAN §/e.com\0', `§/e.com: ${found}\0`],
  ['zALLMATCHSCAN §/e.com\0', `§/e.com: ${found}\0`],
  ['zSCAN §/with space.txt\0', `§/with space.txt: ${found}\0`],
  ['zSCAN §/empty\0', '§/empty: OK\0'],
  ['nSCAN §/e.com\n', `§/e.com: ${found}\n`],
  ['nSCAN §/e.com\r\n', `§/e.com: ${found}\n`],
  ['SCAN §/e.com\n', `§/e.com: ${found}\n`],
  ['SCAN §/e.com', `§/e.com: ${found}\n`],
  ['SCAN §/e.com\r\n', `§/e.com: ${found}\n`],
  ['MULTISCAN §/e.com', `§/e.com: ${found}\n`, halfClosed],
  ['zSCAN §/e.com \0', '§/e.com : File path check failure: No such file or directory. ERROR\0'],
  ['zSCAN  §/e.com\0', ' §/e.com: File path check failure: No such file or directory. ERROR\0'],
  ['zSCAN §/e.com/x\0', '§/e.com/x: File path check failure: Not a directory. ERROR\0'],
  [
    `zSCAN §/${'y'.repeat(300)}\0`,
    `§/${'y'.repeat(300)}: File path check failure: File name too long. ERROR\0`,
  ],
  // Directories: SCAN stops at the first found file, CONTSCAN goes on, MULTISCAN is silent about what is clean.
  ['zSCAN §/none\0', '§/none: OK\0'],
  ['zMULTISCAN §/none\0', ''],
  ['zSCAN §/good\0', '§/good: OK\0'],
  ['zCONTSCAN §/good///\0', '§/good: OK\0'],
  ['zMULTISCAN §/good\0', ''],
  ['zSCAN §/bad\0', `§/bad/e1.com: ${found}\0`],
  ['zALLMATCHSCAN §/bad\0', `§/bad/e1.com: ${found}\0`],
  ['zCONTSCAN §/bad/\0', `§/bad/e1.com: ${found}\0§/bad/sub/e2.com: ${found}\0`],
  ['nCONTSCAN §/bad\n', `§/bad/e1.com: ${found}\n§/bad/sub/e2.com: ${found}\n`],
  // Links are not followed, special files not read.
  ['zSCAN §/link\0', '§/link: OK\0'],
  ['zMULTISCAN §/link\0', '§/link: OK\0'],
  ['zSCAN §/link-to-folder/\0', '§/link-to-folder: OK\0'],
  ['zMULTISCAN §/link-to-folder\0', ''],
  ['zSCAN §/dangling\0', '§/dangling: OK\0'],
  ['zMULTISCAN §/dangling\0', ''],
  ['zSCAN §/fifo\0', '§/fifo: Not supported file type ERROR\0§/fifo: OK\0'],
  ['zMULTISCAN §/fifo\0', '§/fifo: Not supported file type ERROR\0§/fifo: OK\0'],
  ['zCONTSCAN §/odd\0', '§/odd: OK\0'],
  // In a session.
  ['zIDSESSION\0zSCAN §/e.com\0zEND\0', `1: §/e.com: ${found}\0`],
  ['nIDSESSION\nnSCAN §/fifo\nnEND\n', '1: §/fifo: Not supported file type ERROR\n1: §/fifo: OK\n'],
]
for (const [sent, expected, options] of scans) {
  test(`${JSON.stringify(sent)} is answered ${JSON.stringify(expected)}`, async () => {
    const own = (text: string): string => text.replaceAll('§', served.folder.path)
    assert.equal(await talk(served.socket, own(sent), options), own(expected))
  })
}

test('MULTISCAN finds everything, in whatever order', async () => {
  const lines = (await talk(served.socket, `zMULTISCAN ${at('bad')}\0`)).split('\0').toSorted()
  assert.deepEqual(lines, ['', `${at('bad/e1.com')}: ${found}`, `${at('bad/sub/e2.com')}: ${found}`])
})

const streams: readonly Exchange[] = [
  [instream('z', 'hello'), 'stream: OK\0'],
  [instream('z', eicar), `stream: ${found}\0`],
  [instream('n', eicar.slice(0, 10), eicar.slice(10)), `stream: ${found}\n`],
  [instream('z', ...eicar.split('')), `stream: ${found}\0`],
  [instream('z'), 'stream: OK\0'],
  [`${instream('z', eicar)}zPING\0`, `stream: ${found}\0`],
  ['zINSTREAM\0\0\0\0\x05hel', '', halfClosed],
  ['zINSTREAM\0\0\0\0', '', halfClosed],
  [instream('z', eicar).slice(0, -4), '', halfClosed],
  ['zINSTREAM\0\x7f\xff\xff\xffx', 'INSTREAM size limit exceeded. ERROR\0'],
  ['zINSTREAM\0\xff\xff\xff\xff', 'INSTREAM size limit exceeded. ERROR\0'],
  ['nINSTREAM\n\0\x10\0\x01', 'INSTREAM size limit exceeded. ERROR\n'],
  // Nothing was said for too long.
  [instream('z', eicar).slice(0, -4), 'COMMAND READ TIMED OUT\n'],
  ['zINSTREAM\0\0\0\0', 'COMMAND READ TIMED OUT\n'],
]
for (const [sent, expected, options] of streams) {
  const shown =
    sent.length > 150 ? `${JSON.stringify(sent.slice(0, 40))}… (${sent.length})` : JSON.stringify(sent)
  test(`${shown} is answered ${JSON.stringify(expected)}`, async () => {
    assert.equal(await talk(served.socket, sent, options), expected)
    assert.equal(await talk({ host: '127.0.0.1', port: served.port }, sent, options), expected, 'over TCP')
  })
}

test('a stream may be as long as the limit, and not a byte longer, in one piece or in many', async () => {
  const mebibyte = 'x'.repeat(1024 * 1024)
  assert.equal(await talk(served.socket, instream('z', mebibyte)), 'stream: OK\0')
  assert.equal(
    await talk(served.socket, instream('z', `${mebibyte}x`)),
    'INSTREAM size limit exceeded. ERROR\0',
  )
  assert.equal(
    await talk(served.socket, instream('z', mebibyte, 'x')),
    'INSTREAM size limit exceeded. ERROR\0',
  )
})

test('a stream that dribbles is whole in the end', async () => {
  const bytes = instream('z', eicar.slice(0, 30), eicar.slice(30))
  const pieces = [bytes.slice(0, 12), bytes.slice(12, 20), bytes.slice(20, 60), bytes.slice(60)]
  assert.equal(await talk(served.socket, pieces), `stream: ${found}\0`)
})

const sessions: readonly Exchange[] = [
  ['zIDSESSION\0zPING\0zEND\0', '1: PONG\0'],
  ['nIDSESSION\nnPING\nnEND\n', '1: PONG\n'],
  // Each command has its own form.
  ['nIDSESSION\nzPING\0nEND\n', '1: PONG\0'],
  ['zIDSESSION\0nPING\nzEND\0', '1: PONG\n'],
  ['zIDSESSION\0zPING\0', '1: PONG\0', halfClosed],
  ['zIDSESSION\0zPING\0', '1: PONG\0COMMAND READ TIMED OUT\n'],
  ['zIDSESSION\0zPING\0zFOO\0zPING\0zEND\0', `1: PONG\u{0}2: ${inSession}\0`],
  ['zIDSESSION\0zIDSESSION\0', `1: ${inSession}\0`],
  ['nIDSESSION\nnIDSESSION\n', `1: ${inSession}\n`],
  ['zIDSESSION\0zCONTSCAN /\0', `1: ${inSession}\0`],
  ['zIDSESSION\0zMULTISCAN /\0', `1: ${inSession}\0`],
  ['zIDSESSION\0zALLMATCHSCAN /\0', `1: ${inSession}\0`],
  ['zIDSESSION\0zRELOAD\0', `1: ${inSession}\0`],
  ['zIDSESSION\0zSHUTDOWN\0', `1: ${inSession}\0`],
  ['zIDSESSION\0zDETSTATS\0', `1: ${inSession}\0`],
  ['zIDSESSION\0zEND\0zPING\0', ''],
  ['zIDSESSION\0zINSTREAM\0\x7f\xff\xff\xffx', '1: INSTREAM size limit exceeded. ERROR\0'],
  ['zIDSESSION\0zFILDES\0\0zPING\0zEND\0', '1: No file descriptor received. ERROR\0'],
  [`zIDSESSION\0${instream('z', eicar)}zEND\0`, `1: stream: ${found}\0`],
]
for (const [sent, expected, options] of sessions) {
  test(`the session ${JSON.stringify(sent)} is answered ${JSON.stringify(expected)}`, async () => {
    assert.equal(await talk(served.socket, sent, options), expected)
  })
}

test('a session of many commands answers each with its number, in whatever order', async () => {
  const commands = [
    'zIDSESSION\0zPING\0zVERSION\0',
    `zSCAN ${at('e.com')}\0${instream('z', eicar)}${instream('z', 'hello')}zSTATS\0zSCAN ${at('none')}\0zEND\0`,
  ]
  const answer = await talk(served.socket, commands.join(''))
  const lines = answer.split('\0').filter((line) => line !== '')
  const numbered = new Map(
    lines.map((line) => [Number(line.split(':')[0]), line.slice(line.indexOf(':') + 2)]),
  )
  assert.equal(lines.length, 7)
  assert.equal(numbered.get(1), 'PONG')
  assert.match(numbered.get(2) ?? '', /^ClamAV /)
  assert.equal(numbered.get(3), `${at('e.com')}: ${found}`)
  assert.equal(numbered.get(4), `stream: ${found}`)
  assert.equal(numbered.get(5), 'stream: OK')
  assert.match(numbered.get(6) ?? '', /^POOLS: 1\n[^]*\nEND$/)
  assert.equal(numbered.get(7), `${at('none')}: OK`)
})

test('three hundred scans in one session are all answered, although few may be open at a time', async () => {
  const count = 300
  const each = (index: number): string => instream('z', index % 3 === 0 ? eicar : `number ${index}`)
  const answer = await talk(
    served.socket,
    `zIDSESSION\0${Array.from({ length: count }, (_, index) => each(index)).join('')}zEND\0`,
  )
  const lines = answer.split('\0').slice(0, -1)
  const expected = Array.from(
    { length: count },
    (_, index) => `${index + 1}: stream: ${index % 3 === 0 ? found : 'OK'}`,
  )
  assert.deepEqual(lines.toSorted(), expected.toSorted())
})

const number = /fd\[\d+\]/g
const passed: readonly (readonly [string, Parameters<typeof pass>[1], string])[] = [
  [
    'a byte after the command',
    [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: ['e.com'] }],
    `fd: ${found}\\0`,
  ],
  ['a clean file', [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: ['clean.txt'] }], 'fd: OK\\0'],
  ['whatever the byte is', [{ bytes: 'zFILDES\0' }, { bytes: 'X', files: ['e.com'] }], `fd: ${found}\\0`],
  ['the form with line feeds', [{ bytes: 'nFILDES\n' }, { bytes: '\n', files: ['e.com'] }], `fd: ${found}\n`],
  ['the old form', [{ bytes: 'FILDES\n' }, { bytes: '\0', files: ['e.com'] }], `fd: ${found}\n`],
  ['one message for both', [{ bytes: 'zFILDES\0\0', files: ['e.com'] }], `fd: ${found}\\0`],
  ['the command without a byte', [{ bytes: 'zFILDES\0', files: ['e.com'] }], `fd: ${found}\\0`],
  [
    'a directory',
    [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: ['bad'] }],
    'fd: Not a regular file ERROR\\0',
  ],
  [
    'a device',
    [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: ['/dev/null'] }],
    'fd: Not a regular file ERROR\\0',
  ],
  [
    'an offset at its end',
    [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: ['e.com'], seek: 68 }],
    `fd: ${found}\\0`,
  ],
  [
    'a byte and no descriptor',
    [{ bytes: 'zFILDES\0' }, { bytes: '\0' }],
    'No file descriptor received. ERROR\\0',
  ],
  [
    'two descriptors at once',
    [{ bytes: 'zFILDES\0' }, { bytes: '\0', files: ['e.com', 'clean.txt'] }],
    'No file descriptor received. ERROR\\0',
  ],
  ['a descriptor nobody asked for', [{ bytes: 'zPING\0', files: ['e.com'] }], 'PONG\\0'],
  [
    'a session that passes two and goes on',
    [
      { bytes: 'nIDSESSION\nnFILDES\n' },
      { bytes: '\n', files: ['e.com'] },
      { bytes: 'nPING\nnFILDES\n' },
      { bytes: '\n', files: ['clean.txt'] },
      { bytes: 'nEND\n' },
    ],
    `1: fd: ${found}\n2: PONG\n3: fd: OK\n`,
  ],
  [
    'a session without the byte, or with a late one',
    [
      { bytes: 'nIDSESSION\n' },
      { bytes: 'nFILDES\n', files: ['e.com'] },
      { bytes: 'nFILDES\n', files: ['clean.txt'] },
      { bytes: '\n' },
      { bytes: 'nPING\nnEND\n' },
    ],
    `1: fd: ${found}\n2: fd: OK\n3: PONG\n`,
  ],
]
for (const [title, steps, expected] of passed) {
  test(`FILDES: ${title}`, async () => {
    const own = steps.map((step) => ({
      ...step,
      ...(step.files === undefined
        ? {}
        : { files: step.files.map((file) => (file.startsWith('/') ? file : at(file))) }),
    }))
    const answer = (await pass(served.socket, own)).replaceAll(number, 'fd')
    // Scans of a session may overtake each other.
    const sorted = (text: string): string[] => text.split('\n').toSorted()
    assert.deepEqual(sorted(answer), sorted(expected))
  })
}

test('FILDES: what cannot be read through the descriptor is an error, never OK', async () => {
  chmodSync(at('e.com'), 0o644)
  for (const flags of ['write', 'path'] as const) {
    const answer = await pass(served.socket, [
      { bytes: 'zFILDES\0' },
      { bytes: '\0', files: [at('e.com')], flags },
    ])
    assert.match(answer, /^fd\[\d+\]: .*EBADF.* ERROR\\0$/)
  }
})

test('FILDES: there are no descriptors over TCP, and none comes late', async () => {
  const address = { host: '127.0.0.1', port: served.port }
  assert.equal(await talk(address, 'zFILDES\0\0'), 'No file descriptor received. ERROR\0')
  assert.equal(await talk(served.socket, 'zFILDES\0'), 'COMMAND READ TIMED OUT\n')
  assert.equal(await talk(served.socket, 'zFILDES\0', halfClosed), '')
})
