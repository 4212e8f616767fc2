// The table of all containers that can be cured. The first that matches does it: zip takes whatever ends as one.

import { sevenZipEditor } from './7z/7z-editor.ts'
import type { Editor } from './editor.ts'
import { emlEditor } from './eml/eml-editor.ts'
import { gzipEditor } from './gzip/gzip-editor.ts'
import { htmlEditor } from './html/html-editor.ts'
import { mboxEditor } from './mbox/mbox-editor.ts'
import { oleEditor } from './ole/ole-editor.ts'
import { bzip2Editor, xzEditor, zstdEditor } from './recompress/recompress-editor.ts'
import { tarEditor } from './tar/tar-editor.ts'
import { zipEditor } from './zip/zip-editor.ts'

export { cure } from './cure.ts'

export const editors: readonly Editor[] = [
  gzipEditor,
  bzip2Editor,
  xzEditor,
  zstdEditor,
  tarEditor,
  sevenZipEditor,
  oleEditor,
  emlEditor,
  mboxEditor,
  zipEditor,
  htmlEditor,
]
