// Sizes and offsets as koffi has them on Windows.

import { layouts, offsetOf, sizeOf } from '../../../src/platform/windows/structs.ts'

process.stdout.write(
  JSON.stringify(
    layouts.map((layout) => ({
      name: layout.name,
      header: layout.header,
      isPrefix: layout.isPrefix,
      size: sizeOf(layout),
      offsets: Object.fromEntries(
        Object.keys(layout.fields).map((field) => [field, offsetOf(layout, field)]),
      ),
    })),
  ),
)
