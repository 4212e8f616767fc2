import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { memoryTree } from '../../../test/support/memory-tree.ts'
import { TemporaryFolder } from '../../../test/support/run-haechi.ts'
import { accountHomes } from './account-homes.ts'
import { givenTargets, ownTargets } from './load-targets.ts'
import { readPlaces, withHomes } from './place.ts'
import { readTargets } from './read-targets.ts'
import { readTkape } from './read-tkape.ts'
import type { Target, TargetSystem } from './target.ts'
import { findPlaces } from './walk.ts'

function targetOf(system: TargetSystem, ...texts: readonly string[]): Target {
  return {
    id: texts[0] ?? '',
    about: 'a test',
    attack: [],
    profiles: ['full'],
    content: 'whole',
    places: texts.flatMap((text) => readPlaces(text, system)),
  }
}

function found(
  files: readonly string[],
  targets: readonly Target[],
  { system = 'windows', ...limits }: { system?: TargetSystem; maxDepth?: number; maxFolders?: number } = {},
): { paths: string[]; notes: string[] } {
  const tree = memoryTree(system, Object.fromEntries(files.map((file) => [file, 'x'])))
  const notes: string[] = []
  const walk = findPlaces(tree, targets, {
    isOver: () => false,
    note: (text) => {
      notes.push(text)
    },
    ...limits,
  })
  const paths = [...walk].flatMap((one) =>
    one === undefined ? [] : [one.stream === undefined ? one.path : `${one.path}:${one.stream}`],
  )
  return { paths: paths.toSorted(), notes }
}

test('a variable stands for every place where a profile may lie', () => {
  const files = [
    '/Users/ann/AppData/Local/x/a.db',
    '/Windows/System32/config/systemprofile/AppData/Local/x/a.db',
    '/Windows/ServiceProfiles/LocalService/AppData/Local/x/a.db',
    '/Windows.old/Users/ann/AppData/Local/x/a.db',
    '/Documents and Settings/ann/Local Settings/Application Data/x/a.db',
  ]
  const other = '/Users/ann/AppData/Roaming/x/a.db'
  assert.deepEqual(found([...files, other], [targetOf('windows', '%local%/x/*.db')]).paths, files.toSorted())
})

test('letters are alike where the file system says so, and only there', () => {
  const files = ['/Windows/PREFETCH/CMD.EXE-1.PF', '/windows/prefetch/notes.txt']
  const glob = targetOf('windows', '/WINDOWS/Prefetch/*.[Pp]f')
  assert.deepEqual(found(files, [glob]).paths, ['/Windows/PREFETCH/CMD.EXE-1.PF'])
  assert.deepEqual(
    found(['/var/log/a', '/Var/log/b'], [targetOf('linux', '/var/log/*')], { system: 'linux' }).paths,
    ['/var/log/a'],
  )
})

test('** stands for no folder, one and many; at the end for everything below', () => {
  const files = ['/a/x.log', '/a/b/x.log', '/a/b/c/d/x.log', '/a/b/c/d/y', '/x.log']
  assert.deepEqual(found(files, [targetOf('windows', '/a/**/x.log')]).paths, [
    '/a/b/c/d/x.log',
    '/a/b/x.log',
    '/a/x.log',
  ])
  assert.deepEqual(found(files, [targetOf('windows', '/a/b/**')]).paths, [
    '/a/b/c/d/x.log',
    '/a/b/c/d/y',
    '/a/b/x.log',
  ])
  assert.deepEqual(found(files, [targetOf('windows', '/**/x.log')]).paths.length, 4)
  assert.deepEqual(found(files, [targetOf('windows', '/a/**/c/**/y')]).paths, ['/a/b/c/d/y'])
})

test('braces may reach over folders', () => {
  const files = ['/e/a', '/e/b/c', '/e/d/x', '/e/q']
  assert.deepEqual(found(files, [targetOf('windows', '/e/{a,b/c,d/*}')]).paths, ['/e/a', '/e/b/c', '/e/d/x'])
})

test('each file is found once, for the first target that names it, and its streams beside it', () => {
  const files = ['/$Extend/$UsnJrnl', '/$MFT']
  const targets = [
    targetOf('windows', '/$MFT'),
    targetOf('windows', '/$*', '/$Extend/$UsnJrnl:$J', '/$Extend/*'),
  ]
  assert.deepEqual(found(files, targets).paths, ['/$Extend/$UsnJrnl', '/$Extend/$UsnJrnl:$J', '/$MFT'])
})

test('only folders that a place leads into are listed', () => {
  const tree = memoryTree('linux', { '/var/log/a': 'x', '/home/ann/secret/b': 'x', '/etc/c': 'x' })
  const listed: string[] = []
  const spying = {
    ...tree,
    *list(folder: string) {
      listed.push(folder)
      yield* tree.list(folder)
    },
  }
  const limits = { isOver: () => false, note: () => undefined }
  assert.equal([...findPlaces(spying, [targetOf('linux', '/var/*/a')], limits)].length, 1)
  assert.deepEqual(listed, ['/', '/var', '/var/log'])
})

test('a tree that never ends is walked to its bounds', () => {
  const endless = {
    ...memoryTree('linux', {}),
    list: () => [
      { name: 'again', kind: 'folder' as const },
      { name: 'file', kind: 'file' as const },
    ],
  }
  const notes: string[] = []
  const limits = { isOver: () => false, note: (text: string) => void notes.push(text) }
  const deep = [...findPlaces(endless, [targetOf('linux', '/**/file')], limits)].filter(
    (one) => one !== undefined,
  )
  assert.equal(deep.length, 64)
  assert.match(notes[0] ?? '', /lies too deep/)
  const few = [...findPlaces(endless, [targetOf('linux', '/**')], { ...limits, maxFolders: 5 })]
  assert.equal(few.length, 5)
  assert.match(notes[1] ?? '', /not more than 5 folders/)
  assert.equal(
    [...findPlaces(endless, [targetOf('linux', '/**')], { ...limits, isOver: () => true })].length,
    0,
  )
  assert.match(notes[2] ?? '', /time was over before \/ was searched/)
})

test('a wrong place is told', () => {
  for (const [text, reason] of [
    ['relative/path', /begins with \//],
    ['%nowhere%/x', /%nowhere% is no variable; there are .*local/],
    ['/', /names no file/],
    ['/a/../b', /\.\. cannot be part/],
    ['/a/**b', /\*\* stands alone/],
    ['/a:', /the name of one stream/],
    [`/${'a/'.repeat(70)}`, /more than 64 parts/],
    [`/${'{a/b,c/d}'.repeat(9)}`, /more than 256 places/],
  ] as const)
    assert.throws(
      () => readPlaces(text, 'windows'),
      (thrown: Error) => reason.test(thrown.message),
      text,
    )
  assert.deepEqual(readPlaces('/var/lib/a:b', 'linux')[0]?.parts, ['var', 'lib', 'a:b'])
})

test('no text does more than be a place or be refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('/%*?{},[]:ab\\.$ é')) }), (text) => {
      try {
        for (const { parts } of readPlaces(`/${text}`, 'windows')) assert.ok(parts.length > 0)
      } catch (thrown) {
        assert.ok(thrown instanceof RangeError, String(thrown))
      }
    }),
  )
})

test('accounts live where /etc/passwd says', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nwww:x:33:33::/var/www:/bin/sh\na:x:1:1::/srv/[odd]/:/bin/sh\nd:x:2:2::/usr/sbin:/x\nn:x:3:3::/nonexistent:/x\nbroken\n'
  const files = {
    '/etc/passwd': passwd,
    '/var/www/.bash_history': 'x',
    '/srv/[odd]/.bash_history': 'x',
    '/srv/o/.bash_history': 'x',
    '/home/b/.bash_history': 'x',
  }
  const tree = memoryTree('linux', files)
  assert.deepEqual(accountHomes(tree), ['/var/www', '/srv/[odd]'])
  const targets = withHomes([targetOf('linux', '%home%/.bash_history')], accountHomes(tree))
  const paths = [...findPlaces(tree, targets, { isOver: () => false, note: () => undefined })].map(
    (one) => one?.path ?? '',
  )
  assert.deepEqual(paths.toSorted(), [
    '/home/b/.bash_history',
    '/srv/[odd]/.bash_history',
    '/var/www/.bash_history',
  ])
})

const list = `system: windows
id: mine
title: Mine
targets:
  - id: one
    about: One
    profiles: [quick]
    maxBytes: 2 MiB
    paths: ['%user%/a.txt', '/b/*:stream']
`

test('a list is read as it is written', () => {
  const { order, targets } = readTargets(list, 'mine.yaml')
  assert.equal(order, 100)
  const [one] = targets
  assert.equal(one?.maxBytes, 2 * 1024 ** 2)
  assert.deepEqual(one.profiles, ['quick'])
  assert.deepEqual(one.places.at(-1), { text: '/b/*:stream', parts: ['b', '*'], stream: 'stream' })
})

test('every fault of a list is told with its line', () => {
  const faults = (text: string): string => {
    try {
      readTargets(text, 'mine.yaml')
    } catch (thrown) {
      return (thrown as Error).message
    }
    return ''
  }
  assert.match(faults(list.replace('/b/*:stream', 'b')), /^mine\.yaml:9: b: a place begins with/)
  assert.match(faults(list.replace('[quick]', '[never]')), /^mine\.yaml:7: targets\.0\.profiles\.0: /)
  assert.match(faults(list.replace('about:', 'abuot:')), /^mine\.yaml:5: targets\.0/m)
  assert.match(
    faults(`${list}  - { id: one, about: Two, paths: [/c] }\n`),
    /^mine\.yaml:10: one is there twice/,
  )
  assert.match(faults('system: ['), /^mine\.yaml:\d+: /)
  assert.match(faults(list.replace('2 MiB', 'much')), /^mine\.yaml:8: targets\.0\.maxBytes/)
})

const sample = `Description: A sample
Author: Somebody
Version: 1.0
Id: 00000000-0000-0000-0000-000000000000
RecreateDirectories: true
Targets:
    -
        Name: Logs
        Category: Logs
        Path: C:\\Users\\%user%\\AppData\\Local\\Sample\\
        FileMask: '*.log|*.trace'
        Comment: "of the user"
    -
        Name: Journal
        Category: FileSystem
        Path: C:\\$Extend\\
        FileMask: $UsnJrnl:$J
        AlwaysAddToQueue: true
        SaveAsFileName: $J
    -
        Name: Everything
        Category: Apps
        Path: C:\\ProgramData\\Sample
        Recursive: true
        MinSize: 1
        MaxSize: 5000
    -
        Name: By expression
        Category: Apps
        Path: D:\\Data\\
        FileMask: 'regex:^(report|summary)-\\d+\\.(db|db-wal)$'
    -
        Name: The others
        Category: Apps
        Path: Other.tkape
`

test('a target of KAPE is taken as it is meant, with the targets that it names', () => {
  const { title, targets } = readTkape({ path: '/k/Sample.tkape', text: sample }, (name) =>
    name === 'Other.tkape'
      ? [
          {
            path: '/k/Other.tkape',
            text: sample
              .replace('Description: A sample', 'Description: Other')
              .replace('C:\\ProgramData\\Sample', 'C:\\Other'),
          },
        ]
      : undefined,
  )
  assert.equal(title, 'A sample')
  // Both files; the second names itself, which is not followed again.
  assert.equal(targets.length, 8)
  assert.deepEqual([targets[2]?.minBytes, targets[2]?.maxBytes], [1, 5000])
  assert.equal(targets[0]?.about, 'Logs: of the user')
  const files = [
    '/Users/ann/AppData/Local/Sample/a.log',
    '/Users/ann/AppData/Local/Sample/b.TRACE',
    '/Users/ann/AppData/Local/Sample/c.txt',
    '/Users/ann/AppData/Local/Sample/deep/d.log',
    '/$Extend/$UsnJrnl',
    '/ProgramData/Sample/e',
    '/ProgramData/Sample/deep/f',
    '/Data/report-12.DB',
    '/Data/report-x.db',
    '/Data/summary-1.db-wal',
    '/Other/g',
  ]
  assert.deepEqual(found(files, targets).paths, [
    '/$Extend/$UsnJrnl:$J',
    '/Data/report-12.DB',
    '/Data/summary-1.db-wal',
    '/Other/g',
    '/ProgramData/Sample/deep/f',
    '/ProgramData/Sample/e',
    '/Users/ann/AppData/Local/Sample/a.log',
    '/Users/ann/AppData/Local/Sample/b.TRACE',
  ])
})

test('what is wrong with a target of KAPE is told with its place', () => {
  const read = (text: string): unknown => readTkape({ path: '/k/S.tkape', text }, () => undefined)
  assert.throws(() => read(sample), /S\.tkape: target 5 \(The others\): there is no target Other\.tkape/)
  assert.throws(
    () => read(sample.replace('^(report', '^(((report')),
    /target 4 \(By expression\).*Invalid regular expression/,
  )
  assert.throws(() => read('Description: x\n'), /S\.tkape: Targets: /)
  assert.throws(() => read('Targets: [\n'), /S\.tkape:\d+: /)
})

test('a folder of targets is read with all that they name, wherever below Targets it lies', () => {
  using folder = new TemporaryFolder()
  mkdirSync(folder.at('Targets/Apps'), { recursive: true })
  mkdirSync(folder.at('Targets/Compound'))
  const plain = sample.slice(0, sample.indexOf('    -\n        Name: Journal'))
  writeFileSync(folder.at('Targets/Apps/Other.tkape'), plain)
  const compound = `Description: All\nTargets:\n  - { Name: a, Path: Other.tkape }\n  - { Name: b, Path: 'Apps\\*' }\n`
  writeFileSync(folder.at('Targets/Compound/All.tkape'), compound)
  writeFileSync(folder.at('mine.yaml'), list)
  const [all, ...none] = givenTargets([folder.at('Targets/Compound/All.tkape')])
  assert.deepEqual([all?.title, all?.targets.length, none.length], ['All', 1, 0])
  assert.deepEqual(
    givenTargets([folder.path]).map(({ id }) => id),
    ['other', 'all', 'mine'],
  )
  assert.throws(() => givenTargets([folder.at('gone')]), /gone is not there/)
})

test('our lists are whole: ids are unique, quick is a small part, and every technique is one', () => {
  for (const [system, least] of [
    ['windows', 150],
    ['linux', 35],
  ] as const) {
    const lists = ownTargets(system)
    const targets = lists.flatMap((one) => one.targets)
    assert.ok(targets.length >= least, `${system}: ${targets.length}`)
    assert.equal(new Set(lists.map(({ id }) => id)).size, lists.length)
    assert.equal(new Set(targets.map(({ id }) => id)).size, targets.length)
    assert.deepEqual(
      lists.map(({ order }) => order),
      lists.map(({ order }) => order).toSorted((a, b) => a - b),
    )
    // No list walks the whole disk in a minute.
    const wide = targets.filter(
      ({ profiles, places }) => profiles.includes('quick') && places.some(({ parts }) => parts[0] === '**'),
    )
    assert.deepEqual(wide, [])
  }
})

test('what examiners look for first is in the quick lists', () => {
  const wanted = [
    '/$MFT',
    '/$Extend/$UsnJrnl:$J',
    '/Windows/System32/config/SYSTEM',
    '/Windows/System32/config/SYSTEM.LOG1',
    '/Windows/System32/config/RegBack/SAM',
    '/Users/ann/NTUSER.DAT',
    '/Users/ann/AppData/Local/Microsoft/Windows/UsrClass.dat.LOG2',
    '/Windows/System32/winevt/Logs/Security.evtx',
    '/Windows/Prefetch/CMD.EXE-1.pf',
    '/Windows/AppCompat/Programs/Amcache.hve',
    '/Windows/System32/sru/SRUDB.dat',
    '/Windows/System32/Tasks/Microsoft/x',
    '/Windows/System32/wbem/Repository/OBJECTS.DATA',
    '/Users/ann/AppData/Roaming/Microsoft/Windows/Recent/AutomaticDestinations/a.automaticDestinations-ms',
    '/$Recycle.Bin/S-1-5-21/$I123.txt',
    '/Users/ann/AppData/Local/Google/Chrome/User Data/Default/History',
    '/Users/ann/AppData/Local/Microsoft/Edge/User Data/Profile 1/Network/Cookies',
    '/Users/ann/AppData/Roaming/Mozilla/Firefox/Profiles/a/places.sqlite-wal',
    '/Users/ann/AppData/Local/Microsoft/Windows/WebCache/WebCacheV01.dat',
    '/Users/ann/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt',
    '/ProgramData/AnyDesk/connection_trace.txt',
    '/Program Files (x86)/TeamViewer/Connections_incoming.txt',
    '/Windows/System32/drivers/etc/hosts',
    '/inetpub/logs/LogFiles/W3SVC1/u_ex.log',
    '/ProgramData/Microsoft/Windows Defender/Support/MPLog-1.log',
  ]
  const targets = ownTargets('windows')
    .flatMap((one) => one.targets)
    .filter(({ profiles }) => profiles.includes('quick'))
  const files = wanted.map((path) => path.replace(':$J', ''))
  const { paths } = found(files, targets)
  assert.deepEqual(
    wanted.filter((path) => !paths.includes(path)),
    [],
  )
})
