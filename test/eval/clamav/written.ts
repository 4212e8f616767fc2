// Databases written by hand: every kind of file and what the random ones do not have.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { type Case, type CaseOptions, write } from './cases.ts'

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex')
const digest = (algorithm: string, bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex')

/** Digests of files with their size, with any size, with a wrong one; one file is on the allow list. */
export function hashes(options: CaseOptions): Case {
  const contents = ['one', 'two and more', 'x'.repeat(300_000), '\0binary\x01', '<html><body>page'].map(
    (text) => Buffer.from(text, 'latin1'),
  )
  const allowed = Buffer.from('this one is fine')
  const lines = contents.flatMap((bytes, index) => [
    `${digest('md5', bytes)}:${bytes.length}:H.md5.${index}`,
    `${digest('md5', bytes)}:${bytes.length + 1}:H.wrong.${index}`,
    `${digest('md5', bytes)}:*:H.any.${index}:73`,
  ])
  const long = [...contents, allowed].flatMap((bytes, index) => [
    `${digest('sha1', bytes)}:${bytes.length}:H.sha1.${index}`,
    `${digest('sha256', bytes)}:*:H.sha256.${index}:73`,
  ])
  const databases = {
    'a.hdb': lines.join('\n'),
    'a.hsb': long.join('\n'),
    'a.fp': `${digest('md5', allowed)}:${allowed.length}:Fine`,
    'a.ndb': `Fine.Too:0:*:${hex('this one')}`,
  }
  return write('hashes', databases, [...contents, allowed, Buffer.concat([allowed, allowed])], options)
}

/** Macro groups: a match counts when a member of the group follows at the right distance. */
export function macros(options: CaseOptions): Case {
  const group = [`M.1:0:$12$:${hex('member')}`, `M.2:0:$12$:${hex('fellow')}`, `M.3:14:$12$:${hex('target')}`]
  const logical = [
    `M.and;Engine:51-255,Target:0;0&1;${hex('origin')};\${6-7}12$`,
    `M.count;Engine:51-255,Target:0;(0>1)&(1>0);${hex('origin')};\${6-9}12$`,
    `M.macro;Engine:51-255,Target:0;1;${hex('origin')};\${6-9}12$`,
    `M.two;Engine:51-255,Target:0;1=2;${hex('origin')};\${6-9}12$`,
    `M.other;Engine:51-255,Target:14;0&1;${hex('origin')};\${6-9}12$`,
  ]
  const texts =
    'originmember|origin.member|origin....member|originfellow|memberorigin|origintarget|originmember originmember|' +
    'originmember origin|origin originmember|origin......origin.member|originmember originfellow originmember|' +
    'origin.member.origin..fellow'
  return write(
    'macros',
    { 'a.ndb': group.join('\n'), 'a.ldb': logical.join('\n') },
    texts.split('|').map((text) => Buffer.from(`\0\x01${text}\0`, 'latin1')),
    options,
  )
}

/** Ignored names, names of unwanted applications, the oldest formats, levels. */
export function names(options: CaseOptions): Case {
  const databases = {
    'a.ndb': [
      `PUA.Win.Thing-1:0:*:${hex('marker')}`,
      `Ignored.One:0:*:${hex('marker')}`,
      `Ignored.Two-1:0:*:${hex('marker')}`,
      `Old.Level:0:*:${hex('marker')}:1:50`,
      `New.Level:0:*:${hex('marker')}:900`,
      `Right.Level:0:*:${hex('marker')}:1:900`,
    ].join('\n'),
    'a.ndu': `PUA.Not.Loaded:0:*:${hex('marker')}`,
    'b.db': `Oldest.Form=${hex('marker')}\nOldest.Gap=${hex('mar')}*${hex('ker!')}`,
    'a.ign2': 'Ignored.One\nIgnored.Two-1',
    'c.ldb': `Logical.One;Engine:51-255,Target:0;0;${hex('MARKER')}::i\nLogical.Late;Engine:900-999,Target:0;0;${hex('marker')}`,
    'd.sdb': `Attack.On.Scanner:0:*:${hex('attack')}`,
  }
  const texts = ['a marker', 'a marker and ker!', 'MARKER', 'an attack', 'nothing']
  return write(
    'names',
    databases,
    texts.map((text) => Buffer.from(`\0${text}`, 'latin1')),
    options,
  )
}

/** Own file types decide about targets. */
export function fileTypes(options: CaseOptions): Case {
  const databases = {
    'a.ftm': [
      `0:0:${hex('PIC!')}:own:CL_TYPE_ANY:CL_TYPE_GRAPHICS`,
      `0:4:${hex('DOC')}:own:CL_TYPE_ANY:CL_TYPE_PDF`,
      `1:*:${hex('<mark>')}:own:CL_TYPE_ANY:CL_TYPE_HTML`,
      `1:0:${hex('LET')}*${hex('TER')}:own:CL_TYPE_ANY:CL_TYPE_MAIL`,
      `0:0:4d5a:own:CL_TYPE_ANY:CL_TYPE_MSEXE`,
    ].join('\n'),
    'a.ndb': Array.from({ length: 15 }, (_, target) => `T.${target}:${target}:*:${hex('marker')}`).join('\n'),
  }
  const texts = [
    'PIC!marker',
    'xxxxDOC marker',
    '<mark>MARKER',
    'a text marker',
    'LET marker TER',
    'MZ marker',
  ]
  return write(
    'file-types',
    databases,
    [...texts, ...texts.map((text) => `${text}\0\x01`), `${'x'.repeat(3000)}<mark>Marker`].map((text) =>
      Buffer.from(text, 'latin1'),
    ),
    options,
  )
}

/** Files of this system, with signatures made of their own bytes. */
export function systemFiles(paths: readonly string[], options: CaseOptions): Case {
  const bodies: string[] = []
  const logical: string[] = []
  for (const [index, path] of paths.entries()) {
    const bytes = readFileSync(path)
    for (let part = 1; part < 6; part++) {
      const at = Math.floor((bytes.length * part) / 6)
      const piece = bytes.subarray(at, at + 12)
      if (piece.length < 12 || new Set(piece).size < 6) continue
      const text = piece.toString('hex')
      const name = `S.${index}.${part}`
      bodies.push(
        `${name}:0:*:${text}`,
        `${name}.at:0:${at}:${text}`,
        `${name}.end:0:EOF-${bytes.length - at}:${text}`,
      )
      bodies.push(`${name}.gap:0:*:${text.slice(0, 8)}{4}${text.slice(16)}`)
      logical.push(
        `${name}.size;Engine:81-255,Target:0,FileSize:${bytes.length}-${bytes.length + 9};0;${text}`,
      )
      logical.push(`${name}.count;Engine:81-255,Target:0;0=1;${text.slice(0, 12)}`)
    }
  }
  const { database } = write(
    'system',
    { 'a.ndb': bodies.join('\n'), 'a.ldb': logical.join('\n') },
    [],
    options,
  )
  return { name: 'system', database, files: paths }
}
