// What is unpacked: one archive a format, made by its own tool from the same files.

/** `program`: what makes the archive; `test`: what the tool itself offers for reading it to the end. */
export interface FormatCase {
  readonly id: string
  readonly program: string
  /** A shell line among the files; writes `$OUT`. */
  readonly make: string
  /** A shell command that reads `$IN`. */
  readonly native?: string
  /** Without it `7z t` does not know the format. */
  readonly by7z?: false
}

const zip = (method: string): string =>
  `7z a -bd -tzip -mm=${method} "$OUT.zip" . >/dev/null; mv "$OUT.zip" "$OUT"`

export const formatCases: readonly FormatCase[] = [
  {
    id: 'zip (deflate)',
    program: 'zip',
    make: 'zip -qr "$OUT.zip" .; mv "$OUT.zip" "$OUT"',
    native: 'unzip -tqq "$IN"',
  },
  { id: 'zip (Deflate64)', program: '7z', make: zip('Deflate64') },
  { id: 'zip (bzip2)', program: '7z', make: zip('BZip2') },
  { id: 'zip (LZMA)', program: '7z', make: zip('LZMA') },
  { id: 'zip (PPMd)', program: '7z', make: zip('PPMd') },
  { id: '7z (LZMA2)', program: '7z', make: '7z a -bd -t7z "$OUT.7z" . >/dev/null; mv "$OUT.7z" "$OUT"' },
  { id: 'tar', program: 'tar', make: 'tar cf "$OUT" .', native: 'tar xOf "$IN" >/dev/null' },
  { id: 'tar.gz', program: 'tar', make: 'tar czf "$OUT" .', native: 'tar xzOf "$IN" >/dev/null' },
  { id: 'tar.bz2', program: 'bzip2', make: 'tar cjf "$OUT" .', native: 'tar xjOf "$IN" >/dev/null' },
  { id: 'tar.xz', program: 'xz', make: 'tar cJf "$OUT" .', native: 'tar xJOf "$IN" >/dev/null' },
  {
    id: 'tar.zst',
    program: 'zstd',
    make: 'tar c . | zstd -q > "$OUT"',
    native: 'zstd -tq "$IN"',
    by7z: false,
  },
  { id: 'tar.lz4', program: 'lz4', make: 'tar c . | lz4 -q > "$OUT"', native: 'lz4 -tq "$IN"', by7z: false },
  { id: 'tar.lz', program: 'lzip', make: 'tar c . | lzip > "$OUT"', native: 'lzip -tq "$IN"', by7z: false },
  {
    id: 'tar.Z',
    program: 'compress',
    make: 'tar c . | compress -f > "$OUT"',
    native: 'zcat < "$IN" >/dev/null',
  },
  {
    id: 'cpio',
    program: 'cpio',
    make: 'find . | cpio -o -H newc --quiet > "$OUT"',
    native: 'cpio -i --to-stdout --quiet < "$IN" >/dev/null',
  },
  {
    id: 'cab (MSZIP)',
    program: 'gcab',
    make: 'gcab -cz "$OUT.cab" *; mv "$OUT.cab" "$OUT"',
    native: 'cabextract -tq "$IN"',
  },
  {
    id: 'arj',
    program: 'arj',
    make: 'arj a -y "$OUT.arj" * >/dev/null; mv "$OUT.arj" "$OUT"',
    native: 'arj t -y "$IN" >/dev/null',
  },
  {
    id: 'lzh',
    program: 'jlha',
    make: 'jlha aq "$OUT.lzh" *; mv "$OUT.lzh" "$OUT"',
    native: 'lha tq "$IN" >/dev/null',
  },
  { id: 'iso', program: 'genisoimage', make: 'genisoimage -quiet -R -o "$OUT" .' },
  {
    id: 'squashfs',
    program: 'mksquashfs',
    make: 'mksquashfs . "$OUT.s" -quiet -no-progress >/dev/null; mv "$OUT.s" "$OUT"',
  },
  { id: 'ext4', program: 'mke2fs', make: 'mke2fs -q -t ext4 -d . "$OUT.img" 64M; mv "$OUT.img" "$OUT"' },
  { id: 'wim', program: 'wimcapture', make: 'wimcapture . "$OUT.wim" >/dev/null; mv "$OUT.wim" "$OUT"' },
]
