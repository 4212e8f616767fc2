// Every container and document format that is opened, in the order in which they are asked.

import type { Format } from './format.ts'
import { gzip } from './gzip/gzip.ts'
import { tar } from './tar/tar.ts'
import { zip } from './zip/zip.ts'

export const formats: readonly Format[] = [zip, gzip, tar]
