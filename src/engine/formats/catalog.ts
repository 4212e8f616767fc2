// What can be opened, line by line as users ask for it; docs/reference/formats.md is generated from this table. A line
// that says yes is proven by at least one file in test/golden/samples whose `covers` names it.

export interface CatalogLine {
  /** As golden samples refer to it. */
  readonly id: string
  readonly title: string
  /** Id of the format, or of the detector, that does it. */
  readonly by: string
  /** Absent: yes. */
  readonly not?: string
}

export interface CatalogGroup {
  readonly title: string
  readonly lines: readonly CatalogLine[]
}

function group(
  title: string,
  ...lines: readonly [id: string, title: string, by: string, not?: string][]
): CatalogGroup {
  return {
    title,
    lines: lines.map(([id, line, by, not]) => ({
      id,
      title: line,
      by,
      ...(not === undefined ? {} : { not }),
    })),
  }
}

export const catalog: readonly CatalogGroup[] = [
  group(
    'Archives',
    ['zip', 'zip: stored and deflated', 'zip'],
    ['zip64', 'zip64', 'zip'],
    ['zip-deflate64', 'zip with Deflate64', 'zip'],
    ['zip-bzip2', 'zip with bzip2', 'zip'],
    ['zip-lzma', 'zip with LZMA', 'zip'],
    ['zip-zstd', 'zip with Zstandard', 'zip'],
    ['zip-xz', 'zip with xz', 'zip'],
    ['zip-ppmd', 'zip with PPMd', 'zip'],
    ['zip-implode', 'zip, old methods: shrink, reduce, implode', 'zip'],
    ['zip-aes', 'zip encrypted with AES, with a given password', 'zip'],
    ['zip-crypto', 'zip encrypted with ZipCrypto, with a given password', 'zip'],
    ['zip-prefix', 'zip behind a prefix, as in self-extracting programs', 'zip'],
    ['7z', '7z', '7z'],
    ['7z-solid', '7z, solid', '7z'],
    ['7z-encrypted', '7z with encrypted header, with a given password', '7z'],
    ['rar4', 'rar 4', 'rar'],
    ['rar5', 'rar 5', 'rar'],
    ['rar-solid', 'rar, solid', 'rar'],
    ['rar-volume', 'rar in volumes: the missing ones are named', 'rar'],
    ['tar', 'tar: v7, ustar, GNU, pax', 'tar'],
    ['cpio', 'cpio: binary, odc, newc, crc', 'cpio'],
    ['ar', 'ar', 'ar'],
    ['deb', 'deb', 'ar'],
    ['rpm', 'rpm', 'rpm'],
    ['cab', 'cab: MSZIP, LZX, Quantum, stored', 'cab'],
    ['arj', 'arj', 'arj'],
    ['lzh', 'lha, lzh', 'lzh'],
    ['ace', 'ace', 'ace'],
    ['xar', 'xar', 'xar'],
    ['chm', 'chm', 'chm'],
    ['alz', 'alz: stored, deflate, bzip2, encrypted', 'alz'],
    ['egg', 'egg: stored, deflate, bzip2, LZMA', 'egg'],
    ['egg-azo', 'egg with AZO', 'egg'],
    ['embedded', 'archives at any offset of a file: self-extracting programs, polyglots', 'embedded'],
  ),
  group(
    'Compression',
    ['gzip', 'gzip', 'gzip'],
    ['bzip2', 'bzip2', 'bzip2'],
    ['xz', 'xz', 'xz'],
    ['lzma', 'lzma', 'lzma'],
    ['zstd', 'Zstandard', 'zstd'],
    ['lz4', 'lz4: frames, legacy frames', 'lz4'],
    ['lzip', 'lzip', 'lzip'],
    ['compress', 'compress (.Z)', 'compress'],
    ['brotli', 'brotli, framed or where a document says so', 'brotli'],
    ['szdd', 'SZDD and KWAJ (compress.exe)', 'mslz'],
    ['zlib', 'raw zlib and deflate, where a document embeds them', 'zlib'],
  ),
  group(
    'Disk images and file systems',
    ['iso', 'ISO 9660', 'iso'],
    ['iso-joliet', 'ISO 9660 with Joliet', 'iso'],
    ['iso-rock-ridge', 'ISO 9660 with Rock Ridge', 'iso'],
    ['udf', 'UDF', 'udf'],
    ['squashfs', 'SquashFS', 'squashfs'],
    ['cramfs', 'cramfs', 'cramfs'],
    ['dmg', 'dmg', 'dmg'],
    ['wim', 'wim', 'wim'],
    ['vhd', 'vhd', 'vhd'],
    ['vhdx', 'vhdx', 'vhdx'],
    ['vmdk', 'vmdk', 'vmdk'],
    ['qcow2', 'qcow2', 'qcow2'],
    ['mbr', 'MBR partitions', 'mbr'],
    ['gpt', 'GPT partitions', 'gpt'],
    ['fat', 'FAT12, FAT16, FAT32', 'fat'],
    ['ntfs', 'NTFS', 'ntfs'],
    ['ext', 'ext2, ext3, ext4', 'ext'],
  ),
  group(
    'Text encodings',
    ['uuencode', 'uuencode', 'uuencode'],
    ['yenc', 'yEnc', 'yenc'],
    ['binhex', 'BinHex 4.0', 'binhex'],
    ['base64', 'base64 blobs', 'base64'],
  ),
  group(
    'Documents',
    ['ole', 'OLE2 compound files: every stream', 'ole'],
    ['ole-native', 'Ole10Native and embedded packages', 'ole'],
    ['msi', 'MSI: streams and cabinets with their names', 'ole'],
    ['vba', 'VBA macros, decompressed', 'vba'],
    ['vba-stomping', 'VBA whose source does not fit its p-code', 'macro'],
    ['xlm', 'Excel 4.0 macros', 'xls'],
    ['dde', 'DDE', 'macro'],
    ['ooxml', 'OOXML: members, embedded objects', 'zip'],
    ['ooxml-external', 'OOXML: external relations and templates', 'document'],
    ['rtf', 'RTF objects', 'rtf'],
    ['pdf', 'PDF: streams, object streams, all filters', 'pdf'],
    ['pdf-encrypted', 'PDF, encrypted with an empty or given password', 'pdf'],
    ['pdf-javascript', 'PDF: JavaScript', 'pdf'],
    ['pdf-launch', 'PDF: Launch actions', 'document'],
    ['pdf-embedded', 'PDF: embedded files', 'pdf'],
    ['hwp', 'HWP 5: BinData, body, scripts', 'hwp'],
    ['hwp-eps', 'HWP: EPS and PostScript', 'hwp'],
    ['hwpx', 'HWPX', 'zip'],
    ['odf', 'ODF', 'zip'],
    ['onenote', 'OneNote: embedded files', 'onenote'],
    ['lnk', 'LNK: arguments, appended data', 'lnk'],
    ['html', 'HTML, HTA: scripts', 'html'],
    ['html-data', 'HTML: data: URIs and smuggled blobs', 'html'],
    ['svg', 'SVG: scripts', 'html'],
    ['mhtml', 'MHTML', 'eml'],
  ),
  group(
    'Mail',
    ['eml', 'EML: every encoding, nested messages', 'eml'],
    ['mbox', 'mbox', 'mbox'],
    ['msg', 'MSG', 'msg'],
    ['tnef', 'TNEF (winmail.dat)', 'tnef'],
    ['ics', 'iCalendar attachments', 'vobject'],
    ['vcf', 'vCard attachments', 'vobject'],
  ),
  group(
    'Programs and packages',
    ['jar', 'JAR', 'zip'],
    ['apk', 'APK', 'zip'],
    ['dex', 'DEX: strings and classes', 'dex'],
    ['crx', 'CRX', 'crx'],
    ['xpi', 'XPI', 'zip'],
    ['pyc', 'Python .pyc', 'pyc'],
    ['pyinstaller', 'PyInstaller', 'pyinstaller'],
    ['nsis', 'NSIS', 'nsis'],
    ['installshield', 'InstallShield', 'installshield'],
    ['inno', 'Inno Setup', 'inno'],
    ['autoit', 'AutoIt', 'autoit'],
    ['sis', 'Symbian SIS', 'sis'],
    ['upx-pe', 'UPX-packed PE: NRV2B, NRV2D, NRV2E, LZMA', 'upx'],
    ['upx-elf', 'UPX-packed ELF', 'upx'],
    ['packed-pe', 'PE packed with other packers, unpacked by emulation', 'packed'],
    ['pe-resources', 'PE: resources', 'pe'],
    ['pe-overlay', 'PE: overlay', 'pe'],
    ['pe-certificates', 'PE: certificate table', 'pe'],
    ['elf', 'ELF: sections, overlay', 'elf'],
    ['macho-fat', 'Mach-O: universal binaries', 'macho'],
  ),
]
