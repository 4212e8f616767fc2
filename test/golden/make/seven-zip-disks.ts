// Golden samples of disk images and file systems. Needs genisoimage, xorriso, mksquashfs, mkfs.cramfs, mkfs.fat, mcopy,
// mkntfs, ntfscp, mke2fs, qemu-img, sgdisk.

import { type GoldenSample, writeGoldenSamples } from '../../support/golden.ts'
import { randomBytes } from '../../support/random.ts'
import { eicar } from '../../support/samples.ts'
import { dmgOf, mbrOf, sectorBytes } from '../../support/seven-zip-disks.ts'
import { broken, joined, Workshop } from './tools.ts'

using shop = new Workshop()
const run = shop.run.bind(shop)
const lines = Array.from({ length: 100 }, (_, i) => `line ${(i * 7919) % 1000} of an ordinary text\n`).join(
  '',
)
shop.write('in/readme.txt', lines)
shop.write('in/folder/eicar.com', eicar)
shop.write('clean/readme.txt', lines)
shop.write('noise/noise.bin', randomBytes(20_000, 5))
let count = 0

/** `{}` in the command stands for the file that it makes. */
function made(command: string): Uint8Array {
  const name = `image-${++count}`
  run('sh', ['-c', command.replaceAll('{}', name)])
  return shop.read(name)
}

const finds = ['folder/eicar.com']

function sample(
  title: string,
  how: string,
  bytes: Uint8Array,
  more: Partial<GoldenSample> = {},
): GoldenSample {
  return { title, made: how, covers: [], finds, bytes, ...more }
}

const genisoimage = 'genisoimage 1.1.11'
const isoOf = (options: string, folder = 'in'): Uint8Array =>
  made(`genisoimage -quiet -no-pad ${options} -o {} ${folder}`)
writeGoldenSamples('iso', [
  sample('plain', genisoimage, isoOf(''), { covers: ['iso'], finds: ['FOLDER/EICAR.COM'] }),
  sample('Joliet', `${genisoimage} -J`, isoOf('-J'), { covers: ['iso-joliet'] }),
  sample('Rock Ridge', `${genisoimage} -R`, isoOf('-R'), { covers: ['iso-rock-ridge'] }),
  sample('El Torito boot image', `${genisoimage} -b`, isoOf('-J -R -b readme.txt -no-emul-boot', 'in'), {
    covers: ['iso'],
  }),
  sample('something appended', `${genisoimage}, a file behind it`, joined(isoOf('', 'clean'), eicar), {
    finds: ['trailing-data'],
  }),
  sample('cut off', `${genisoimage}, the end missing`, isoOf('', 'noise').slice(0, -8192), {
    finds: [],
    reasons: ['damaged (archive)', 'damaged NOISE.BIN'],
  }),
  sample('an ordinary image', `${genisoimage} -J -R`, isoOf('-J -R', 'clean'), { finds: [] }),
])

writeGoldenSamples('udf', [
  sample('UDF 1.02 beside ISO 9660', `${genisoimage} -udf`, isoOf('-udf'), { covers: ['udf'] }),
  sample('an ordinary image', `${genisoimage} -udf`, isoOf('-udf', 'clean'), { finds: [] }),
])

const squashed = (options: string, folder = 'in'): Uint8Array =>
  made(`mksquashfs ${folder} {} -quiet -no-progress -noappend -all-root ${options}`)
writeGoldenSamples('squashfs', [
  ...['gzip', 'xz', 'lzma', 'lzo', 'zstd'].map((method) =>
    sample(`compression ${method}`, `squashfs-tools 4.5 -comp ${method}`, squashed(`-comp ${method}`), {
      covers: ['squashfs'],
    }),
  ),
  sample('compression lz4', 'squashfs-tools 4.5 -comp lz4', squashed('-comp lz4'), {
    finds: [],
    reasons: ['unsupported-method (archive)'],
  }),
  sample('cut off', 'squashfs-tools 4.5, the second half missing', squashed('', 'noise').slice(0, 8000), {
    finds: [],
    reasons: ['damaged (archive)'],
  }),
  sample('an ordinary image', 'squashfs-tools 4.5', squashed('', 'clean'), { finds: [] }),
])

writeGoldenSamples('cramfs', [
  sample('files', 'mkfs.cramfs', made('mkfs.cramfs in {}'), { covers: ['cramfs'] }),
  sample('big-endian', 'mkfs.cramfs -N big', made('mkfs.cramfs -N big in {}'), { covers: ['cramfs'] }),
  sample('a damaged block', 'mkfs.cramfs, one byte changed', broken(made('mkfs.cramfs noise {}'), 9000), {
    finds: [],
    reasons: ['damaged (archive)', 'damaged noise.bin'],
  }),
  sample('an ordinary image', 'mkfs.cramfs', made('mkfs.cramfs clean {}'), { finds: [] }),
])

const fatOf = (options: string, size: string, file = 'in/folder/eicar.com'): Uint8Array =>
  made(`truncate -s ${size} {}; mkfs.fat -i 12345678 --invariant ${options} {}; mcopy -i {} ${file} ::`)
const fat = fatOf('-F 12', '128K')
writeGoldenSamples('fat', [
  sample('FAT12', 'dosfstools 4.2, mtools', fat, { covers: ['fat'], finds: ['eicar.com'] }),
  sample('FAT16', 'dosfstools 4.2 -F 16', fatOf('-F 16 -s 1', '3M'), {
    covers: ['fat'],
    finds: ['eicar.com'],
  }),
  sample('FAT32', 'dosfstools 4.2 -F 32', fatOf('-F 32 -s 1', '34M'), {
    covers: ['fat'],
    finds: ['eicar.com'],
  }),
  sample('an ordinary volume', 'dosfstools 4.2 -F 12', fatOf('-F 12', '256K', 'clean/readme.txt'), {
    finds: [],
  }),
])

/** The table of capital letters, 128 KiB of counting numbers, would be most of the sample; zeros do as well. */
function ntfsOf(file: string, stream = ''): Uint8Array {
  const bytes = made(
    `truncate -s 2M {}; mkntfs -F -q -T -p 0 -H 0 -S 0 -L volume {}; ntfscp -q -f {} clean/readme.txt file.bin; ntfscp -q -f ${stream} {} ${file} file.bin`,
  )
  const start = Buffer.from(bytes).indexOf(Buffer.from([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]))
  return bytes.fill(0, start, start + 131_072)
}
writeGoldenSamples('ntfs', [
  sample('a small file in its record', 'ntfs-3g 2022.10', ntfsOf('in/folder/eicar.com'), {
    covers: ['ntfs'],
    finds: ['file.bin'],
  }),
  sample('an alternate stream', 'ntfs-3g 2022.10 -N', ntfsOf('in/folder/eicar.com', '-N hidden'), {
    covers: ['ntfs'],
    finds: ['file.bin:hidden'],
  }),
  sample('an ordinary volume', 'ntfs-3g 2022.10', ntfsOf('noise/noise.bin'), { finds: [] }),
])

const extOf = (options: string, folder = 'in'): Uint8Array =>
  made(`mke2fs -q ${options} -U 01234567-89ab-cdef-0123-456789abcdef -b 1024 -d ${folder} {} 200k`)
const ext = extOf('-t ext2')
writeGoldenSamples('ext', [
  sample('ext2', 'e2fsprogs 1.47 -t ext2', ext, { covers: ['ext'] }),
  sample('ext3', 'e2fsprogs 1.47 -t ext3', made('mke2fs -q -t ext3 -J size=1 -b 1024 -d in {} 4M'), {
    covers: ['ext'],
  }),
  sample(
    'ext4, inline data',
    'e2fsprogs 1.47 -t ext4 -O inline_data',
    extOf('-t ext4 -O ^has_journal,inline_data -I 256'),
    {
      finds: [],
      reasons: ['damaged (archive)'],
    },
  ),
  sample('ext4', 'e2fsprogs 1.47 -t ext4', extOf('-t ext4 -O ^has_journal'), { covers: ['ext'] }),
  sample('cut off', 'e2fsprogs 1.47, the second half missing', extOf('-t ext2', 'noise').slice(0, 20_000), {
    finds: [],
    reasons: ['damaged (archive)', 'damaged (archive)'],
  }),
  sample('an ordinary volume', 'e2fsprogs 1.47 -t ext2', extOf('-t ext2', 'clean'), { finds: [] }),
])

/** xorriso puts the volume into a partition of a hybrid image. */
function hfsOf(folder: string): Uint8Array {
  const image = Buffer.from(made(`xorriso -as mkisofs -quiet -hfsplus -o {} ${folder}`))
  return new Uint8Array(image.subarray(image.indexOf('H+\0\x04', 0, 'latin1') - 1024))
}
const hfs = hfsOf('in')
writeGoldenSamples('hfs', [
  sample('HFS+', 'xorriso 1.5.4 -hfsplus', hfs, { finds: ['ISOIMAGE/folder/eicar.com'] }),
  sample('an ordinary volume', 'xorriso 1.5.4 -hfsplus', hfsOf('clean'), { finds: [] }),
])

writeGoldenSamples('dmg', [
  sample('zlib', 'by hand, UDIF', dmgOf(hfs), {
    covers: ['dmg'],
    finds: ['0.disk image → ISOIMAGE/folder/eicar.com'],
  }),
  sample('a damaged chunk', 'by hand, UDIF, one byte changed', broken(dmgOf(hfs), 40), {
    finds: [],
    reasons: ['damaged 0.disk image'],
  }),
  sample('an ordinary image', 'by hand, UDIF', dmgOf(hfsOf('clean')), { finds: [] }),
])

const clean = fatOf('-F 12', '128K', 'clean/readme.txt')
const disk = mbrOf(
  [{ type: 1, start: 63, data: clean }],
  [
    { type: 1, start: 63, data: fat },
    { type: 0x83, start: 63, data: ext },
  ],
)
writeGoldenSamples('mbr', [
  sample('a primary partition', 'by hand', mbrOf([{ type: 1, start: 63, data: fat }]), {
    covers: ['mbr'],
    finds: ['partition-1 → eicar.com'],
  }),
  sample('a primary and two logical partitions', 'by hand', disk, {
    covers: ['mbr'],
    finds: ['partition-2.1 → eicar.com', 'partition-2.2 → folder/eicar.com'],
  }),
  sample('a chain of extended partitions that leads to itself', 'by hand', loopOf(disk), {
    finds: ['partition-2.1 → eicar.com'],
  }),
  sample(
    'cut off',
    'by hand, the end missing',
    mbrOf([{ type: 1, start: 63, data: fat }]).slice(0, 120_000),
    {
      finds: ['partition-1 → eicar.com'],
      reasons: ['damaged partition-1', 'damaged partition-1 → (archive)'],
    },
  ),
  sample('an ordinary disk', 'by hand', mbrOf([{ type: 1, start: 63, data: clean }]), { finds: [] }),
])

/** The second extended record points to the first one. */
function loopOf(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes)
  const extended = copy.readUInt32LE(446 + 16 + 8)
  const record = (extended + copy.readUInt32LE(extended * sectorBytes + 446 + 16 + 8)) * sectorBytes
  copy.fill(0, record + 446, record + 510)
  copy[record + 446 + 4] = 5
  copy.writeUInt32LE(0, record + 446 + 8)
  copy.writeUInt32LE(1, record + 446 + 12)
  return new Uint8Array(copy)
}

const gptOf = (volume: Uint8Array): Uint8Array => {
  shop.write('volume', volume)
  return made(
    'truncate -s 200K {}; sgdisk -a 1 -n 1:64:320 -c 1:volume -u 1:01234567-89AB-CDEF-0123-456789ABCDEF ' +
      '-U 01234567-89AB-CDEF-0123-456789ABCDEE {}; dd if=volume of={} bs=512 seek=64 conv=notrunc',
  )
}
const partitioned = gptOf(fat)
writeGoldenSamples('gpt', [
  sample('a partition', 'gdisk 1.0.9', partitioned, {
    covers: ['gpt'],
    finds: ['partition-1 volume → eicar.com'],
  }),
  sample('an ordinary disk', 'gdisk 1.0.9', gptOf(clean), { finds: [] }),
])

shop.write('raw', mbrOf([{ type: 1, start: 63, data: fat }]))
shop.write('raw-clean', mbrOf([{ type: 1, start: 63, data: clean }]))
const convert = (options: string, from = 'raw'): Uint8Array =>
  made(`qemu-img convert -f raw ${options} ${from} {}`)
const qemu = 'qemu-img 7.2'
const inDisk = 'partition-1 → eicar.com'
writeGoldenSamples('vhd', [
  sample('dynamic', `${qemu} -O vpc`, convert('-O vpc'), { covers: ['vhd'], finds: [inDisk] }),
  sample('fixed', `${qemu} -O vpc -o subformat=fixed`, convert('-O vpc -o subformat=fixed'), {
    covers: ['vhd'],
    finds: [inDisk],
  }),
  sample('cut off', `${qemu}, the end missing`, convert('-O vpc').slice(0, 40_000), {
    finds: [],
    reasons: ['damaged disk.img'],
  }),
  sample('an ordinary disk', `${qemu} -O vpc`, convert('-O vpc', 'raw-clean'), { finds: [] }),
])
writeGoldenSamples('vdi', [
  sample('dynamic', `${qemu} -O vdi`, convert('-O vdi'), { covers: [], finds: [inDisk] }),
  sample('an ordinary disk', `${qemu} -O vdi`, convert('-O vdi', 'raw-clean'), { finds: [] }),
])
writeGoldenSamples('vhdx', [
  sample('dynamic', `${qemu} -O vhdx`, convert('-O vhdx -o log_size=1M,block_size=1M'), {
    covers: ['vhdx'],
    finds: [inDisk],
  }),
  sample(
    'fixed',
    `${qemu} -O vhdx -o subformat=fixed`,
    convert('-O vhdx -o subformat=fixed,log_size=1M,block_size=1M'),
    {
      covers: ['vhdx'],
      finds: [inDisk],
    },
  ),
  sample(
    'an ordinary disk',
    `${qemu} -O vhdx`,
    convert('-O vhdx -o log_size=1M,block_size=1M', 'raw-clean'),
    { finds: [] },
  ),
])
const stream = convert('-O vmdk -o subformat=streamOptimized')

/** As VMware writes streams: the header says that the place of the directory stands at the end. */
function footerOf(bytes: Uint8Array): Uint8Array {
  const footer = bytes.slice(0, 512)
  const header = bytes.slice(0, 512).fill(0xff, 56, 64)
  return joined(header, bytes.slice(512, -512), footer, new Uint8Array(512))
}

writeGoldenSamples('vmdk', [
  sample('sparse', `${qemu} -O vmdk`, convert('-O vmdk'), { covers: ['vmdk'], finds: [inDisk] }),
  sample(
    'stream-optimized',
    `${qemu} -o subformat=streamOptimized`,
    convert('-O vmdk -o subformat=streamOptimized'),
    {
      covers: ['vmdk'],
      finds: [inDisk],
    },
  ),
  sample(
    'stream-optimized, its table named in the footer',
    `${qemu}, the header's offset moved to a footer`,
    footerOf(stream),
    {
      covers: ['vmdk'],
      finds: [inDisk],
    },
  ),
  sample(
    'stream-optimized, without its footer',
    `${qemu}, the end missing`,
    footerOf(stream).slice(0, -1024),
    {
      finds: [],
      reasons: ['damaged disk.img'],
    },
  ),
  sample('an ordinary disk', `${qemu} -O vmdk`, convert('-O vmdk', 'raw-clean'), { finds: [] }),
])

const inImage = `disk.img → ${inDisk}`
const backed = made(
  'qemu-img create -q -f raw base.img 1M; qemu-img create -q -f qcow2 -b base.img -F raw {}',
)
writeGoldenSamples('qcow2', [
  sample('version 3', `${qemu} -O qcow2`, convert('-O qcow2'), { covers: ['qcow2'], finds: [inImage] }),
  sample('version 2', `${qemu} -o compat=0.10`, convert('-O qcow2 -o compat=0.10'), {
    covers: ['qcow2'],
    finds: [inImage],
  }),
  sample('compressed, deflate', `${qemu} -c`, convert('-c -O qcow2'), {
    covers: ['qcow2'],
    finds: [inImage],
  }),
  sample(
    'compressed, zstd, clusters of 4 KiB',
    `${qemu} -c -o compression_type=zstd`,
    convert('-c -O qcow2 -o compression_type=zstd,cluster_size=4k'),
    {
      covers: ['qcow2'],
      finds: [inImage],
    },
  ),
  sample('only in a snapshot', `${qemu} snapshot, then overwritten`, snapshotOf(), {
    covers: ['qcow2'],
    finds: [`snapshot before → ${inDisk}`],
  }),
  sample('on another disk', `${qemu} create -b`, backed, { finds: [], reasons: ['missing-volume base.img'] }),
  sample('encrypted', `${qemu}, the method of encryption set to AES`, withMethod(convert('-O qcow2'), 1), {
    finds: [],
    reasons: ['encrypted disk.img'],
  }),
  sample('a damaged cluster', `${qemu} -c, one byte changed`, broken(convert('-c -O qcow2'), -450), {
    finds: [],
    reasons: ['damaged disk.img'],
  }),
  sample('an ordinary disk', `${qemu} -O qcow2`, convert('-O qcow2', 'raw-clean'), { finds: [] }),
])

function snapshotOf(): Uint8Array {
  return made(
    'qemu-img convert -f raw -O qcow2 raw {}; qemu-img snapshot -c before {}; qemu-io -c "write -P 0 0 163328" {}',
  )
}

function withMethod(bytes: Uint8Array, method: number): Uint8Array {
  const copy = Buffer.from(bytes)
  copy.writeUInt32BE(method, 32)
  return new Uint8Array(copy)
}
