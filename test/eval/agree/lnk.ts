// Shortcuts against liblnk's lnkinfo (package liblnk-utils): header, texts, volume, link tracking, and the items of the target.

import { readFileSync } from 'node:fs'

import { type Lnk, readLnk } from '../../../src/evidence/lnk/index.ts'
import { Notes } from '../../../src/evidence/note.ts'
import { evidenceFiles, libyalTime, oracle } from './evidence-files.ts'

type Fields = Record<string, readonly string[]>

export async function agree(): Promise<{ name: string; figures: Record<string, number | string> }> {
  using corpus = evidenceFiles()
  const figures = { files: 0, read: 0, oracleReads: 0, values: 0, equalValues: 0, equalFiles: 0 }
  const different: string[] = []
  for (const file of corpus?.files(/\.lnk$/i) ?? []) {
    figures.files += 1
    const text = oracle('lnkinfo', file)
    const read = readLnk(readFileSync(file), new Notes())
    if (read !== undefined) figures.read += 1
    if (text === undefined) continue
    figures.oracleReads += 1
    const told = theirs(text)
    const known = read === undefined ? {} : ours(read.lnk)
    const wrong = Object.keys(told).filter((key) => told[key]?.join('\n') !== known[key]?.join('\n'))
    figures.values += Object.keys(told).length
    figures.equalValues += Object.keys(told).length - wrong.length
    if (wrong.length === 0) figures.equalFiles += 1
    for (const key of wrong)
      different.push(`${file} ${key}: ${known[key]?.join('|')} / ${told[key]?.join('|')}`)
  }
  return {
    name: 'shortcuts against liblnk',
    figures: { ...figures, different: different.slice(0, 40).join('\n') },
  }
}

/** What of lnkinfo's output is compared. `Show Window value` and `Hot Key value` are not: it prints parts of other fields there. */
const compared = [
  'File size',
  'Icon index',
  'Description',
  'Relative path',
  'Working directory',
  'Command line arguments',
  'Icon location',
  'Environment variables location',
  'Machine identifier',
  'Droid volume identifier',
  'Droid file identifier',
  'Birth droid volume identifier',
  'Birth droid file identifier',
  'Drive serial number',
  'Volume label',
  'Local path',
  'Volume name',
  'Shell folder identifier',
  'Name',
  'Long name',
  'Localized name',
  'NTFS file reference',
  'Creation time',
  'Modification time',
  'Access time',
] as const

function theirs(text: string): Fields {
  const fields: Record<string, string[]> = {}
  for (const [, key = '', value = ''] of text.matchAll(/^\t+([^\t:]+?)\t+: (.*)$/gm)) {
    if (!(compared as readonly string[]).includes(key)) continue
    fields[key] ??= []
    fields[key].push(key.endsWith(' time') ? timeOf(value) : value)
  }
  return fields
}

function timeOf(value: string): string {
  if (value.startsWith('Not set')) return '-'
  return value.endsWith(' UTC') ? libyalTime(value) : libyalTime(`${value}.0000000`).slice(0, 19)
}

function ours(lnk: Lnk): Fields {
  const files = lnk.target.filter(({ type }) => type === 'file' || type === 'directory')
  const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])
  const several = (values: readonly (string | undefined)[]): string[] =>
    values.filter((value) => value !== undefined)
  return {
    'File size': [`${lnk.fileSize} bytes`],
    'Icon index': [String(lnk.iconIndex)],
    Description: one(lnk.name),
    'Relative path': one(lnk.relativePath),
    'Working directory': one(lnk.workingDirectory),
    'Command line arguments': one(lnk.arguments),
    'Icon location': one(lnk.iconEnvironment ?? lnk.iconLocation),
    'Environment variables location': one(lnk.environment),
    'Machine identifier': one(lnk.tracker?.machineId),
    'Droid volume identifier': one(lnk.tracker?.droid.volumeId),
    'Droid file identifier': one(lnk.tracker?.droid.fileId),
    'Birth droid volume identifier': one(lnk.tracker?.birthDroid.volumeId),
    'Birth droid file identifier': one(lnk.tracker?.birthDroid.fileId),
    'Drive serial number': one(lnk.linkInfo?.volume && `0x${lnk.linkInfo.volume.serialNumber.toLowerCase()}`),
    'Volume label': [lnk.linkInfo?.volume?.label ?? ''],
    'Local path': one(lnk.path),
    'Volume name': several(
      lnk.target.map(({ type, name, guid }) => (type === 'volume' && guid === undefined ? name : undefined)),
    ),
    'Shell folder identifier': several(
      lnk.target.map(({ type, guid }) => (type === 'root' ? guid : undefined)),
    ),
    Name: files.map(({ shortName = '' }) => shortName),
    'Long name': several(files.map(({ name, extensions }) => (extensions === undefined ? undefined : name))),
    'Localized name': several(files.map(({ localizedName }) => localizedName)),
    'NTFS file reference': several(
      files.map(({ mftEntry, mftSequence }) =>
        mftEntry === undefined ? undefined : `MFT entry: ${mftEntry}, sequence: ${mftSequence}`,
      ),
    ),
    'Creation time': [lnk.created ?? '-', ...files.map(({ created }) => created ?? '-')],
    'Modification time': [lnk.modified ?? '-', ...files.map(({ modified }) => modified ?? '-')],
    'Access time': [lnk.accessed ?? '-', ...files.map(({ accessed }) => accessed ?? '-')],
  }
}

if (import.meta.main) console.log(await agree())
