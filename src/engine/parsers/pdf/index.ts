// Documents of PDF: objects, streams and what they do.

export { actionsTitle, actionText, fileText } from './action-text.ts'
export { PdfDocument } from './document.ts'
export type { PdfStream } from './pdf-stream.ts'
export { isArray, PdfReference, textOfString } from './value.ts'
