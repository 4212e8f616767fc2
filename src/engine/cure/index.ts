// The table of all containers that can be cured. The first that matches does it: zip takes whatever ends as one.

import type { Editor } from './editor.ts'
import { emlEditor } from './eml/eml-editor.ts'
import { gzipEditor } from './gzip/gzip-editor.ts'
import { mboxEditor } from './mbox/mbox-editor.ts'
import { tarEditor } from './tar/tar-editor.ts'
import { zipEditor } from './zip/zip-editor.ts'

export { cure } from './cure.ts'

export const editors: readonly Editor[] = [gzipEditor, tarEditor, emlEditor, mboxEditor, zipEditor]
