// Installed packages by the databases of their managers, read natively: dpkg, rpm (its SQLite database), apk, pacman, snap, flatpak, and
// those of languages (pip, npm, gem) where a whole system shares them.

import { foldersIn } from './container-file.ts'
import type { Host } from './host.ts'
import type { PackageRow } from './package-row.ts'
import { rpmPackages } from './rpm-packages.ts'

const maxDatabaseBytes = 128 * 1024 * 1024
const none = { architecture: null, state: null, installed: null, origin: null } as const

export function* packageRows(host: Host): Generator<PackageRow> {
  yield* dpkgPackages(host)
  yield* rpmPackages(host)
  yield* apkPackages(host)
  yield* pacmanPackages(host)
  yield* snaps(host)
  for (const name of foldersIn(host, '/var/lib/flatpak/app'))
    yield { ...none, manager: 'flatpak', name, version: '' }
  yield* pythonPackages(host)
  yield* nodePackages(host)
  yield* rubyPackages(host)
}

function* dpkgPackages(host: Host): Generator<PackageRow> {
  const times = new Map<string, string>()
  const folder = '/var/lib/dpkg/info'
  for (const stanza of stanzas(host, '/var/lib/dpkg/status')) {
    const name = stanza.get('Package')
    if (name === undefined) continue
    const architecture = stanza.get('Architecture') ?? null
    const list = [`${folder}/${name}.list`, `${folder}/${name}:${architecture ?? ''}.list`]
    const time = list.map((path) => host.tree.stat(path)?.times.modified).find((found) => found !== undefined)
    if (time !== undefined) times.set(name, time)
    yield {
      manager: 'dpkg',
      name,
      version: stanza.get('Version') ?? '',
      architecture,
      state: stanza.get('Status') ?? null,
      // The list of its files is written when it is unpacked.
      installed: times.get(name) ?? null,
      origin: stanza.get('Maintainer') ?? null,
    }
  }
}

/** Fields of stanzas; of a field with several lines the first. */
function* stanzas(host: Host, path: string): Generator<ReadonlyMap<string, string>> {
  const text = host.text(path, maxDatabaseBytes) ?? ''
  for (const stanza of text.split(/\n\n+/)) {
    const fields = new Map<string, string>()
    for (const [, name = '', found = ''] of stanza.matchAll(/^([A-Za-z][\w-]{0,63}):[ \t]*(.{0,1000})/gm))
      fields.set(name, found)
    if (fields.size > 0) yield fields
  }
}

function* apkPackages(host: Host): Generator<PackageRow> {
  for (const path of ['/lib/apk/db/installed', '/usr/lib/apk/db/installed']) {
    for (const stanza of stanzas(host, path)) {
      const name = stanza.get('P')
      if (name === undefined) continue
      yield {
        ...none,
        manager: 'apk',
        name,
        version: stanza.get('V') ?? '',
        architecture: stanza.get('A') ?? null,
        origin: stanza.get('o') ?? null,
      }
    }
  }
}

function* pacmanPackages(host: Host): Generator<PackageRow> {
  for (const folder of foldersIn(host, '/var/lib/pacman/local')) {
    const text = host.text(`/var/lib/pacman/local/${folder}/desc`) ?? ''
    const field = (name: string): string | undefined => new RegExp(`^%${name}%\\n(.+)$`, 'm').exec(text)?.[1]
    const seconds = Number(field('INSTALLDATE') ?? Number.NaN)
    const name = field('NAME')
    if (name === undefined) continue
    yield {
      ...none,
      manager: 'pacman',
      name,
      version: field('VERSION') ?? '',
      architecture: field('ARCH') ?? null,
      installed: seconds > 0 && seconds < 253_402_300_800 ? new Date(seconds * 1000).toISOString() : null,
      origin: field('PACKAGER') ?? null,
    }
  }
}

function* snaps(host: Host): Generator<PackageRow> {
  for (const { name, kind } of host.tree.list('/var/lib/snapd/snaps')) {
    const found = kind === 'file' ? /^(.+)_([^_]+)\.snap$/.exec(name) : null
    if (found === null) continue
    const installed = host.tree.stat(`/var/lib/snapd/snaps/${name}`)?.times.modified ?? null
    yield { ...none, manager: 'snap', name: found[1] ?? '', version: `revision ${found[2] ?? ''}`, installed }
  }
}

const pythonBases = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/usr/local/lib64']

function* pythonPackages(host: Host): Generator<PackageRow> {
  const folders = pythonBases.flatMap((base) =>
    foldersIn(host, base).flatMap((name) =>
      /^python3?(?:\.\d+)?$/.test(name)
        ? [`${base}/${name}/dist-packages`, `${base}/${name}/site-packages`]
        : [],
    ),
  )
  for (const folder of folders) {
    for (const name of foldersIn(host, folder)) {
      const found = /^(.+?)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(name)
      if (found === null) continue
      const installed = host.tree.stat(`${folder}/${name}`)?.times.modified ?? null
      const [, title = '', version = ''] = found
      yield { ...none, manager: 'pip', name: title, version, installed, origin: folder }
    }
  }
}

function* nodePackages(host: Host): Generator<PackageRow> {
  for (const folder of ['/usr/lib/node_modules', '/usr/local/lib/node_modules']) {
    const named = foldersIn(host, folder).flatMap((name) =>
      name.startsWith('@') ? foldersIn(host, `${folder}/${name}`).map((inner) => `${name}/${inner}`) : [name],
    )
    for (const name of named) {
      const text = host.text(`${folder}/${name}/package.json`, 1024 * 1024) ?? ''
      const version = /"version"\s*:\s*"([^"]{1,100})"/.exec(text)?.[1] ?? ''
      const installed = host.tree.stat(`${folder}/${name}`)?.times.modified ?? null
      yield { ...none, manager: 'npm', name, version, installed, origin: folder }
    }
  }
}

function* rubyPackages(host: Host): Generator<PackageRow> {
  for (const base of [
    '/var/lib/gems',
    '/usr/local/lib/ruby/gems',
    '/usr/lib/ruby/gems',
    '/usr/share/rubygems-integration',
  ]) {
    for (const ruby of foldersIn(host, base)) {
      const folder = `${base}/${ruby}/specifications`
      for (const { name } of host.tree.list(folder)) {
        const found = /^(.+)-(\d[\w.]*)\.gemspec$/.exec(name)
        if (found !== null)
          yield { ...none, manager: 'gem', name: found[1] ?? '', version: found[2] ?? '', origin: folder }
      }
    }
  }
}
