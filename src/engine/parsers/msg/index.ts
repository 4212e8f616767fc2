export { isAttachmentData, isMessage } from './message.ts'
