// Golden samples of HWP and HWPX. No Debian program writes HWP: the documents are built by Hancom's specification
// (test/support/hwp-writer.ts); the HWPX is packed by Info-ZIP.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'

import { cfbOf } from '../../support/cfb-writer.ts'
import { type GoldenSample, payload, writeGoldenSamples } from '../../support/golden.ts'
import { hwp3Of, hwpOf } from '../../support/hwp-writer.ts'
import { eicar } from '../../support/samples.ts'

const made = 'by hand from "Hangul Document File Format 5.0", revision 1.3'
const filler = 'some ordinary text, repeated. '.repeat(40)
const eps = `%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(${payload}) cvx exec\n`

/** Length and compound file, as an OLE object in BinData. */
function oleObject(): Buffer {
  const inner = cfbOf([{ name: 'CONTENTS', data: eicar }])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(inner.length)
  return Buffer.concat([length, inner])
}

const hwpSamples: GoldenSample[] = [
  {
    title: 'compressed, with a file in BinData',
    made,
    covers: ['hwp'],
    finds: ['BinData/BIN0001.com'],
    bytes: hwpOf({ text: filler, binData: [{ name: 'BIN0001.com', data: eicar }] }),
  },
  {
    title: 'text, script and EPS of a compressed document',
    made,
    covers: ['hwp', 'hwp-eps'],
    finds: ['Scripts/DefaultJScript.js', 'BinData/BIN0002.eps'],
    bytes: hwpOf({
      text: filler,
      script: ['', `function OnDocument_Open() { run("${payload}"); }`, '', ''],
      binData: [{ name: 'BIN0002.eps', data: eps }],
    }),
  },
  {
    title: 'not compressed, with a file in BinData that is',
    made,
    covers: ['hwp'],
    finds: ['BinData/BIN0001.com', 'BinData/BIN0002.eps'],
    bytes: hwpOf({
      flags: 0,
      binData: [
        { name: 'BIN0001.com', data: eicar, mode: 1 },
        { name: 'BIN0002.eps', data: eps, mode: 2 },
      ],
    }),
  },
  {
    title: 'compressed, although the document says otherwise of the stream',
    made,
    covers: [],
    finds: ['BinData/BIN0001.com'],
    bytes: hwpOf({ binData: [{ name: 'BIN0001.com', data: eicar, mode: 2, stream: deflateRawSync(eicar) }] }),
  },
  {
    title: 'with an embedded OLE object',
    made,
    covers: ['hwp'],
    finds: ['BinData/BIN0001.OLE → CONTENTS'],
    bytes: hwpOf({ binData: [{ name: 'BIN0001.OLE', data: oleObject() }] }),
  },
  {
    title: 'for distribution: script and EPS behind a hidden key',
    made: `${made}, and the description of the key by pyhwp`,
    covers: ['hwp'],
    finds: ['Scripts/DefaultJScript.js', 'BinData/BIN0001.eps'],
    bytes: hwpOf({
      flags: 5,
      viewText: filler,
      script: ['', `run("${payload}")`, '', ''],
      binData: [{ name: 'BIN0001.eps', data: eps }],
    }),
  },
  {
    title: 'locked with a password',
    made,
    covers: [],
    finds: [],
    reasons: ['encrypted (document)'],
    bytes: hwpOf({ flags: 3, bodyStream: Buffer.alloc(64, 0x5a) }),
  },
  {
    title: 'a section cut off',
    made,
    covers: [],
    finds: ['BinData/BIN0001.com'],
    reasons: ['damaged BodyText/Section0'],
    bytes: hwpOf({
      bodyStream: deflateRawSync(filler).subarray(0, 20),
      binData: [{ name: 'BIN0001.com', data: eicar }],
    }),
  },
  {
    title: 'HWP 3.0',
    made: 'by hand from "Hangul Document File Format 3.0"',
    covers: [],
    finds: ['body'],
    bytes: hwp3Of(`${filler}${payload}`),
  },
  {
    title: 'HWP 3.0, locked with a password',
    made: 'by hand from "Hangul Document File Format 3.0"',
    covers: [],
    finds: [],
    reasons: ['encrypted body'],
    bytes: hwp3Of(filler, { isLocked: true }),
  },
  {
    title: 'an ordinary document',
    made,
    covers: [],
    finds: [],
    bytes: hwpOf({ text: filler, binData: [{ name: 'BIN0001.txt', data: filler }] }),
  },
]

function hwpx(files: Readonly<Record<string, string>>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-hwpx-'))
  try {
    for (const [name, data] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), data)
      utimesSync(join(folder, name), 1e9, 1e9)
    }
    execFileSync('zip', ['-X', '-D', '-q', 'sample.hwpx', ...Object.keys(files)], { cwd: folder })
    return readFileSync(join(folder, 'sample.hwpx'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const packageFiles = {
  mimetype: 'application/hwp+zip',
  'version.xml': '<?xml version="1.0"?><hv:HCFVersion tagetApplication="WORDPROCESSOR" major="5"/>',
  'Contents/section0.xml': `<?xml version="1.0"?><hs:sec><hp:t>${filler}</hp:t></hs:sec>`,
}

const hwpxSamples: GoldenSample[] = [
  {
    title: 'with a file, an EPS and a script',
    made: 'zip 3.0',
    covers: ['hwpx'],
    finds: ['BinData/ole1.com', 'BinData/image1.eps', 'Scripts/sourceScripts'],
    bytes: hwpx({
      ...packageFiles,
      'BinData/ole1.com': eicar,
      'BinData/image1.eps': eps,
      'Scripts/headerScripts': 'var Documents = XHwpDocuments;',
      'Scripts/sourceScripts': `function OnDocument_Open() { run("${payload}"); }`,
    }),
  },
  { title: 'an ordinary document', made: 'zip 3.0', covers: [], finds: [], bytes: hwpx(packageFiles) },
]

writeGoldenSamples('hwp', hwpSamples)
writeGoldenSamples('hwpx', hwpxSamples)
