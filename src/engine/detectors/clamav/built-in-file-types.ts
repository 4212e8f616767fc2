// What files are recognised by when no database brings its own .ftm: the file types of ClamAV 1.4.6 that decide about
// target types or about what is text. Lines of the .ftm format without names (manual, "File Type Magic").

import { type FileTypeRecord, readDatabase } from './database/index.ts'

/** Bytes at the start of a file. */
const starts: Readonly<Record<string, readonly string[]>> = {
  '7Z': ['377abcaf271c'],
  ALZ: ['414c5a01'],
  ARJ: ['60ea'],
  BINARY_DATA: ['000001b3', '000001ba'],
  BINHEX: [hex('(This file must be converted with BinHex 4.0)')],
  BZ: ['425a68'],
  CPIO_CRC: [hex('070702')],
  CPIO_NEWC: [hex('070701')],
  CPIO_ODC: [hex('070707')],
  CPIO_OLD: ['71c7', 'c771'],
  CRYPTFF: ['b6b9acaefeffffff'],
  EGG: ['45474741'],
  ELF: ['7f454c46'],
  GIF: ['474946'],
  GRAPHICS: ['424d', '0000000c6a5020200d0a870a'],
  GZ: ['1f8b'],
  HWP3: [`${hex('HWP Document File V3.00 ')}1a0102030405`],
  IGNORED: [
    hex('.RMF'),
    hex('ID3'),
    hex('OggS'),
    hex('SIP-HIT (SIP/H'),
    'fffb90',
    '53594d430100',
    '377f0682002de218',
    '377f0683002de218',
    `${hex('SQLite format 3')}00`,
    'd9d505f920a163d7',
  ],
  INTERNAL: [hex('{\n  "Magic":"CLAMJSONv0"')],
  JPEG: ['ffd8ff'],
  LNK: ['4c0000000114020000000000c000000000000046'],
  MACHO: ['cefaedfe', 'cffaedfe', 'feedface', 'feedfacf'],
  MAIL: [
    '>From ',
    'Date: ',
    'Delivered-To: ',
    'Delivery-date: ',
    'Envelope-to: ',
    'For: ',
    'From ',
    'From: ',
    'Hi. This is the qmail-send',
    'Message-ID: ',
    'Message-Id: ',
    'Received: ',
    'Received-SPF: ',
    'Return-Path: ',
    'Return-path: ',
    'Subject: ',
    'To: ',
    'X-Apparently-To: ',
    'X-EVS',
    'X-Envelope-From: ',
    'X-Original-To: ',
    'X-Real-To: ',
    'X-Sieve: ',
    'X-Symantec-',
    'X-UIDL: ',
    'v:\nReceived: ',
    'v:\r\nReceived: ',
  ].map(hex),
  MSCAB: ['4d53434600000000'],
  MSCHM: ['49545346'],
  MSEXE: ['4d5a'],
  MSOLE2: ['d0cf11e0a1b11ae1'],
  MSSZDD: ['535a4444'],
  ONENOTE: ['e4525c7b8cd8a74daeb15378d02996d3'],
  PDF: ['255044462d'],
  PNG: ['89504e47'],
  POSIX_TAR: [hex('[aliases]')],
  PS: ['252150532d41646f62652d'],
  PYTHON_COMPILED: [
    '02099900',
    '03099900',
    '892e0d0a',
    '04170d0a',
    '994e0d0a',
    'fcc40d0a',
    'fdc40d0a',
    '87c60d0a',
    '88c60d0a',
    '2aeb0d0a',
    '2beb0d0a',
    '2ded0d0a',
    '2eed0d0a',
    '00010d0a',
    '50010d0a',
    ...ending('f20d0a', '3b3c455963 6d6e77818b 8c959fa9b3 b4c7d1d2db e5eff9'),
    ...ending('f30d0a', '03040a'),
    ...ending('0b0d0a', 'b8c2ccd6e0 eaf4f5ff'),
    ...ending('0c0d0a', '09131d1f27 3b454f5862 6c76808a94 9eb2bcc6d0 dae4eef8'),
  ],
  RAR: ['52617221'],
  RIFF: ['52494646', '52494658'],
  RTF: ['7b5c7274'],
  SCRENC: ['23407e5e'],
  SWF: ['465753', '435753', '5a5753'],
  TIFF: ['49492a00', '4d4d'],
  TNEF: ['789f3e22'],
  UUENCODED: ['626567696e20'],
  XAR: ['78617221'],
  XZ: ['fd377a585a00'],
  ZIP: ['504b0304', '504b3030504b0304'],
}

/** Bytes at other places: type, offset, bytes. */
const elsewhere: readonly (readonly [type: string, offset: number, bytes: string])[] = [
  ['POSIX_TAR', 257, '7573746172'],
  ['GPT', 512, '4546492050415254'],
  ['HWPOLE2', 4, 'd0cf11e0a1b11ae1'],
]

const xmlDeclaration = hex('<?xml version="1.0"')
/** `MIME-Version: ` and `Content-Type: ` in the cases that programs write them. */
const mimeVersion = '(4d|6d)(49|69)(4d|6d)(45|65)2d(56|76)657273696f6e3a20'
const contentType = '0a(43|63)6f6e74656e742d(54|74)7970653a20'

const tags = [
  '<HEAD>',
  '<HTML>',
  '<Head>',
  '<Html>',
  '<IFRAME',
  '<IMG',
  '<Img',
  '<OBJECT',
  '<Object',
  '<SCRIPT',
  '<Script',
  '<TABLE',
  '<head>',
  '<html>',
  '<iframe',
  '<img',
  '<object',
  '<script',
  '<table',
]

/** Signatures with wildcards or places: type, offset, signature. */
const signatures: readonly (readonly [type: string, offset: string, signature: string])[] = [
  ...tags.map((tag) => ['HTML', '*', hex(tag)] as const),
  ...['3c41', '3c61'].flatMap((tag) =>
    ['4546', '6566'].map((end) => ['HTML', '*', `${tag}20*(68|48)(72|52)${end}`] as const),
  ),
  ['HTML', '0', hex('<%@ LANGUAGE =')],
  ['MAIL', '0,1024', `0a(46|66)726f6d3a20{-1024}0a${mimeVersion}`],
  ['MAIL', '0,1024', `0a(46|66)726f6d3a20{-2048}${contentType}`],
  ['MAIL', '0,1024', `0a${mimeVersion}{-2048}${contentType}`],
  ['MAIL', '0,1024', `0a(4d|6d)6573736167652d(49|69)643a20{-1024}${contentType}`],
  ['MAIL', '0,2048', `0a(52|72)656365697665643a20{-2048}${contentType}`],
  ['MAIL', '0,1024', `${hex('Delivered-To:')}{-256}${hex('Received:')}`],
  ['MHTML', '0', `${mimeVersion}{-1024}${contentType}`],
  ['MHTML', '*', `0a${mimeVersion}{-1024}${contentType}`],
  ['MACHO_UNIBIN', '0', 'cafebabe0000000?'],
  ['MACHO_UNIBIN', '0', 'cafebabe0000001?'],
  ['JAVA', '0', 'cafebabe0000002?'],
  ['JAVA', '0', 'cafebabe0000003?'],
  ['XML_XL', '0', `${xmlDeclaration}{0-1024}${hex('<Workbook')}`],
  ['XML_XL', '0', `${xmlDeclaration}{0-1024}3c??3a${hex('Workbook')}`],
  ['XML_WORD', '0', `${xmlDeclaration}{0-1024}${hex('<wordDocument')}`],
  ['XML_WORD', '0', `${xmlDeclaration}{0-1024}3c??3a${hex('wordDocument')}`],
  ['XML_WORD', '0', `${xmlDeclaration}{0-1024}${hex('progid="Word.Document"?>')}`],
  ['XML_HWP', '0', `efbbbf${xmlDeclaration}*${hex('<HWPML')}`],
  ['XDP', '*', hex('<xdp:xdp')],
  ['IGNORED', '0,128', `2f5247420a49440a${'ff'.repeat(24)}`],
  ['SIS', '8,12', '19040010'],
  ['UDF', '0,32768', '004245413031'],
  ['ISO9660', '*', '014344303031{2043-2443}4344303031'],
  ['DMG', 'EOF-512', '6b6f6c79'],
  ['APM', '0', '4552{510}504d0000'],
  ['MBR', '510', '55aa'],
  ['PDF', '*', '255044462d??2e'],
  ['PDF', '*', '257064662d??2e'],
  ['MSEXE', '*', '4d5a{60-300}50450000'],
  ['ZIPSFX', '*', '504b0304'],
  ['RARSFX', '*', '526172211a0700'],
  ['7ZSFX', '*', '377abcaf271c'],
  ['CABSFX', '*', '4d53434600000000'],
  ...['0002', '0102', '0202'].map((end) => ['ARJSFX', '*', `60ea{7}${end}`] as const),
  ['NULSFT', '*', 'efbeadde4e756c6c736f6674496e7374'],
  ['AUTOIT', '*', 'a3484bbe986c4aa9994c530a86d6487d41553321454130(35|36)'],
  ['PYTHON_COMPILED', '0', '??0d0d0a'],
  ['LHA_LZH', '2', '2d6c68(30|31|32|33|34|35|36|37|64|78)2d'],
  ['LHA_LZH', '2', '2d6c7a(73|34|35)2d'],
  ['LHA_LZH', '2', '2d706d302d'],
]

export function builtInFileTypes(): readonly FileTypeRecord[] {
  const lines = [
    ...Object.entries(starts).flatMap(([type, all]) => all.map((bytes) => line(0, '0', bytes, type))),
    ...elsewhere.map(([type, offset, bytes]) => line(0, String(offset), bytes, type)),
    ...signatures.map(([type, offset, signature]) => line(1, offset, signature, type)),
  ]
  const records: FileTypeRecord[] = []
  readDatabase(
    { name: 'built-in.ftm', bytes: Buffer.from(lines.join('\n')) },
    { problem: () => undefined, fileType: (record) => records.push(record) },
  )
  return records
}

function line(kind: 0 | 1, offset: string, bytes: string, type: string): string {
  return `${kind}:${offset}:${bytes}:built in:CL_TYPE_ANY:CL_TYPE_${type}`
}

/** One text for each byte of `firsts`. */
function ending(end: string, firsts: string): string[] {
  return (firsts.replaceAll(' ', '').match(/../g) ?? []).map((first) => first + end)
}

function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex')
}
