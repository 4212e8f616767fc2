// Measures how common each byte and each pair of bytes is, and writes src/engine/matcher/compile/measured-costs.ts,
// after which the matcher chooses its atoms. Run by hand: bin/haechi --run scripts/measure-bytes.ts FOLDER…
// Bytes are folded as the first pass folds them: 128 different ones are left.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateRawSync } from 'node:zlib'

const folded = 128
const maxFiles = 2000
const sizes = { least: 8 * 1024, most: 3 * 1024 ** 2 }
const columns = 100

const paths = process.argv
  .slice(2)
  .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => {
    const { size } = statSync(path)
    return size >= sizes.least && size <= sizes.most
  })
// Evenly spread over all folders.
const step = Math.max(1, paths.length / maxFiles)
const files = Array.from(
  { length: Math.floor(paths.length / step) },
  (_, index) => paths[Math.floor(index * step)],
)

const bytes = new Float64Array(folded).fill(1)
const pairs = new Float64Array(folded * folded).fill(0.5)
let total = 0
for (const path of files) {
  if (path === undefined) continue
  const content = readFileSync(path)
  total += content.length
  let before = -1
  for (const byte of content) {
    const index = ((byte >> 6) << 5) | (byte & 31)
    bytes[index] = (bytes[index] ?? 0) + 1
    if (before >= 0) pairs[before * folded + index] = (pairs[before * folded + index] ?? 0) + 1
    before = index
  }
}

const costs = Uint8Array.from([...bytes, ...pairs], (count) =>
  Math.min(255, Math.round(-4 * Math.log2(count / total))),
)
const text = deflateRawSync(costs, { level: 9 }).toString('base64')
const lines = Array.from({ length: Math.ceil(text.length / columns) }, (_, index) =>
  text.slice(index * columns, (index + 1) * columns),
)
writeFileSync(
  join(dirname(import.meta.dirname), 'src/engine/matcher/compile/measured-costs.ts'),
  `// Written by scripts/measure-bytes.ts over ${files.length} files (${Math.round(total / 1e6)} MB). −4·log2 of the share of each folded byte (128), then of
// each pair of folded bytes (128 × 128), deflated, base64.

export const measuredCosts = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`,
)
console.log(`${files.length} files, ${total} bytes`)
