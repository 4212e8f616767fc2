// The contract suites on plugins, as a plugin's author runs them (docs/guide/plugins.md).

import assert from 'node:assert/strict'
import { after } from 'node:test'

import { checkDetector } from '../../../test/support/detector-contract.ts'
import { checkFormat } from '../../../test/support/format-contract.ts'
import { acmeDetector, acmeFormat, pluginFolder } from '../../../test/support/plugin-folder.ts'
import { eicar, samples } from '../../../test/support/samples.ts'
import { loadPlugins } from './load-plugins.ts'

const lifetime = { after }
const folders = [
  pluginFolder(lifetime, acmeDetector).path,
  pluginFolder(lifetime, acmeFormat, { kind: 'format' }).path,
]
const { detectors, formats } = loadPlugins(folders)
assert.deepEqual([detectors.length, formats.length], [1, 1])

for (const detector of detectors) {
  checkDetector(detector, [Buffer.from('ACME-TEST'), Buffer.from('ACME-TEST and more')])
}
for (const format of formats) {
  const files = [Buffer.from(`ACMEBOX\n${eicar}`)]
  checkFormat(format, { files, contains: eicar, others: samples })
}
