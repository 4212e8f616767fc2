// Every container and document format that is opened, in the order in which they are asked. `embedded` is the last: it searches
// what nobody else takes.

import { ace } from './ace/ace.ts'
import { alz } from './alz/alz.ts'
import { dex } from './dex/dex.ts'
import { egg } from './egg/egg.ts'
import { hwp } from './hwp/hwp.ts'
import type { Format } from './format.ts'
import { gzip } from './gzip/gzip.ts'
import { tar } from './tar/tar.ts'
import { zip } from './zip/zip.ts'
import { pe } from './pe/pe.ts'
import { elf } from './elf/elf.ts'
import { macho } from './macho/macho.ts'
import { embedded } from './embedded/embedded.ts'
import { pdf } from './pdf/pdf.ts'
import { rtf } from './rtf/rtf.ts'
import { onenote } from './onenote/onenote.ts'
import { bzip2 } from './bzip2/bzip2.ts'
import { xz } from './xz/xz.ts'
import { zstd } from './zstd/zstd.ts'
import { lz4 } from './lz4/lz4.ts'
import { lzip } from './lzip/lzip.ts'
import { compress } from './compress/compress.ts'
import { zlib } from './zlib/zlib.ts'
import { lzma } from './lzma/lzma.ts'
import { eml } from './eml/eml.ts'
import { mbox } from './mbox/mbox.ts'
import { uuencode } from './uuencode/uuencode.ts'
import { yenc } from './yenc/yenc.ts'
import { binhex } from './binhex/binhex.ts'
import { base64 } from './base64/base64.ts'
import { dmg } from './dmg/dmg.ts'
import { iso } from './iso/iso.ts'
import { udf } from './udf/udf.ts'
import { sevenZip } from './7z/7z.ts'
import { rar } from './rar/rar.ts'
import { cab } from './cab/cab.ts'
import { arj } from './arj/arj.ts'
import { lzh } from './lzh/lzh.ts'
import { squashfs } from './squashfs/squashfs.ts'
import { cramfs } from './cramfs/cramfs.ts'
import { wim } from './wim/wim.ts'
import { vhd } from './vhd/vhd.ts'
import { vhdx } from './vhdx/vhdx.ts'
import { vmdk } from './vmdk/vmdk.ts'
import { vdi } from './vdi/vdi.ts'
import { qcow2 } from './qcow2/qcow2.ts'
import { gpt } from './gpt/gpt.ts'
import { mbr } from './mbr/mbr.ts'
import { fat } from './fat/fat.ts'
import { ntfs } from './ntfs/ntfs.ts'
import { ext } from './ext/ext.ts'
import { hfs } from './hfs/hfs.ts'
import { xar } from './xar/xar.ts'
import { chm } from './chm/chm.ts'
import { nsis } from './nsis/nsis.ts'
import { mslz } from './mslz/mslz.ts'
import { cpio } from './cpio/cpio.ts'
import { ar } from './ar/ar.ts'
import { rpm } from './rpm/rpm.ts'
import { tnef } from './tnef/tnef.ts'
import { vobject } from './vobject/vobject.ts'
import { lnk } from './lnk/lnk.ts'
import { upx } from './upx/upx.ts'
import { packed } from './packed/packed.ts'
import { pyc } from './pyc/pyc.ts'
import { crx } from './crx/crx.ts'
import { pyinstaller } from './pyinstaller/pyinstaller.ts'
import { html } from './html/html.ts'
import { doc } from './doc/doc.ts'
import { msg } from './msg/msg.ts'
import { officeEncryption } from './office-encryption/office-encryption.ts'
import { ole } from './ole/ole.ts'
import { ppt } from './ppt/ppt.ts'
import { vba } from './vba/vba.ts'
import { xls } from './xls/xls.ts'
import { xlsb } from './xlsb/xlsb.ts'
import { autoit } from './autoit/autoit.ts'
import { inno } from './inno/inno.ts'
import { sis } from './sis/sis.ts'
import { brotli } from './brotli/brotli.ts'
import { installshield } from './installshield/installshield.ts'

export const formats: readonly Format[] = [
  officeEncryption,
  ole,
  vba,
  xls,
  xlsb,
  doc,
  ppt,
  msg,
  alz,
  ace,
  egg,
  hwp,
  zip,
  dmg,
  iso,
  udf,
  sevenZip,
  rar,
  cab,
  arj,
  lzh,
  squashfs,
  cramfs,
  wim,
  vhd,
  vhdx,
  vmdk,
  vdi,
  qcow2,
  gpt,
  mbr,
  fat,
  ntfs,
  ext,
  hfs,
  xar,
  chm,
  nsis,
  mslz,
  gzip,
  bzip2,
  xz,
  zstd,
  lz4,
  lzip,
  compress,
  brotli,
  zlib,
  lzma,
  tar,
  cpio,
  ar,
  rpm,
  pe,
  elf,
  macho,
  pdf,
  rtf,
  onenote,
  upx,
  packed,
  dex,
  pyc,
  crx,
  pyinstaller,
  autoit,
  inno,
  sis,
  installshield,
  eml,
  mbox,
  uuencode,
  yenc,
  binhex,
  base64,
  tnef,
  vobject,
  lnk,
  html,
  embedded,
]
