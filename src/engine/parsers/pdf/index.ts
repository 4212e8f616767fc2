// Documents of PDF: objects, streams and what they do.

export { actionsTitle, actionText, fileText } from './action-text.ts'
export { PdfDocument, type PdfStream } from './document.ts'
export { isArray, PdfReference, textOfString } from './value.ts'
